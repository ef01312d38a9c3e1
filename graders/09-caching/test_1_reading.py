"""What is remembered, and what must not be."""

from __future__ import annotations

from kata.grader import needs, require, same_json

ORIGIN_FAILS = {502, 503, 504}
NO_STORE = {"Cache-Control": "no-store"}


def test_product_is_passed_on(api, new_product):
    product = new_product()
    same_json(api.get(product.path).expect(200).json, product.body)


@needs("product-is-passed-on")
def test_reads_reach_origin_once(api, origin, new_product):
    product = new_product()
    for _ in range(3):
        same_json(api.get(product.path).expect(200).json, product.body)
    origin.expect_reads(product.path, most=1)


@needs("reads-reach-origin-once")
def test_lists_are_kept_by_query(api, origin, new_product, category):
    (tools, tools_list), (toys, toys_list) = category(), category()
    hammer, kite = new_product(tools), new_product(toys)
    for path, product in [(tools_list, hammer), (toys_list, kite)] * 2:
        same_json(api.get(path).expect(200).field("items", list), [product.body])
    for name in (tools, toys):
        origin.expect_reads("/products", most=1, query=f"category={name}")


@needs("reads-reach-origin-once")
def test_unknown_product_is_remembered(api, origin, some_product):
    unknown = some_product()
    for _ in range(3):
        api.get(unknown.path).expect(404)
    origin.expect_reads(unknown.path, most=1)


@needs("product-is-passed-on")
def test_errors_are_not_remembered(api, origin, new_product, article):
    path, bodies = article
    products = new_product(status=503), new_product(hang_up=True)
    failing = [(product.path, {"body": product.body}, product.body) for product in products]
    failing.append((path, {"languages": bodies}, bodies["en"]))
    origin.put(path, status=503)
    for where, _, _ in failing:
        api.get(where).expect(ORIGIN_FAILS)
    for where, resource, body in failing:
        origin.put(where, **resource)
        reply = api.get(where)
        works = "the origin works again, but the failure is still told"
        require(reply.status == 200, works, expected=200, actual=reply.status, reply=reply)
        same_json(reply.json, body)


@needs("product-is-passed-on")
def test_no_store_is_honoured(api, origin, new_product, article):
    product, (path, bodies) = new_product(), article
    for price in (3, 2):
        text = f"{price} left"
        origin.put(product.path, body=product.but(price=price), headers=NO_STORE)
        origin.put(path, languages={"en": {**bodies["en"], "text": text}}, headers=NO_STORE)
        for where, name, value in ((product.path, "price", price), (path, "text", text)):
            reply = api.get(where).expect(200)
            came = reply.field(name, (int, str))
            require(came == value, "an answer with no-store was kept", expected=value, actual=came, reply=reply)
            told = reply.header("Cache-Control")
            is_said = "no-store" in reply.headers.tokens("Cache-Control")
            require(is_said, "Cache-Control lacks no-store", actual=told, reply=reply)
