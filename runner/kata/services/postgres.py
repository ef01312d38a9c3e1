"""PostgreSQL: a cluster initialised once and kept as an image, so that it is ready in a third of a second.

The cluster holds the learner's role (owner of its database and nothing more) and a reader that may look at
everything and change nothing. Both passwords are made with the cluster and live in the image's labels, which no
container can see.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kata.engine.caching import Recipe
from kata.errors import NotGraded
from kata.safe import safe_line
from kata.services import Fresh, Hold, Occupied, Prepared, Service
from kata.services.databases import APP_USER, DATABASE, READER, Dialect, Passwords, prepare_database

if TYPE_CHECKING:
    from psycopg import Connection
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress

PORT = 5432
#: Outside the image's VOLUME, so that the initialised cluster is part of the committed image.
DATA = "/kata/pgdata"
#: Speed over durability against power loss; a killed server or container still loses nothing that was committed.
_OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=32MB",
    "autovacuum=off",
    "shared_preload_libraries=pg_stat_statements",
    "pg_stat_statements.track_utility=off",
)
COMMAND = ("postgres", *(word for option in _OPTIONS for word in ("-c", option)))


#: What the owner of a database may set for everybody who connects, and what would end the sessions of our roles: fixed
#: for these, as far as this version knows it.
_FIXED = ("idle_session_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")
#: The same of what would keep our sessions out; as a setting of a role, nothing would be a library without a name.
_ALONE = "-c local_preload_libraries="


def initial_sql(app_password: str, reader_password: str) -> str:
    """What the cluster holds before any learner sees it."""
    return f"""
CREATE ROLE {APP_USER} LOGIN PASSWORD '{app_password}' NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 100;
CREATE ROLE {READER} LOGIN PASSWORD '{reader_password}' NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 8;
ALTER ROLE {READER} BYPASSRLS;
GRANT pg_read_all_data, pg_read_all_stats TO {READER};
ALTER ROLE {READER} SET default_transaction_read_only = on;
ALTER ROLE {READER} SET statement_timeout = '3s';
ALTER ROLE {READER} SET search_path = pg_catalog;
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT role, name, boot_val FROM pg_settings, unnest(ARRAY['{READER}', current_user]) AS role
  WHERE name IN ({", ".join(f"'{name}'" for name in _FIXED)}) LOOP
    EXECUTE format('ALTER ROLE %I SET %I = %L', one.role, one.name, one.boot_val);
  END LOOP;
