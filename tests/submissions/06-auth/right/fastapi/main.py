"""Accounts, access tokens, rotating refresh tokens and roles."""

from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg.errors import UniqueViolation

import database
import passwords
import tokens
from shapes import Credentials, PasswordChange, Profile, RefreshToken, Registration, RoleChange, TokenPair, User, Users


@asynccontextmanager
async def lifespan(app: FastAPI):
    database.pool.open()
    database.prepare()
    yield
    database.pool.close()


def json_only(request: Request) -> None:
    """Whoever sends a body says that it is JSON."""
    media_type = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if request.method in ("POST", "PUT", "PATCH") and media_type != "application/json":
        raise HTTPException(415, "send application/json")


app = FastAPI(title="Authentication", lifespan=lifespan, dependencies=[Depends(json_only)])


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """What was wrong and where, without repeating the input, which may hold a password."""
    return JSONResponse({"detail": [{"loc": e["loc"], "msg": e["msg"]} for e in error.errors()]}, 422)


def connection():
    """One transaction for one request. Scope "function" commits it before the reply is sent, not after."""
    with database.pool.connection() as db:
        yield db


Db = Annotated[object, Depends(connection, scope="function")]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def unauthorized(why: str) -> HTTPException:
    return HTTPException(401, why, {"WWW-Authenticate": "Bearer"})


def signed_in(bearer: Bearer, db: Db) -> dict:
    """The account that the access token was made for."""
    user_id = tokens.subject(bearer.credentials) if bearer else None
    user = find_user(db, user_id) if user_id else None
    if user is None:
        raise unauthorized("a valid access token is needed")
    return user


SignedIn = Annotated[dict, Depends(signed_in)]


def administrator(user: SignedIn) -> dict:
    """The role is read from the database, so taking it away works at once."""
    if user["role"] != "admin":
        raise HTTPException(403, "for administrators only")
    return user


Administrator = Annotated[dict, Depends(administrator)]


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


@app.post("/register", status_code=201, response_model=User)
def register(new: Registration, db: Db):
    try:
        return db.execute(
            "INSERT INTO users (email, name, password_hash) VALUES (%s, %s, %s) RETURNING *",
            [new.email, new.name, passwords.hash(new.password)],
        ).fetchone()
    except UniqueViolation:
        db.rollback()
        raise HTTPException(409, "this e-mail is registered already") from None


@app.post("/login", response_model=TokenPair)
def login(credentials: Credentials, response: Response, db: Db):
    user = db.execute("SELECT * FROM users WHERE email = %s", [credentials.email]).fetchone()
    right = passwords.matches(credentials.password, user["password_hash"] if user else passwords.NOBODY)
    if user is None or not right:
        raise unauthorized("e-mail or password is wrong")
    response.headers["Cache-Control"] = "no-store"
    return tokens.start_family(db, user["id"])


@app.post("/refresh", response_model=TokenPair)
def refresh(body: RefreshToken, response: Response, db: Db):
    pair = tokens.rotate(db, body.refresh_token)
    if pair is None:
        db.commit()  # a reused token has just ended its family
        raise unauthorized("this refresh token is not valid")
    response.headers["Cache-Control"] = "no-store"
    return pair


@app.post("/logout", status_code=204)
def logout(body: RefreshToken, db: Db) -> None:
    tokens.end_family(db, body.refresh_token)


@app.get("/me", response_model=User)
def read_me(user: SignedIn):
    return user


@app.patch("/me", response_model=User)
def change_me(change: Profile, user: SignedIn, db: Db):
    return db.execute("UPDATE users SET name = %s WHERE id = %s RETURNING *", [change.name, user["id"]]).fetchone()


@app.put("/me/password", status_code=204)
def change_password(change: PasswordChange, user: SignedIn, db: Db) -> None:
    if not passwords.matches(change.current_password, user["password_hash"]):
        raise HTTPException(403, "the current password is wrong")
    new_hash = passwords.hash(change.new_password)
    db.execute("UPDATE users SET password_hash = %s WHERE id = %s", [new_hash, user["id"]])
    tokens.end_all_families(db, user["id"])


@app.get("/users", response_model=Users)
def list_users(_: Administrator, db: Db):
    return {"users": db.execute("SELECT * FROM users ORDER BY email").fetchall()}


@app.get("/users/{id}", response_model=User)
def read_user(id: UUID, user: SignedIn, db: Db):
    if user["id"] != id and user["role"] != "admin":
        raise HTTPException(403, "not your account")
    found = find_user(db, id)
    if found is None:
        raise HTTPException(404, "no such account")
    return found


@app.patch("/users/{id}", response_model=User)
def change_role(id: UUID, change: RoleChange, _: Administrator, db: Db):
    found = db.execute("UPDATE users SET role = %s WHERE id = %s RETURNING *", [change.role, id]).fetchone()
    if found is None:
        raise HTTPException(404, "no such account")
    return found


def find_user(db, id: UUID) -> dict | None:
    return db.execute("SELECT * FROM users WHERE id = %s", [id]).fetchone()
