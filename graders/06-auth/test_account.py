"""The own account: name and password."""

from kata.grader import INVALID, OK, REFUSED, needs, require


@needs("me-returns-account")
def test_profile_can_be_changed(api, dave_tokens, draw):
    name = draw.name()
    changed = api.patch("/me", json={"name": name}, token=dave_tokens.access).expect(200)
    for reply in (changed, api.get("/me", token=dave_tokens.access).expect(200)):
        came = reply.field("name", str)
        require(came == name, "the name did not change", expected=name, actual=came, reply=reply)


@needs("wrong-password-is-refused")
def test_password_can_be_changed(api, erin, password_change, new_tokens):
    password_change.expect(OK)
    api.post("/login", json=erin[0].credentials).expect(REFUSED)


@needs("password-can-be-changed")
def test_password_change_needs_current_password(erin, new_tokens, log_in, change_password, draw):
    change_password(new_tokens, draw.password(), draw.password()).expect(403)
    log_in(erin[1])


@needs("password-can-be-changed")
def test_short_new_password_is_refused(erin, new_tokens, change_password, draw):
    change_password(new_tokens, erin[1].password, draw.password(7)).expect(INVALID)


@needs("password-can-be-changed", "refresh-returns-access-token")
def test_password_change_ends_all_families(old_tokens, password_change, refresh, refused):
    password_change.expect(OK)
    refused(refresh(old_tokens.refresh), "a token from before the change of password still works")
