"""The own account: name and password."""

from dataclasses import replace

import pytest

from kata.grader import INVALID, needs, require


@needs("me-returns-account")
def test_profile_can_be_changed(api, dave_tokens, draw):
    name = draw.name()
    changed = api.patch("/me", json={"name": name}, token=dave_tokens.access).expect(200)
    for reply in (changed, api.get("/me", token=dave_tokens.access).expect(200)):
        came = reply.field("name", str)
        require(came == name, "the name did not change", expected=name, actual=came, reply=reply)


@pytest.fixture(scope="session")
def erin(join, draw):
    """An account whose password changes, before and after that."""
    old = join()
    return old, replace(old, password=draw.password())


@pytest.fixture(scope="session")
def old_tokens(erin, log_in):
    return log_in(erin[0])


@pytest.fixture(scope="session")
def password_change(api, erin, old_tokens):
    old, new = erin
    return change(api, old_tokens, old.password, new.password)


@pytest.fixture(scope="session")
def new_tokens(erin, password_change, log_in):
    return log_in(erin[1])


def change(api, tokens, current, new):
    body = {"current_password": current, "new_password": new}
    return api.put("/me/password", json=body, token=tokens.access)


@needs("wrong-password-is-refused")
def test_password_can_be_changed(api, erin, password_change, new_tokens):
    password_change.expect(204)
    api.post("/login", json=erin[0].credentials).expect(401)


@needs("password-can-be-changed")
def test_password_change_needs_current_password(api, erin, new_tokens, log_in, draw):
    change(api, new_tokens, draw.password(), draw.password()).expect(403)
    log_in(erin[1])


@needs("password-can-be-changed")
def test_short_new_password_is_refused(api, erin, new_tokens, draw):
    change(api, new_tokens, erin[1].password, draw.password(7)).expect(INVALID)


@needs("password-can-be-changed", "refresh-returns-new-pair")
def test_password_change_ends_all_families(old_tokens, password_change, refresh):
    refresh(old_tokens.refresh).expect(401)
