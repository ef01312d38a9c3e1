"""Logging in, and how a refusal looks."""

from kata.grader import OK, REFUSED, needs, require, same_json


@needs("register-creates-account")
def test_login_returns_access_token(alice_login):
    alice_login.expect(OK)
    alice_login.field("access_token", str)


@needs("login-returns-access-token")
def test_login_returns_refresh_token(alice_login):
    alice_login.field("refresh_token", str)


@needs("refresh-returns-access-token")
def test_token_replies_are_complete(alice_login, refreshed, environment):
    lifetime = int(environment["ACCESS_TOKEN_TTL"])
    for reply in (alice_login, refreshed.reply):
        reply.expect(200)
        kind, seconds = reply.field("token_type", str), reply.field("expires_in", float)
        require(kind == "Bearer", "token_type is wrong", expected="Bearer", actual=kind, reply=reply)
        require(seconds == lifetime, "expires_in is wrong", expected=lifetime, actual=seconds, reply=reply)


@needs("login-returns-access-token")
def test_login_ignores_email_case(api, alice):
    api.post("/login", json={"email": alice.email.upper(), "password": alice.password}).expect(OK)


@needs("login-returns-access-token")
def test_wrong_password_is_refused(wrong_password):
    wrong_password.expect(REFUSED)


@needs("wrong-password-is-refused")
def test_unknown_email_looks_like_wrong_password(api, stranger, wrong_password):
    reply = api.post("/login", json=stranger().credentials)
    require(
        reply.status == wrong_password.status,
        "an unknown e-mail and a wrong password are told apart by their status",
        expected=wrong_password.status,
        actual=reply.status,
        reply=reply,
    )
    same_json(reply.json, wrong_password.json)


@needs("wrong-password-is-refused", "missing-token-is-refused", "refresh-returns-access-token")
def test_unauthenticated_answers_401(unauthenticated):
    for reply in unauthenticated:
        reply.expect(401)


@needs("wrong-password-is-refused", "missing-token-is-refused")
def test_unauthenticated_replies_carry_challenge(unauthenticated):
    for reply in unauthenticated:
        if reply.status == 401:
            reply.header("WWW-Authenticate")
            challenges = " ".join(reply.headers.all("WWW-Authenticate"))
            message = "a 401 must carry a WWW-Authenticate header with the scheme Bearer"
            require("bearer" in challenges.lower(), message, actual=challenges, reply=reply)


@needs("refresh-returns-access-token")
def test_token_replies_are_not_stored(alice_login, refreshed):
    for reply in (alice_login, refreshed.reply):
        reply.header("Cache-Control")
        directives = reply.headers.tokens("Cache-Control")
        require("no-store" in directives, "Cache-Control lacks no-store", actual=sorted(directives), reply=reply)
