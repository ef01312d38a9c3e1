"""Tokens that open nothing. Each differs in one way from one that works, which resigned-token-is-accepted has shown."""

import json
import time

import pytest

from kata.grader import UNAUTHENTICATED, needs


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


@needs("me-returns-account", "access-token-is-signed-jwt")
def test_resigned_token_is_accepted(api, forge):
    api.get("/me", token=forge()).expect(200)


@needs("me-returns-account")
def test_missing_token_is_refused(api):
    api.get("/me").expect(UNAUTHENTICATED)


@needs("missing-token-is-refused")
def test_malformed_token_is_refused(api, alice_tokens, draw, environment, jwt):
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
        api.get("/me", headers={"Authorization": value}).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_expired_token_is_refused(api, forge):
    api.get("/me", token=forge(claims={"exp": int(time.time()) - 3600})).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_foreign_signature_is_refused(api, forge, draw):
    for key in (draw.secret(64), ""):
        api.get("/me", token=forge(key=key)).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_unsigned_token_is_refused(api, forge):
    for none in ("none", "None", "NONE", "nOnE"):
        api.get("/me", token=forge(header={"alg": none}, signature="")).expect(UNAUTHENTICATED)
    api.get("/me", token=forge(header={"alg": "none"})).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_other_algorithm_is_refused(api, forge):
    for algorithm in ("HS384", "HS512"):
        api.get("/me", token=forge(header={"alg": algorithm}, digest=algorithm)).expect(UNAUTHENTICATED)
    api.get("/me", token=forge(header={"alg": "RS256"})).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_edited_token_is_refused(api, forge, alice_tokens, bob):
    signature = alice_tokens.access.rpartition(".")[2]
    api.get("/me", token=forge(claims={"sub": bob.id}, signature=signature)).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_early_token_is_refused(api, forge):
    api.get("/me", token=forge(claims={"nbf": int(time.time()) + 600})).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_endless_token_is_refused(api, forge):
    api.get("/me", token=forge(claims={"exp": None})).expect(UNAUTHENTICATED)


@needs("resigned-token-is-accepted")
def test_token_of_nobody_is_refused(api, forge, draw):
    for subject in (draw.uuid(), draw.word()):
        api.get("/me", token=forge(claims={"sub": subject})).expect(UNAUTHENTICATED)


@needs("me-returns-account")
def test_refresh_token_is_no_access_token(api, alice_tokens):
    api.get("/me", token=alice_tokens.refresh).expect(UNAUTHENTICATED)


@needs("missing-token-is-refused")
def test_token_in_query_is_refused(api, alice_tokens):
    names = ("access_token", "token", "jwt", "authorization")
    api.get("/me", params=dict.fromkeys(names, alice_tokens.access)).expect(UNAUTHENTICATED)
