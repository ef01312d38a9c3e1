"""Access tokens are signed JWTs; refresh tokens are random strings that rotate, of which only the hash is stored."""

import hashlib
import os
import secrets
import time
from uuid import UUID

import jwt

SECRET = os.environ["JWT_SECRET"]
ACCESS_TTL = int(os.environ["ACCESS_TOKEN_TTL"])
REFRESH_TTL = int(os.environ["REFRESH_TOKEN_TTL"])


def subject(access_token: str) -> UUID | None:
    """The user's id in a valid access token, None for any other text."""
    try:
        claims = jwt.decode(access_token, SECRET, algorithms=["HS256"], options={"require": ["sub", "iat", "exp"]})
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        return None


def start_family(db, user_id: UUID) -> dict:
    """The first token pair of a new login."""
    login = db.execute("INSERT INTO logins (user_id) VALUES (%s) RETURNING id", [user_id]).fetchone()
    return _pair(db, login["id"], user_id)


def rotate(db, refresh_token: str) -> dict | None:
    """A new pair for a fresh token. A token that was used before ends its family."""
    found = db.execute(
        "SELECT logins.id, user_id, hash, used_at IS NULL AND expires_at > now() AS fresh "
        "FROM logins JOIN refresh_tokens ON login_id = logins.id WHERE hash = %s FOR UPDATE",
        [_digest(refresh_token)],
    ).fetchone()
    if found is None:
        return None
    if not found["fresh"]:
        db.execute("DELETE FROM logins WHERE id = %s", [found["id"]])
        return None
    db.execute("UPDATE refresh_tokens SET used_at = now() WHERE hash = %s", [found["hash"]])
    return _pair(db, found["id"], found["user_id"])


def end_family(db, refresh_token: str) -> None:
    db.execute(
        "DELETE FROM logins WHERE id = (SELECT login_id FROM refresh_tokens WHERE hash = %s)", [_digest(refresh_token)]
    )


def end_all_families(db, user_id: UUID) -> None:
    db.execute("DELETE FROM logins WHERE user_id = %s", [user_id])


def _pair(db, login_id: UUID, user_id: UUID) -> dict:
    refresh_token = secrets.token_urlsafe(32)
    db.execute(
        "INSERT INTO refresh_tokens (hash, login_id, expires_at) VALUES (%s, %s, now() + make_interval(secs => %s))",
        [_digest(refresh_token), login_id, REFRESH_TTL],
    )
    return {
        "access_token": _access_token(user_id),
        "token_type": "Bearer",
        "expires_in": ACCESS_TTL,
        "refresh_token": refresh_token,
    }


def _access_token(user_id: UUID) -> str:
    now = int(time.time())
    return jwt.encode({"sub": str(user_id), "iat": now, "exp": now + ACCESS_TTL}, SECRET, algorithm="HS256")


def _digest(refresh_token: str) -> str:
    """SHA-256 is enough here: nobody can guess 256 random bits, however fast the hash."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()
