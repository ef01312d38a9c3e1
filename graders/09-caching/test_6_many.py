"""Many readers at the same moment, and more than one copy of the server."""

from __future__ import annotations

from kata.grader import in_parallel, needs, same_json

READERS = 10
#: The origin takes so long that all readers are there before it answers.
SLOW = 0.5


@needs("reads-reach-origin-once")
def test_parallel_misses_reach_origin_once(api, origin, new_product):
    product = new_product(delay=SLOW)
    for reply in in_parallel([lambda: api.get(product.path)] * READERS):
        same_json(reply.expect(200).json, product.body)
    origin.expect_reads(product.path, most=1)


@needs("reads-reach-origin-once")
def test_copies_share_the_cache(api, replica, origin, new_product, category, shows):
    name, listed = category()
    product = new_product(name)
    for server in (api, replica):
        same_json(server.get(product.path).expect(200).json, product.body)
    origin.expect_reads(product.path, most=1)
    were_listed = [shows(server, listed, [product.body]) for server in (api, replica)]
    if all(were_listed):
        origin.expect_reads("/products", most=1, query=f"category={name}")


@needs("write-shows-at-once")
def test_write_reaches_every_copy(api, replica, new_product, draw, category, shows):
    name, listed = category()
    product = new_product(name)
    for server in (api, replica):
        same_json(server.get(product.path).expect(200).json, product.body)
    were_listed = [shows(server, listed, [product.body]) for server in (api, replica)]
    changed = product.but(name=draw.name())
    api.put(product.path, json=changed).expect(200)
    same_json(replica.get(product.path).expect(200).json, changed)
    if all(were_listed):
        same_json(replica.get(listed).expect(200).field("items", list), [changed], "at the other copy, items")


@needs("parallel-misses-reach-origin-once", "copies-share-the-cache")
def test_copies_do_not_rush_together(api, replica, origin, new_product):
    product = new_product(delay=SLOW)
    readers = [lambda: api.get(product.path), lambda: replica.get(product.path)] * (READERS // 2)
    for reply in in_parallel(readers):
        same_json(reply.expect(200).json, product.body)
    origin.expect_reads(product.path, most=1)
