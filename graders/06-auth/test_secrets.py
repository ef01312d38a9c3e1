"""What must not be found: in the database (read-only, beside behaviour), in replies, in tokens."""

import base64
import hashlib
import re

from kata.grader import INVALID, needs, require

SECRET_KEYS = {"password", "passwordhash", "hashedpassword", "passwd", "pwd", "hash", "salt", "passworddigest"}
PASSWORD_HASH = re.compile(r"\$(?:argon2|2[abxy]|scrypt|5|6)\S*\$|pbkdf2|scrypt:")


@needs("login-returns-access-token")
def test_account_is_in_database(database, alice):
    found = database.find(alice.email)
    require(found, "no table of the database holds the e-mail of a registered account", expected=alice.email)


@needs("account-is-in-database")
def test_password_is_not_in_database(database, alice):
    for written in (alice.password, alice.password.encode().hex(), base64.b64encode(alice.password.encode()).decode()):
        places = [place.table for place in database.find(written)]
        require(not places, "the database holds the password itself", actual=places)


@needs("account-is-in-database")
def test_fast_hash_is_not_in_database(database, alice):
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, alice.password.encode(), usedforsecurity=False).digest()
        for written in (digest.hex(), base64.b64encode(digest).decode().rstrip("=")):
            places = [place.table for place in database.find(written)]
            require(not places, f"the database holds the bare {name} of the password", actual=places)


@needs("account-is-in-database", "login-returns-refresh-token")
def test_refresh_token_is_not_in_database(database, alice_tokens):
    places = [place.table for place in database.find(alice_tokens.refresh)]
    require(not places, "the database holds a refresh token in clear", actual=places)


@needs("administrator-lists-accounts", "access-token-is-signed-jwt")
def test_replies_hold_no_secrets(api, registration, alice, alice_tokens, admin_tokens, jwt):
    holds_no_secret("the reply to POST /register", registration.json, registration.text, alice.password)
    for path, token in (("/me", alice_tokens.access), ("/users", admin_tokens.access)):
        reply = api.get(path, token=token).expect(200)
        holds_no_secret(f"the reply to {reply.about}", reply.json, reply.text, alice.password)
    claims = jwt.decoded(alice_tokens.access)[1]
    holds_no_secret("the access token", claims, str(claims), alice.password)


@needs("missing-field-is-refused")
def test_errors_do_not_repeat_password(api, alice, stranger):
    person = stranger()
    invalid = [api.post("/register", json=body) for body in (person.credentials, {**person.registration, "name": ""})]
    for reply in invalid:
        reply.expect(INVALID)
    taken = api.post("/register", json={**person.registration, "email": alice.email})
    for reply in (*invalid, taken):
        require(person.password not in reply.text, "the error repeats the password", reply=reply)


def holds_no_secret(where, data, text, password):
    require(password not in text, f"{where} contains the password")
    require(not PASSWORD_HASH.search(text), f"{where} contains a password hash")
    for key, value in fields(data):
        plain = re.sub(r"[^a-z]", "", key.lower())
        require(not (value and plain in SECRET_KEYS), f"{where} has a field {key!r}")


def fields(data):
    """Every key and value, however deep."""
    for key, value in data.items() if isinstance(data, dict) else ():
        yield key, value
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from fields(value)
