"""Tokens that open nothing. Each differs in one way from one that works, which resigned-token-is-accepted has shown."""

import json
import time

import pytest

from kata.grader import needs


@pytest.fixture(scope="session")
def forge(alice_tokens, environment, jwt):
    """Alice's access token with something changed (None takes a field away), signed again or with `signature`."""
    secret = environment["JWT_SECRET"]

    def forge(header=(), claims=(), key=secret, digest="HS256", signature=None):
        old_header, old_claims = jwt.decoded(alice_tokens.access)
        parts = ({**old_header, **dict(header)}, {**old_claims, **dict(claims)})
        signed = ".".join(jwt.base64url(json.dumps(present(part)).encode()) for part in parts)
        return f"{signed}.{jwt.sign(signed, key, digest) if signature is None else signature}"

    return forge


def present(fields):
    return {name: value for name, value in fields.items() if value is not None}


@needs("valid-token-opens-me", "access-token-is-signed-jwt")
def test_resigned_token_is_accepted(api, forge):
    api.get("/me", token=forge()).expect(200)


@pytest.fixture(scope="session")
def shut_out(api, refused):
    """Judges that GET /me refuses a token; `kind` says what is wrong with it."""
    return lambda token, kind: refused(api.get("/me", token=token), f"{kind} was accepted")


@needs("valid-token-opens-me")
def test_missing_token_is_refused(api, refused):
    refused(api.get("/me"), "a request without a token was let in")


@needs("missing-token-is-refused")
def test_malformed_token_is_refused(api, alice_tokens, draw, environment, jwt, refused):
    header, payload, signature = alice_tokens.access.split(".")
    no_json = f"{header}.{jwt.base64url(draw.text(40).encode())}"
    for value in (
        "Bearer",
        f"Bearer {draw.secret(60)}",
        f"Bearer {header}.{payload}",
        f"Bearer {header}.!{payload}.{signature}",
        f"Bearer {no_json}.{jwt.sign(no_json, environment['JWT_SECRET'])}",
        f"Token {alice_tokens.access}",
        alice_tokens.access,
    ):
        refused(api.get("/me", headers={"Authorization": value}), "what is no Bearer token was accepted")


@needs("missing-token-is-refused", "registration-answers-the-user")
def test_changes_need_a_token(api, bob, refused, draw):
    new = draw.password()
    for method, path, body in (
        ("PATCH", "/me", {"name": draw.name()}),
        ("PUT", "/me/password", {"current_password": bob.password, "new_password": new}),
        ("PATCH", f"/users/{bob.id}", {"role": "admin"}),
    ):
        refused(api.request(method, path, json=body), f"{method} {path} did not refuse a request without a token")


@needs("resigned-token-is-accepted")
def test_expired_token_is_refused(forge, shut_out):
    for seconds, when in ((3600, "an hour"), (120, "two minutes")):
        shut_out(forge(claims={"exp": int(time.time()) - seconds}), f"a token that expired {when} ago")


@needs("resigned-token-is-accepted")
def test_foreign_signature_is_refused(forge, draw, shut_out):
    for key in (draw.secret(64), ""):
        shut_out(forge(key=key), "a token signed with another key")


@needs("resigned-token-is-accepted")
def test_unsigned_token_is_refused(forge, shut_out):
    for none in ("none", "None", "NONE", "nOnE"):
        shut_out(forge(header={"alg": none}, signature=""), f"a token with alg {none} and no signature")
    shut_out(forge(header={"alg": "none"}), "a token with alg none and a signature")


@needs("resigned-token-is-accepted")
def test_other_algorithm_is_refused(forge, shut_out):
    for algorithm in ("HS384", "HS512"):
        shut_out(forge(header={"alg": algorithm}, digest=algorithm), f"a token signed with {algorithm}")
    shut_out(forge(header={"alg": "RS256"}), "a token that says RS256 and is signed with HS256")


@needs("resigned-token-is-accepted", "registration-answers-the-user")
def test_edited_token_is_refused(forge, alice_tokens, bob, shut_out):
    signature = alice_tokens.access.rpartition(".")[2]
    shut_out(forge(claims={"sub": bob.id}, signature=signature), "a token with an edited payload")


@needs("resigned-token-is-accepted")
def test_early_token_is_refused(forge, shut_out):
    shut_out(forge(claims={"nbf": int(time.time()) + 600}), "a token that is not valid yet")


@needs("resigned-token-is-accepted")
def test_endless_token_is_refused(forge, shut_out):
    shut_out(forge(claims={"exp": None}), "a token without exp")


@needs("resigned-token-is-accepted")
def test_token_of_nobody_is_refused(forge, draw, shut_out):
    for subject in (draw.uuid(), draw.word()):
        shut_out(forge(claims={"sub": subject}), "a token whose sub is nobody's id")


@needs("valid-token-opens-me", "login-returns-refresh-token")
def test_refresh_token_is_no_access_token(alice_tokens, shut_out):
    token = alice_tokens.refresh
    if token.isascii() and token.isprintable():  # what no header can carry opens nothing
        shut_out(token, "a refresh token")


@needs("missing-token-is-refused")
def test_token_in_query_is_refused(api, alice_tokens, refused):
    names = ("access_token", "token", "jwt", "authorization")
    reply = api.get("/me", params=dict.fromkeys(names, alice_tokens.access))
    refused(reply, "a token in the query string was accepted")
