"""What is forgotten when something is written."""

from __future__ import annotations

from kata.grader import in_parallel, needs, require, same_json, until


@needs("product-is-passed-on")
def test_write_shows_at_once(api, new_product, draw):
    product = new_product()
    api.get(product.path).expect(200)
    changed = product.but(name=draw.name())
    same_json(api.put(product.path, json=changed).expect(200).json, changed)
    same_json(api.get(product.path).expect(200).json, changed)


@needs("write-shows-at-once")
def test_write_shows_in_every_list(api, new_product, category, draw, members):
    (before, list_before), (after, list_after) = category(), category()
    product = new_product(before)
    same_json(api.get(list_before).expect(200).field("items", list), [product.body])
    same_json(api.get(list_after).expect(200).field("items", list), [])
    api.get("/products").expect(200)
    moved = product.but(category=after)
    api.put(product.path, json=moved).expect(200)
    same_json(api.get(list_after).expect(200).field("items", list), [moved], "after the PUT, items where it is now")
    same_json(api.get(list_before).expect(200).field("items", list), [], "after the PUT, items where it was before")
    everything = api.get("/products").expect(200).field("items", list)
    shown = [each for each in everything if isinstance(each, dict) and each.get("id") == moved["id"]]
    same_json(shown, [moved], "after the PUT, this product in the list of all")
    renamed = {**moved, "name": draw.name()}
    api.put(product.path, json=renamed, token=members[0]).expect(200)
    same_json(api.get(list_after).expect(200).field("items", list), [renamed], "after a member's PUT, items")
    same_json(api.get(product.path).expect(200).json, renamed, "after a member's PUT, the product")


@needs("product-is-passed-on")
def test_created_product_shows_at_once(api, some_product, category, shows):
    name, listed = category()
    product = some_product(category=name)
    api.get(product.path).expect(404)
    was_empty = shows(api, listed, [])
    api.put(product.path, json=product.body).expect(201)
    same_json(api.get(product.path).expect(200).json, product.body)
    if was_empty:
        same_json(api.get(listed).expect(200).field("items", list), [product.body], "after the PUT, items")


@needs("product-is-passed-on")
def test_deleted_product_is_gone_at_once(api, new_product, category, shows):
    name, listed = category()
    product = new_product(name)
    api.get(product.path).expect(200)
    was_listed = shows(api, listed, [product.body])
    api.delete(product.path).expect(204)
    api.get(product.path).expect(404)
    if was_listed:
        same_json(api.get(listed).expect(200).field("items", list), [], "after the DELETE, items")


@needs("write-shows-at-once")
def test_refused_write_changes_nothing(api, new_product):
    product = new_product(write_status=409)
    same_json(api.get(product.path).expect(200).json, product.body)
    api.put(product.path, json=product.but(price=1)).expect(409)
    same_json(api.get(product.path).expect(200).json, product.body)


@needs("reads-reach-origin-once", "write-shows-at-once")
def test_write_drops_only_what_changed(api, origin, new_product):
    changed, other = new_product(), new_product()
    for product in (changed, other):
        api.get(product.path).expect(200)
    api.put(changed.path, json=changed.but(price=1)).expect(200)
    same_json(api.get(other.path).expect(200).json, other.body)
    origin.expect_reads(other.path, most=1)


@needs("write-shows-at-once", "reads-reach-origin-once")
def test_late_reply_does_not_undo_a_write(api, origin, new_product):
    product = new_product(delay=1)
    changed = product.but(price=product.body["price"] + 1)

    def write_meanwhile():
        require(until(lambda: origin.calls(product.path)), "the read did not reach the origin within 5 seconds")
        return api.put(product.path, json=changed).expect(200)

    in_parallel([lambda: api.get(product.path).expect(200), write_meanwhile])
    origin.put(product.path, body=changed)  # no longer slow
    reply = api.get(product.path).expect(200)
    require(reply.json == changed, "the late answer brought the old product back", expected=changed, actual=reply.json)
