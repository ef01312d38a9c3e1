"""Products: made, read, changed and deleted by one person on a quiet day."""

from kata.grader import INVALID, OK, needs, require, same_json


def test_product_is_created(api, shop):
    body = shop.body()
    reply = api.post("/products", json=body).expect(OK)
    reply.field("id", (int, str))
    same_json(reply.json, {**body, "version": 1})
    same_json(shop.now(reply.json), reply.json)


BROKEN_PRODUCTS = [
    {"sku": "AB"},
    {"sku": "A" * 41},
    {"sku": "green tea"},
    {"name": ""},
    {"name": "n" * 201},
    {"price": -1},
    {"price": 1_000_000_001},
    {"price": 5_000_000_000},
    {"stock": -1},
    {"stock": 1_000_001},
    {"stock": 5_000_000_000},
]


@needs("product-is-created")
def test_invalid_product_is_refused(api, shop):
    largest = shop.product(name="n" * 200, price=1_000_000_000, stock=1_000_000)
    same_json(largest, {"name": "n" * 200, "price": 1_000_000_000, "stock": 1_000_000})
    for broken in BROKEN_PRODUCTS:
        api.post("/products", json=shop.body(**broken)).expect(INVALID)


@needs("product-is-created")
def test_duplicate_sku_is_refused(api, shop):
    taken = shop.product()["sku"]
    api.post("/products", json=shop.body(sku=taken)).expect(409)


@needs("product-is-created")
def test_text_comes_back_unchanged(shop, draw):
    name = f"{draw.word()} O'Brien's \"best\" \\ 50% off; -- ? %s $1 :id {{0}} зелёный чай 🍵"
    product = shop.product(name=name)
    same_json(product, {"name": name})
    same_json(shop.now(product), {"name": name})


@needs("product-is-created")
def test_outdated_change_is_refused(api, shop, draw):
    product = shop.product()
    path, price = shop.path(product), draw.integer(10_000, 20_000)
    changed = api.patch(path, json={"version": 1, "price": price}).expect(200)
    same_json(changed.json, {**product, "price": price, "version": 2})
    for version in (1, 99):
        api.patch(path, json={"version": version, "price": price + 1}).expect(409)
    same_json(shop.now(product), changed.json)


@needs("outdated-change-is-refused")
def test_invalid_change_is_refused(api, shop):
    product = shop.product()
    for broken in ({"name": ""}, {"price": -1}, {"price": 1_000_000_001}, {"stock": -1}, {"stock": "many"}):
        api.patch(shop.path(product), json={"version": 1, **broken}).expect(INVALID)
    same_json(shop.now(product), product)


@needs("product-is-created", "order-is-created")
def test_unknown_ids_answer_404(api, shop, draw):
    product = shop.product()
    order = shop.placed([(product, 1)])
    for path, known in (("/products", product), ("/orders", order)):
        unknown = 987_654_321 if isinstance(known["id"], int) else draw.uuid()
        api.get(f"{path}/{unknown}").expect(404)
    api.post(f"/orders/{987_654_321 if isinstance(order['id'], int) else draw.uuid()}/cancel").expect(404)


@needs("order-is-created")
def test_ordered_product_stays(api, shop):
    spare, sold = shop.product(), shop.product()
    gone = api.delete(shop.path(spare)).expect(204)
    require(not gone.body, "a 204 has no body", reply=gone, expected="", actual=gone.text)
    api.get(shop.path(spare)).expect(404)

    order = shop.placed([(sold, 1)])
    api.delete(shop.path(sold)).expect(409)
    shop.now(sold)
    same_json(api.get(shop.order_path(order)).expect(200).json, order)
