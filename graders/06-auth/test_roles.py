"""Who may do what: users, administrators, and users who would like to be administrators."""

from kata.grader import NOT_OWNER, OK, UNAUTHENTICATED, needs, require

REFUSED_ROLE = frozenset({400, 403, 422})


@needs("valid-token-opens-me")
def test_administrator_lists_accounts(api, admin_tokens, alice, bob):
    reply = api.get("/users", token=admin_tokens.access).expect(200)
    listed = {str(user.get("email")).lower() for user in reply.field("users", list) if isinstance(user, dict)}
    missing = [person.email for person in (alice, bob) if person.email.lower() not in listed]
    require(not missing, "accounts are missing in the list", actual=missing, reply=reply)


@needs("administrator-lists-accounts", "missing-token-is-refused")
def test_user_cannot_list_accounts(api, alice_tokens):
    api.get("/users", token=alice_tokens.access).expect(403)
    api.get("/users").expect(UNAUTHENTICATED)


@needs("missing-token-is-refused", "registration-answers-the-user")
def test_user_cannot_read_another_account(api, alice, alice_tokens, bob):
    reply = api.get(f"/users/{alice.id}", token=alice_tokens.access).expect(200)
    require(reply.field("id", str) == alice.id, "this is another account", expected=alice.id, reply=reply)
    api.get(f"/users/{bob.id}", token=alice_tokens.access).expect(NOT_OWNER)
    api.get(f"/users/{alice.id}").expect(UNAUTHENTICATED)


@needs("administrator-lists-accounts", "registration-answers-the-user")
def test_administrator_reads_any_account(api, admin_tokens, bob, draw):
    reply = api.get(f"/users/{bob.id}", token=admin_tokens.access).expect(200)
    require(reply.field("email", str) == bob.email, "this is another account", expected=bob.email, reply=reply)
    api.get(f"/users/{draw.uuid()}", token=admin_tokens.access).expect(404)


@needs("user-cannot-list-accounts")
def test_registration_cannot_choose_role(api, stranger, log_in):
    person = stranger()
    reply = api.post("/register", json={**person.registration, "role": "admin"}).expect(OK | REFUSED_ROLE)
    if reply.status in OK:
        api.get("/users", token=log_in(person).access).expect(NOT_OWNER)


@needs("user-cannot-list-accounts", "profile-can-be-changed")
def test_profile_cannot_choose_role(api, dave_tokens, draw):
    body = {"name": draw.name(), "role": "admin"}
    api.patch("/me", json=body, token=dave_tokens.access).expect(OK | REFUSED_ROLE)
    is_no_administrator(api, dave_tokens.access)


@needs("user-cannot-list-accounts", "administrator-promotes", "me-returns-account")
def test_user_cannot_change_roles(api, join, log_in):
    person = join()
    token = log_in(person).access
    api.patch(f"/users/{person.id}", json={"role": "admin"}, token=token).expect(NOT_OWNER)
    is_no_administrator(api, token)


@needs("administrator-lists-accounts", "registration-answers-the-user")
def test_administrator_promotes(api, admin_tokens, join, log_in):
    person = join()
    reply = api.patch(f"/users/{person.id}", json={"role": "admin"}, token=admin_tokens.access).expect(200)
    require(reply.field("role", str) == "admin", "the role did not change", expected="admin", reply=reply)
    api.get("/users", token=log_in(person).access).expect(200)


@needs("administrator-promotes", "administrator-reads-any-account")
def test_administrator_takes_a_role_back(api, admin_tokens, join):
    path, token = f"/users/{join().id}", admin_tokens.access
    for role in ("admin", "user"):
        changed = api.patch(path, json={"role": role}, token=token).expect(200)
        for reply in (changed, api.get(path, token=token).expect(200)):
            came = reply.field("role", str)
            require(came == role, "the role did not change", expected=role, actual=came, reply=reply)


def is_no_administrator(api, token):
    me = api.get("/me", token=token).expect(200)
    require(me.field("role", str) == "user", "they made themselves an administrator", expected="user", reply=me)
    api.get("/users", token=token).expect(NOT_OWNER)
