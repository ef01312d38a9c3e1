"""Orders: all of it or nothing, by one person on a quiet day."""

from kata.grader import INVALID, OK, needs, require, same_json


@needs("product-is-created")
def test_order_is_created(api, shop, draw, same_lines):
    tea, cup, customer = shop.product(stock=10), shop.product(stock=5), draw.word()
    placed = shop.order([(tea, 4), (cup, 5)], customer).expect(OK)
    total = 4 * tea["price"] + 5 * cup["price"]
    same_json(placed.json, {"customer": customer, "status": "open", "total": total})
    same_lines(placed.json, [(tea["id"], 4, tea["price"]), (cup["id"], 5, cup["price"])])
    placed.field("id", (int, str))
    shown = api.get(shop.order_path(placed.json)).expect(200)
    same_json(shown.json, {**placed.json, "lines": shown.field("lines", list)})  # which may stand in another order
    same_lines(shown.json, [(tea["id"], 4, tea["price"]), (cup["id"], 5, cup["price"])])


@needs("order-is-created")
def test_order_takes_stock(shop):
    tea, cup = shop.product(stock=10), shop.product(stock=5)
    shop.order([(tea, 4), (cup, 5)]).expect(OK)
    same_json(shop.now(tea), {"stock": 6})
    same_json(shop.now(cup), {"stock": 0})


@needs("order-is-created")
def test_creating_answers_201(api, shop):
    created = api.post("/products", json=shop.body()).expect(201)
    shop.order([({"id": created.field("id", (int, str))}, 1)]).expect(201)


@needs("order-is-created")
def test_orders_raise_the_version(api, shop):
    tea, cup = shop.product(), shop.product()
    order = shop.placed([(tea, 2), (cup, 3)])
    for product in (tea, cup):
        same_json(shop.now(product), {"version": 2})
    if api.post(shop.order_path(order) + "/cancel").status in OK:  # that it can be cancelled is a check of its own
        for product in (tea, cup):
            same_json(shop.now(product), {"version": 3})


@needs("order-is-created")
def test_totals_are_exact(api, shop, draw):
    dear = shop.product(price=draw.integer(900_000_000, 999_999_999), stock=1000)
    cheap = shop.product(price=draw.integer(1, 99), stock=1000)
    total = 997 * dear["price"] + cheap["price"]
    placed = shop.placed([(dear, 997), (cheap, 1)])
    same_json(placed, {"total": total})
    same_json(api.get(shop.order_path(placed)).expect(200).json, {"total": total})


@needs("order-is-created")
def test_order_keeps_its_prices(api, shop, draw):
    product, customer = shop.product(), draw.word()
    placed = shop.placed([(product, 3)], customer)
    change = {"version": shop.now(product)["version"], "price": product["price"] + 1}
    api.patch(shop.path(product), json=change).expect(200)
    same_json(api.get(shop.order_path(placed)).expect(200).json, placed)
    for order in shop.orders_of(customer):
        same_json(order, {name: value for name, value in placed.items() if name in order})


@needs("order-is-created")
def test_invalid_order_is_refused(api, shop):
    product = shop.product(stock=5000)
    shop.order([(product, 1)]).expect(OK)
    shop.order([]).expect(INVALID)
    shop.order([(product, 1), (product, 1)]).expect(INVALID)
    for quantity in (0, -1, 1001):
        shop.order([(product, quantity)]).expect(INVALID)
    lines = [{"product_id": product["id"], "quantity": 1}]
    for body in ({"lines": lines}, {"customer": "", "lines": lines}, {"customer": "c" * 101, "lines": lines}):
        api.post("/orders", json=body).expect(INVALID)


def nothing_happened(shop, database, customer, products):
    """The products are as they were, and the customer's name stands in no list and in no table."""
    for product in products:
        same_json(shop.now(product), product)
    orders = shop.orders_of(customer)
    require(orders == [], "the refused order is listed", expected=[], actual=orders)
    tables = [place.table for place in database.find(customer)]
    require(tables == [], "the refused order left rows in the database", expected=[], actual=tables)


@needs("order-is-created")
def test_short_stock_leaves_nothing(shop, draw, database):
    tea, cup, customer = shop.product(stock=5), shop.product(stock=5), draw.word()
    shop.order([(shop.product(stock=5), 5)]).expect(OK)
    for lines in ([(tea, 5), (cup, 6)], [(tea, 6), (cup, 5)]):
        shop.order(lines, customer).expect(409)
        nothing_happened(shop, database, customer, [tea, cup])


@needs("order-is-created")
def test_unknown_product_leaves_nothing(api, shop, draw, database):
    tea, gone, customer = shop.product(), shop.product(), draw.word()
    api.delete(shop.path(gone))
    unknown = [{"id": 987_654_321 if isinstance(tea["id"], int) else draw.uuid()}]
    unknown += [gone] if api.get(shop.path(gone)).status == 404 else []  # that it can be deleted is a check of its own
    for product in unknown:
        shop.order([(tea, 1), (product, 1)], customer).expect(INVALID)
    nothing_happened(shop, database, customer, [tea])


@needs("order-takes-stock")
def test_cancelling_restocks_once(api, shop):
    product = shop.product(stock=10)
    order = shop.placed([(product, 4)])
    cancelled = api.post(shop.order_path(order) + "/cancel").expect(200)
    same_json(cancelled.json, {**order, "status": "cancelled"})
    same_json(shop.now(product), {"stock": 10})
    api.post(shop.order_path(order) + "/cancel").expect(409)
    same_json(shop.now(product), {"stock": 10})


@needs("order-is-created")
def test_orders_are_listed_newest_first(shop, draw, same_lines):
    tea, cup, customer = shop.product(), shop.product(), draw.word()
    shop.order([(tea, 1)], f"{customer} {draw.word()}").expect(OK)
    placed = [shop.placed([(tea, 1), (cup, 2)], customer)["id"] for _ in range(3)]
    listed = shop.orders_of(customer)
    ids = [order["id"] for order in listed]
    require(ids == placed[::-1], "other orders, or in another order", expected=placed[::-1], actual=ids)
    for order in listed:
        same_lines(order, [(tea["id"], 1, tea["price"]), (cup["id"], 2, cup["price"])])
