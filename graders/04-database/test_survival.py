"""Starting, stopping, falling over. These come last: what a restart breaks must not break the other checks."""

from functools import partial

import pytest

from kata.grader import OK, ProtocolError, needs, require, same_json, until


@pytest.fixture(scope="session")
def earlier_product(shop):
    """Made before the second copy is started, when it stands before `replica` in a check's line of fixtures."""
    return shop.product(stock=5)


@needs("order-takes-stock")
def test_second_copy_shares_the_stock(api, shop, earlier_product, replica, draw, at_once, statuses):
    product, path = earlier_product, shop.path(earlier_product)
    same_json(replica.get(path).expect(200).json, product)
    changed = api.patch(path, json={"version": 1, "price": product["price"] + 1}).expect(200)
    same_json(replica.get(path).expect(200).json, changed.json)

    customer, copies = draw.word(), [api, replica] * 8
    replies = at_once([partial(order_one, copy, product, customer) for copy in copies])
    statuses(replies, 5, conflicts=11)
    for copy in (api, replica):
        same_json(copy.get(path).expect(200).json, {"stock": 0})


def order_one(copy, product, customer):
    """An order for one piece, sent to one of the copies."""
    body = {"customer": customer, "lines": [{"product_id": product["id"], "quantity": 1}]}
    return copy.post("/orders", json=body)


@needs("order-is-created")
def test_data_survives_a_restart(api, shop, control):
    product = shop.product(stock=10)
    order = shop.placed([(product, 3)])
    left = shop.now(product)
    control.restart_app()
    same_json(api.get(shop.order_path(order)).expect(200).json, order)
    same_json(shop.now(product), left)


@needs("data-survives-a-restart")
def test_data_survives_a_kill(api, shop, control):
    twin, product = shop.product(stock=10), shop.product(stock=10)
    shop.order([(twin, 3)]).expect(OK)
    left = shop.now(twin)["stock"]
    order = shop.placed([(product, 3)])
    control.kill_app()  # with nothing in between: what was answered was promised
    same_json(api.get(shop.order_path(order)).expect(200).json, order)
    same_json(shop.now(product), {"name": product["name"], "stock": left})


@needs("product-is-created")
def test_copies_start_together(shop, together):
    first, second = together
    created = first.post("/products", json=shop.body()).expect(OK)
    created.field("id", (int, str))
    same_json(second.get(shop.path(created.json)).expect(200).json, created.json)


@needs("data-survives-a-kill")
def test_database_comes_back(api, control, service):
    api.get("/products").expect(200)
    control.stop(service)
    control.start(service)

    def works():
        try:
            return api.get("/products").status == 200
        except ProtocolError:
            return False

    back = until(works, seconds=20, every=0.2)
    require(back, "the database is up again for 20 seconds, but GET /products does not answer 200")
