"""The cache service dies, comes back, or hangs."""

from __future__ import annotations

from kata.grader import needs, require, same_json


@needs("product-is-passed-on", "write-shows-at-once")
def test_server_survives_a_dead_cache(outage):
    same_json(outage.read.expect(200).json, outage.product.body)
    same_json(outage.listed.expect(200).field("items", list), [outage.product.body])
    outage.written.expect(200)
    same_json(outage.read_again.expect(200).json, outage.written.json)


@needs("server-survives-a-dead-cache", "reads-reach-origin-once")
def test_cache_is_used_again(outage):
    require(
        outage.recovered,
        "ten seconds after the cache came back, two reads of a product still reached the origin twice",
    )


@needs("server-survives-a-dead-cache")
def test_hanging_cache_does_not_hang_the_server(api, cache_service, new_product):
    product = new_product()
    with cache_service.frozen():
        reply = api.get(product.path)
    same_json(reply.expect(200).json, product.body)
