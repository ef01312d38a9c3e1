"""The access token: what it is, and what it opens."""

import time

from kata.grader import needs, require, same_json


@needs("login-returns-access-token")
def test_access_token_is_signed_jwt(alice_tokens, jwt, environment):
    header, _ = jwt.decoded(alice_tokens.access)
    require(header.get("alg") == "HS256", "the header's alg is wrong", expected="HS256", actual=header.get("alg"))
    signed, _, signature = alice_tokens.access.rpartition(".")
    right = jwt.sign(signed, environment["JWT_SECRET"])
    require(signature == right, "the signature does not fit the token and JWT_SECRET", expected=right, actual=signature)


@needs("access-token-is-signed-jwt", "registration-answers-the-user")
def test_access_token_has_claims(alice, alice_tokens, jwt):
    _, claims = jwt.decoded(alice_tokens.access)
    require(claims.get("sub") == alice.id, "the claim sub is wrong", expected=alice.id, actual=claims.get("sub"))
    for name in ("iat", "exp"):
        value = claims.get(name)
        whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)
        require(whole, f"the claim {name} must be a whole number of seconds since 1970", actual=value)
    off = abs(claims["iat"] - time.time())
    require(off < 300, "iat is not the moment of the login, in seconds since 1970", actual=claims["iat"])


@needs("access-token-has-claims")
def test_access_token_has_right_lifetime(alice_tokens, jwt, environment):
    _, claims = jwt.decoded(alice_tokens.access)
    seconds, lifetime = claims["exp"] - claims["iat"], int(environment["ACCESS_TOKEN_TTL"])
    require(seconds == lifetime, "exp - iat is not ACCESS_TOKEN_TTL", expected=lifetime, actual=seconds)


@needs("login-returns-access-token")
def test_valid_token_opens_me(api, alice_tokens):
    api.get("/me", token=alice_tokens.access).expect(200)


@needs("valid-token-opens-me", "registration-answers-the-user")
def test_me_returns_account(api, alice, alice_tokens):
    user = api.get("/me", token=alice_tokens.access).expect(200).json
    mine = {"id": alice.id, "email": alice.email, "name": alice.name, "role": "user"}
    same_json(user, {**user, **mine} if isinstance(user, dict) else mine)
