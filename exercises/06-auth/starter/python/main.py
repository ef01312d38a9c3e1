"""Authentication: where to begin. The statement: STATEMENT.md here, or `kata show 06-auth`."""

import os
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI

DATABASE_URL = os.environ["DATABASE_URL"]
JWT_SECRET = os.environ["JWT_SECRET"]

# TODO: what does an account need, and which rule keeps an e-mail from being there twice?
# TODO: a second table for refresh tokens: whose are they, to which login do they belong, were they used?
TABLES = """
CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid()
);
"""


@asynccontextmanager
async def lifespan(app: FastAPI):
    """Runs when the server starts, and it starts more than once on the same database."""
    with psycopg.connect(DATABASE_URL) as db:
        db.execute(TABLES)
        # TODO: the first administrator, from ADMIN_EMAIL and ADMIN_PASSWORD, if there is none with that e-mail yet.
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


# TODO 1: POST /register. Which fields come in, which may go out? Hash the password (argon2.PasswordHasher).
# TODO 2: POST /login. One answer for a wrong password and an unknown e-mail; a signed token (jwt.encode) for the right ones.
# TODO 3: GET /me. A dependency that reads the Authorization header and verifies the token (jwt.decode) is used by all that follow.
# TODO 4: POST /refresh and POST /logout.
# TODO 5: PATCH /me, PUT /me/password, and the routes under /users.
