"""Manners: statuses, bodies of errors, odd input, CORS."""

import json

from kata.grader import INVALID, OK, needs, require

JSON = {"Content-Type": "application/json"}


@needs("register-creates-account")
def test_unknown_route_answers_404(api, draw):
    api.get(f"/{draw.word()}").expect(404)


@needs("login-returns-access-token")
def test_wrong_method_answers_405(api):
    api.delete("/login").expect(405).header("Allow")


@needs("logout-ends-family", "password-can-be-changed")
def test_done_answers_204(logged_out, password_change):
    logged_out.reply.expect(204)
    password_change.expect(204)


@needs("login-returns-access-token")
def test_wrong_content_type_answers_415(api, stranger, alice):
    first, second = json.dumps(stranger().registration), json.dumps(stranger().registration)
    api.post("/register", content=first, headers={"Content-Type": "Application/JSON; charset=utf-8"}).expect(OK)
    for path, body in (("/register", second), ("/login", json.dumps(alice.credentials))):
        api.post(path, content=body, headers={"Content-Type": "text/plain"}).expect(415)
    api.post("/register", form=stranger().registration).expect(415)


@needs("register-creates-account")
def test_malformed_json_is_refused(api, stranger):
    text = json.dumps(stranger().registration)
    for body in (text[:-1], f"[{text}]", '"text"', "null", "7"):
        api.post("/register", content=body, headers=JSON).expect(INVALID)


@needs(
    "missing-field-is-refused",
    "administrator-promotes",
    "password-can-be-changed",
    "profile-can-be-changed",
    "logout-ends-family",
)
def test_every_body_is_checked(api, bob, dave, dave_tokens, admin_tokens, draw):
    for path, body in (
        ("/login", {"email": bob.email}),
        ("/login", {**bob.credentials, "password": 1234567890}),
        ("/refresh", {}),
        ("/refresh", {"refresh_token": 42}),
    ):
        api.post(path, json=body).expect({401, *INVALID})  # what is no password of theirs is a wrong one, too
    api.post("/logout", json={"refresh_token": None}).expect(INVALID)
    for body in ({}, {"name": ""}, {"name": 5}, {"name": draw.text(101)}):
        api.patch("/me", json=body, token=dave_tokens.access).expect(INVALID)
    for body in ({"current_password": dave.password}, {"current_password": dave.password, "new_password": 1234567890}):
        api.put("/me/password", json=body, token=dave_tokens.access).expect(INVALID)
    for body in ({"new_password": draw.password()}, {"current_password": 1234567890, "new_password": draw.password()}):
        api.put("/me/password", json=body, token=dave_tokens.access).expect({403, *INVALID})  # a wrong one, too
    for method, path in (("POST", "/logout"), ("PATCH", "/me"), ("PUT", "/me/password")):
        api.request(method, path, content="null", headers=JSON, token=dave_tokens.access).expect(INVALID)
    for role in ("boss", True):
        api.patch(f"/users/{bob.id}", json={"role": role}, token=admin_tokens.access).expect(INVALID)


@needs("wrong-password-is-refused")
def test_errors_are_json_objects(api, alice, alice_tokens, wrong_password, draw):
    for reply in (
        wrong_password,
        api.get("/users", token=alice_tokens.access),
        api.get(f"/{draw.word()}"),
        api.delete("/login"),
        api.post("/register", json={}),
        api.post("/register", json=alice.registration),
        api.post("/register", content="{", headers=JSON),
        api.post("/register", content="{}", headers={"Content-Type": "text/plain"}),
    ):
        if 400 <= reply.status < 500:
            require(isinstance(reply.json, dict), f"the body of a {reply.status} must be a JSON object", reply=reply)
            sent_as = reply.media_type
            fine = sent_as in ("application/json", "application/problem+json")
            require(fine, f"the body of a {reply.status} is JSON, but not sent as such", actual=sent_as, reply=reply)


@needs("administrator-lists-accounts")
def test_odd_input_never_crashes(api, admin_tokens):
    deep = '{"email":' + "[" * 1000 + "]" * 1000 + "}"
    for body in (b"", deep, b'{"email": "\xff\xfe@example.com", "password": "\xc3\x28\xc3\x28\xc3\x28\xc3\x28"}'):
        for path in ("/register", "/login"):
            expect_no_crash(api.post(path, content=body, headers=JSON))
    for id in ("nobody", "1", "%ff"):
        expect_no_crash(api.get(f"/users/{id}", token=admin_tokens.access))
    expect_no_crash(api.patch("/users/nobody", json={"role": "user"}, token=admin_tokens.access))


@needs("valid-token-opens-me")
def test_cors_keeps_credentials_safe(api, alice_tokens, draw):
    origin = f"https://{draw.word()}.example"
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for reply in (
        api.get("/me", token=alice_tokens.access, headers={"Origin": origin}),
        api.options("/login", headers=asking),
    ):
        allowed = reply.headers.get("Access-Control-Allow-Origin")
        credentials = reply.headers.get("Access-Control-Allow-Credentials") == "true"
        require(
            not (credentials and allowed in ("*", origin)),
            "any website may act for a logged-in user: credentials are allowed together with this origin",
            actual=allowed,
            reply=reply,
        )


def expect_no_crash(reply):
    require(400 <= reply.status < 500, "odd input must be refused with a 4xx", actual=reply.status, reply=reply)