END $$;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
CREATE DATABASE {DATABASE} OWNER {APP_USER};
GRANT CONNECT ON DATABASE {DATABASE} TO {READER};
\\connect {DATABASE}
ALTER SCHEMA public OWNER TO {APP_USER};
CREATE SCHEMA kata;
CREATE EXTENSION pg_stat_statements SCHEMA kata;
GRANT USAGE ON SCHEMA kata TO {READER};
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA kata FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kata TO {READER};
"""  # noqa: S608 - names and passwords of our own


def prepare(engine: Engine, image: str, seed: int, progress: Progress) -> Prepared:
    """The cached image with an initialised cluster, made now when it is missing."""
    return prepare_database(_DIALECT, engine, image, progress)


def _recipe(passwords: Passwords) -> Recipe:
    return Recipe(
        name="postgres",
        environment={"POSTGRES_USER": "kata_admin", "POSTGRES_PASSWORD": passwords["admin"], "PGDATA": DATA},
        files={"docker-entrypoint-initdb.d/kata.sql": initial_sql(passwords["app"], passwords["reader"])},
        command=COMMAND,
        ready=("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(PORT)),
        credentials=passwords,
    )


def _container(image: str, known: Passwords) -> DockerContainer:
    from testcontainers.postgres import PostgresContainer

    made: DockerContainer = PostgresContainer(
        image, username="kata_admin", password=known["admin"], dbname="postgres", driver=None
    )
    return made.with_env("PGDATA", DATA)


@contextmanager
def _hold_writes(host: str, port: int, known: Passwords) -> Iterator[Hold]:
    """Every table is locked against writing: all sessions get as far as their first INSERT, UPDATE or DELETE."""
    with _as_admin(host, port, known, DATABASE) as inside, _as_admin(host, port, known, "postgres") as outside:
        tables = [row[0] for row in inside.execute(_OWN_TABLES, [APP_USER])]
        if tables:
            inside.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE")
        yield Hold(waiting=lambda: _waiting(outside, DATABASE), release=inside.rollback)


@contextmanager
def _fresh(host: str, port: int, known: Passwords) -> Iterator[Fresh]:
    """A database whose catalog is locked: sessions look whether a table exists, then wait before they create it."""
    name = f"{DATABASE}_{secrets.token_hex(4)}"
    with _as_admin(host, port, known, "postgres") as outside:
        outside.autocommit = True
        outside.execute(f"CREATE DATABASE {name} OWNER {APP_USER}")
        with _as_admin(host, port, known, name) as inside:
            inside.execute("LOCK TABLE pg_catalog.pg_class, pg_catalog.pg_type IN SHARE MODE")
            yield Fresh(
                app={"DATABASE_URL": _DIALECT.url(known, name)},
                hold=Hold(waiting=lambda: _waiting(outside, name), release=inside.rollback),
            )


_OWN_TABLES = (
    "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_catalog.pg_tables WHERE tableowner = %s ORDER BY 1"
)


@contextmanager
def _as_admin(host: str, port: int, known: Passwords, database: str) -> Iterator[Connection[Any]]:
    """A session of the administrator, which waits for nobody's locks for long."""
    import psycopg

    with (
        _judged(),
        psycopg.connect(
            host=host,
            port=port,
            user="kata_admin",
            password=known["admin"],
            dbname=database,
            connect_timeout=3,
            sslmode="disable",
            options=f"-c lock_timeout=5s -c statement_timeout=20s {_ALONE}",
        ) as connection,
    ):
        yield connection


@contextmanager
def _judged() -> Iterator[None]:
    """Locks and connections that the submission keeps are Occupied; what else the database does not do is NotGraded."""
    import psycopg

    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        raise Occupied("a session of your server keeps a table locked, and never ends its transaction") from error
    except psycopg.Error as error:
        if any(words in str(error) for words in _SHUT):
            raise Occupied("your server has changed its database so that nobody else is let in") from error
        if any(words in str(error) for words in _CROWDED):
            raise Occupied("your server keeps so many connections or locks that nobody else gets one") from error
        raise NotGraded(f"PostgreSQL did not do what was asked: {safe_line(str(error), 200)}") from error


#: What the owner of a database does to others, by its settings and rights.
_SHUT = (
    "permission denied for database",
    "could not access file",
    "could not load library",
    "too many connections for database",
)
#: A connection that is refused has no SQLSTATE.
_CROWDED = ("too many clients", "too many connections", "remaining connection slots", "could not fork", "shared memory")


def _waiting(outside: Connection[Any], database: str) -> int:
    """How many sessions of a database wait for a lock. Rolls back, since statistics are frozen in a transaction."""
    row = outside.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [database]
    ).fetchone()
    outside.rollback()
    return int(row[0]) if row else 0


def _select_one(host: str, port: int, known: Passwords) -> None:
    import psycopg

    with (
        _judged(),
        psycopg.connect(
            host=host,
            port=port,
            user=READER,
            password=known["reader"],
            dbname=DATABASE,
            connect_timeout=3,
            sslmode="disable",
            options=_ALONE,
        ) as connection,
    ):
        connection.execute("SELECT 1")


_DIALECT = Dialect(
    name="postgres",
    scheme="postgresql",
    port=PORT,
    recipe=_recipe,
    container=_container,
    select_one=_select_one,
    hold_writes=_hold_writes,
    fresh=_fresh,
    memory=512 << 20,
)
SERVICE = Service("postgres", "postgres", "database", prepare)
