"""What all replies have in common."""

from __future__ import annotations

from kata.grader import needs, require


@needs("product-is-passed-on")
def test_replies_keep_the_contract(api, contract, new_product, some_product):
    product, unknown = new_product(), some_product()
    for path in (product.path, unknown.path, f"/products?category={product.body['category']}"):
        for _ in range(2):  # from the origin, and from the cache
            api.get(path)
    seen = contract.violations  # of these and all earlier replies
    require(not seen, "replies differ from openapi.yaml: " + "; ".join(seen[:5]))
