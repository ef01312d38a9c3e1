"""What is remembered, and what must not be."""

from __future__ import annotations

from kata.grader import needs, require, same_json

ORIGIN_FAILS = {502, 503, 504}


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
def test_errors_are_not_remembered(api, origin, new_product):
    product = new_product(status=503)
    api.get(product.path).expect(ORIGIN_FAILS)
    origin.put(product.path, body=product.body)
    reply = api.get(product.path)
    require(
        reply.status == 200, "the origin works again, but the failure is still told", expected=200, actual=reply.status
    )
    same_json(reply.json, product.body)


@needs("product-is-passed-on")
def test_no_store_is_honoured(api, origin, new_product):
    product = new_product(headers={"Cache-Control": "no-store"})
    for left in (3, 2):
        origin.put(product.path, body=product.but(left=left), headers={"Cache-Control": "no-store"})
        reply = api.get(product.path).expect(200)
        require(reply.field("left", int) == left, "an answer with no-store was kept", expected=left, reply=reply)
        told = reply.header("Cache-Control")
        require("no-store" in reply.headers.tokens("Cache-Control"), "Cache-Control lacks no-store", actual=told)
