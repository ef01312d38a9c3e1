"""What depends on who asks is never shared."""

from __future__ import annotations

from functools import partial

import pytest

from kata.grader import in_parallel, needs, require, same_json

#: The origin takes so long that all readers are there before it answers.
SLOW = 0.5


@pytest.fixture
def accounts(origin, members, draw):
    """An account for each member's token, put into the origin."""
    accounts = {token: {"name": draw.name(), "email": draw.email()} for token in members}
    origin.put("/account", users=accounts)
    return accounts


@pytest.fixture(scope="session")
def prices(new_product, members, draw):
    """A product for which each member has a price; maps None (anybody) and each token to what they see."""

    def prices():
        public = new_product()
        personal = {token: public.but(price=draw.integer(1, 99) + 100 * n) for n, token in enumerate(members)}
        return public, personal

    return prices


@needs("product-is-passed-on")
def test_account_is_never_kept(api, origin, accounts, members):
    for token in members:
        same_json(api.get("/account", token=token).expect(200).json, accounts[token])
    api.get("/account").expect(401)
    changed = {**accounts[members[0]], "name": "Changed " + accounts[members[0]]["name"]}
    origin.put("/account", users={members[0]: changed})
    same_json(api.get("/account", token=members[0]).expect(200).json, changed)


@needs("product-is-passed-on")
def test_personal_price_is_never_shared(api, origin, prices, members):
    product, personal = prices()
    origin.put(product.path, body=product.body, users=personal)
    for token in (None, members[0], members[1], None):
        reply = api.get(product.path, token=token).expect(200)
        whose = "a member" if token else "somebody without Authorization"
        right = personal.get(token, product.body)["price"]
        require(reply.field("price", int) == right, f"{whose} sees another's price", expected=right, actual=reply.json)
    origin.put(product.path, body=product.body, users=personal, delay=SLOW)
    readers = (members[0], members[1], None) * 2
    together = in_parallel([partial(api.get, product.path, token=token) for token in readers])
    for token, reply in zip(readers, together, strict=True):
        right = personal.get(token, product.body)["price"]
        came = reply.expect(200).field("price", int)
        require(came == right, "of several who asked together, one sees another's price", expected=right, reply=reply)
    raised = personal[members[0]]["price"] + 1
    origin.put(product.path, body=product.body, users={members[0]: product.but(price=raised)})
    price = api.get(product.path, token=members[0]).expect(200).field("price", int)
    require(price == raised, "an answer for one member was kept", expected=raised, actual=price)


@needs("product-is-passed-on")
def test_private_replies_say_so(api, origin, accounts, prices, members):
    product, personal = prices()
    origin.put(product.path, body=product.body, users=personal)
    for path in ("/account", product.path):
        reply = api.get(path, token=members[0]).expect(200)
        told = reply.header("Cache-Control")
        names = {token.split("=")[0] for token in reply.headers.tokens("Cache-Control")}
        require(
            names & {"private", "no-store"}, "Cache-Control has neither private nor no-store", actual=told, reply=reply
        )
        require("public" not in names, "Cache-Control says public", actual=told, reply=reply)
