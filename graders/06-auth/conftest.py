"""The people of the run: accounts and logins that the checks share, and a forge for access tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from kata.grader import OK, Failure, ProtocolError, Reply, parse_json, require

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# -- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody who may have an account."""

    email: str
    password: str
    name: str

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}

    @property
    def registration(self) -> dict[str, str]:
        return {**self.credentials, "name": self.name}

    def member(self, reply: Reply) -> Member:
        """The same with an account, as the reply to the registration says."""
        return Member(self.email, self.password, self.name, reply.expect(OK))


@dataclass(frozen=True)
class Member(Person):
    """Somebody with an account; `registered` is what the registration was answered with."""

    registered: Reply

    @property
    def id(self) -> str:
        """What the server calls the account. That the reply tells it is a check of its own."""
        id: str = self.registered.field("id", str)
        return id

    def is_shown_in(self, reply: Reply) -> bool:
        """Whether the reply has the person's e-mail in it, or a UUID that the registration was answered with."""
        marks = (self.email.lower(), *UUID.findall(self.registered.text.lower()))
        return any(mark in reply.text.lower() for mark in marks)


@pytest.fixture(scope="session")
def stranger(draw):
    """Makes up somebody who has no account yet; fields can be given."""
    return lambda **given: replace(Person(draw.email(), draw.password(), draw.name()), **given)


@pytest.fixture(scope="session")
def join(api, stranger):
    """Registers somebody new."""

    def join(**given: str) -> Member:
        person = stranger(**given)
        return person.member(api.post("/register", json=person.registration))

    return join


@pytest.fixture(scope="session")
def newcomer(stranger):
    """Alice before she registers."""
    return stranger()


@pytest.fixture(scope="session")
def registration(api, newcomer):
    return api.post("/register", json=newcomer.registration)


@pytest.fixture(scope="session")
def alice(newcomer, registration):
    """An account that no check changes."""
    return newcomer.member(registration)


@pytest.fixture(scope="session")
def bob(join):
    """A second account that no check changes."""
    return join()


@pytest.fixture(scope="session")
def carol(join):
    """An account with several logins, one for each way of ending them."""
    return join()


@pytest.fixture(scope="session")
def dave(join):
    """An account whose name changes, and which would like to be an administrator."""
    return join()


@pytest.fixture(scope="session")
def admin(environment):
    """The first administrator, whom the server made from its environment."""
    return Person(environment["ADMIN_EMAIL"], environment["ADMIN_PASSWORD"], "")


# -- logins ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """The two tokens in a reply, each looked for when it is needed: who has no refresh tokens yet has access tokens."""

    reply: Reply

    @property
    def access(self) -> str:
        token: str = self.reply.field("access_token", str)
        return token

    @property
    def refresh(self) -> str:
        token: str = self.reply.field("refresh_token", str)
        return token


@pytest.fixture(scope="session")
def log_in(api):
    """Logs somebody in, at the server or at a copy of it."""
    return lambda person, at=api: Pair(at.post("/login", json=person.credentials).expect(OK))


@pytest.fixture(scope="session")
def refresh(api):
    """Sends a refresh token to /refresh, at the server or at a copy of it."""
    return lambda token, at=api: at.post("/refresh", json={"refresh_token": token})


@pytest.fixture(scope="session")
def refused():
    """Judges that somebody who is not known was refused. That it was with 401 is a check of its own."""

    def refused(reply: Reply, otherwise: str) -> None:
        if reply.status >= 500:
            reply.expect(401)
        known = reply.status not in {400, 401, 403, 422}
        require(not known, otherwise, expected=401, actual=reply.status, reply=reply)

    return refused


@pytest.fixture(scope="session")
def log_out(api):
    """Sends a refresh token to /logout."""
    return lambda token: api.post("/logout", json={"refresh_token": token})


@pytest.fixture(scope="session")
def alice_login(api, alice):
    return api.post("/login", json=alice.credentials)


@pytest.fixture(scope="session")
def alice_tokens(alice_login):
    """Alice's tokens; no check uses up the refresh token."""
    return Pair(alice_login.expect(OK))


@pytest.fixture(scope="session")
def wrong_password(api, alice, alice_login, stranger):
    """The reply to Alice's e-mail with a password that is not hers."""
    return api.post("/login", json={"email": alice.email, "password": stranger().password})


@pytest.fixture(scope="session")
def unauthenticated(api, wrong_password, refresh, draw):
    """Replies to four who are not known: a wrong password, no token, a random access and a random refresh token."""
    return [wrong_password, api.get("/me"), api.get("/me", token=draw.secret(40)), refresh(draw.secret(40))]


