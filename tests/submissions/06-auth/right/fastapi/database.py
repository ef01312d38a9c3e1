"""The connection pool, the tables and the first administrator."""

import os

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

import passwords

pool = ConnectionPool(os.environ["DATABASE_URL"], kwargs={"row_factory": dict_row}, min_size=2, max_size=10, open=False)

# A login is a family of refresh tokens. Deleting it ends them all.
TABLES = """
CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    password_hash text NOT NULL
);
CREATE TABLE IF NOT EXISTS logins (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    hash text PRIMARY KEY,
    login_id uuid NOT NULL REFERENCES logins ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
"""


def prepare() -> None:
    """Make the tables and the first administrator, once, even when several copies start together."""
    with pool.connection() as db:
        db.execute("SELECT pg_advisory_xact_lock(6)")
        db.execute(TABLES)
        email = os.environ["ADMIN_EMAIL"].lower()
        if db.execute("SELECT 1 FROM users WHERE email = %s", [email]).fetchone() is None:
            password_hash = passwords.hash(os.environ["ADMIN_PASSWORD"])
            db.execute(
                "INSERT INTO users (email, name, role, password_hash) VALUES (%s, 'Administrator', 'admin', %s)",
                [email, password_hash],
            )