@pytest.fixture(scope="session")
def dave_tokens(dave, log_in):
    return log_in(dave)


@pytest.fixture(scope="session")
def admin_tokens(admin, log_in):
    return log_in(admin)


@pytest.fixture(scope="session")
def admin_later(api, admin, admin_tokens, change_password, draw):
    """The first administrator, who has changed the password since the first start, where that can be done."""
    later = replace(admin, password=draw.password())
    changed = change_password(admin_tokens, admin.password, later.password).status in OK
    works = changed and api.post("/login", json=later.credentials).status in OK
    return later if works else admin


@pytest.fixture(scope="session")
def bystander(carol, log_in):
    """The refresh token of a login of Carol's that was there before her other logins came to an end."""
    return log_in(carol).refresh


def made_first(request: pytest.FixtureRequest, name: str) -> None:
    """What happens earlier, where it can happen at all: whose server fails in it is told so by a check of its own."""
    with suppress(AssertionError, ProtocolError):
        request.getfixturevalue(name)


@pytest.fixture(scope="session")
def refreshed(carol, log_in, refresh, bystander):
    """A first refresh token of Carol's, and the reply it got."""
    first = log_in(carol).refresh
    return SimpleNamespace(first=first, reply=refresh(first))


@pytest.fixture(scope="session")
def reused(refreshed, refresh):
    """The same family, refreshed a second time with its own second token; then the first token came again."""
    second = Pair(refreshed.reply.expect(OK)).refresh
    newest = Pair(refresh(second).expect(OK)).refresh
    return SimpleNamespace(newest=newest, reply=refresh(refreshed.first))


@pytest.fixture(scope="session")
def logged_out(request, carol, log_in, refresh, log_out, bystander):
    """Carol logs in again, refreshes and logs out: her newest refresh token, and the reply to the logout."""
    made_first(request, "reused")
    first = log_in(carol).refresh
    body = refresh(first).expect(OK).json
    came = body.get("refresh_token") if isinstance(body, dict) else None
    newest = came if isinstance(came, str) else first  # that a new one comes is a check of its own
    return SimpleNamespace(token=newest, reply=log_out(newest))


@pytest.fixture(scope="session")
def restarted(request, alice, log_in, control):
    """Alice's tokens from before the server was restarted."""
    for name in ("logged_out", "admin_later"):
        made_first(request, name)
    tokens = log_in(alice)
    control.restart_app()
    return tokens


# -- a change of password ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def erin(join, draw):
    """An account whose password changes, before and after that."""
    old = join()
    return old, replace(old, password=draw.password())


@pytest.fixture(scope="session")
def old_tokens(erin, log_in):
    return log_in(erin[0])


@pytest.fixture(scope="session")
def change_password(api):
    """Sends a change of password."""

    def change(tokens: Pair, current: str, new: str) -> Reply:
        body = {"current_password": current, "new_password": new}
        return api.put("/me/password", json=body, token=tokens.access)

    return change


@pytest.fixture(scope="session")
def password_change(erin, old_tokens, change_password):
    old, new = erin
    return change_password(old_tokens, old.password, new.password)


@pytest.fixture(scope="session")
def new_tokens(erin, password_change, log_in):
    return log_in(erin[1])


# -- tokens ----------------------------------------------------------------------------------------------------------

DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@pytest.fixture(scope="session")
def jwt():
    """Reads and signs access tokens."""
    return SimpleNamespace(decoded=decoded, sign=sign, base64url=base64url)


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT (RFC 7519 section 3), or a Failure that says what is wrong with it."""
    parts = token.split(".")
    if len(parts) != 3:
        raise Failure(f"an access token has three parts with dots between them, this one has {len(parts)}")
    return read_part(parts[0], "header"), read_part(parts[1], "payload")


def read_part(part: str, what: str) -> dict[str, Any]:
    try:
        padded = part + "=" * (-len(part) % 4)
        data = parse_json(base64.b64decode(padded, altchars=b"-_", validate=True).decode("utf-8"))
    except ValueError as error:
        raise Failure(f"the {what} of the access token is not JSON in base64url") from error
    if "=" in part or not isinstance(data, dict):
        raise Failure(f"the {what} of the access token must be a JSON object in base64url without padding")
    return data


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def sign(signed: str, key: str, digest: str = "HS256") -> str:
    """The HMAC signature of header and payload (RFC 7518 section 3.2)."""
    return base64url(hmac.new(key.encode(), signed.encode(), DIGESTS[digest]).digest())
