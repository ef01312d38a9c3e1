"""Hostile use of the services (63-65): denied by the services themselves, or seen through by the grader's own look."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from kata.application import Launch
from kata.asks import answers
from kata.engine import Sandbox
from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.environment import Environment
from kata.grader.database import Database, Place, look_into
from kata.grader.failure import Failure
from kata.grading import AskFailed
from kata.services import Occupied, service
from kata.waiting import until

#: testcontainers warns of its own decorators while it is imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SECRET = "kata-plain-password"


@pytest.fixture(scope="module")
def running(engine: DockerEngine, images: dict[str, str]) -> Iterator[Environment]:
    """An environment with PostgreSQL and Redis beside a server that does nothing."""

    def launch(told: Any) -> Launch:
        return Launch(images["python"], ("python", "-m", "http.server", "8000"), told, 8000, "/", Sandbox())

    chosen = [(service(name), images[name]) for name in ("postgres", "redis")]
    made = Environment(
        engine, chosen, launch, images, 8000, replica=False, seed=1, progress=lambda text: None, prove=True
    )
    with made as environment:
        yield environment
    assert list(engine.labelled(f"{PID}={os.getpid()}")) == []


def connected(running: Environment, **options: Any) -> psycopg.Connection[Any]:
    """The learner's own connection, by the URL that the server is told."""
    url = urlsplit(running.environment["DATABASE_URL"])
    host, port = running.services.address("postgres")
    known = {"user": url.username, "password": url.password, "dbname": url.path.strip("/"), **options}
    return psycopg.connect(host=host, port=port, autocommit=True, connect_timeout=5, **known)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "CREATE ROLE other SUPERUSER",
        "CREATE DATABASE other",
        "ALTER ROLE kata_reader SET statement_timeout = 0",
        "ALTER ROLE app SUPERUSER",
        "ALTER SYSTEM SET max_connections = 1",
        "CREATE EXTENSION dblink",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/lib/x86_64-linux-gnu/libc.so.6', 'getpid'",
        "SET ROLE kata_reader",
        "GRANT pg_read_server_files TO app",
        "SELECT kata.pg_stat_statements_reset()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'kata%'",
        "DROP SCHEMA kata CASCADE",
    ],
)
def test_64_what_only_administrators_may_is_denied(running: Environment, statement: str) -> None:
    with connected(running) as connection:
        assert reader(running).rows("SELECT 1") == [(1,)]
        with pytest.raises(psycopg.Error):
            connection.execute(statement)


def test_64_other_databases_are_closed(running: Environment) -> None:
    for name in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError):
            connected(running, dbname=name)


def test_63_a_view_in_place_of_a_table_is_no_table(running: Environment) -> None:
    with connected(running) as connection:
        connection.execute("CREATE VIEW public.users AS SELECT pg_sleep(60)::text AS id")
        assert "public.users" not in reader(running).tables()
        connection.execute("DROP VIEW public.users")


HIDING = {
    "row_security": "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY; ALTER TABLE {0} FORCE ROW LEVEL SECURITY",
    "own_cast": "CREATE FUNCTION hide_{1}({0}) RETURNS text LANGUAGE sql AS $$SELECT ''$$; "
    "CREATE CAST ({0} AS text) WITH FUNCTION hide_{1}({0})",
    "column_named_like_ours": 'ALTER TABLE {0} ADD COLUMN kata_row int; ALTER TABLE {0} ADD COLUMN "t" int',
    "own_functions": "CREATE FUNCTION public.strpos(text, text) RETURNS int LANGUAGE sql AS 'SELECT 0'; "
    "CREATE FUNCTION public.format(text, anyelement) RETURNS text LANGUAGE sql AS $$SELECT ''$$",
    "another_schema": 'CREATE SCHEMA "odd"" name"; ALTER TABLE {0} SET SCHEMA "odd"" name"',
    "partitioned": "CREATE TABLE p_{1} (password text) PARTITION BY LIST (password)",
}


@pytest.mark.parametrize("way", HIDING)
def test_what_is_stored_is_found_however_it_is_hidden(running: Environment, way: str) -> None:
    """Row security, casts, functions and columns of the learner's own do not stand between the grader and a row."""
    table = f"secrets_{way}"
    with connected(running) as connection:
        connection.execute(f"CREATE TABLE {table} (password text)")
        connection.execute("INSERT INTO " + table + " VALUES (%s)", [SECRET + way])
        connection.execute(HIDING[way].format(table, way))
    places = reader(running).find(SECRET + way)
    assert [place.rows for place in places] == [1], places
    assert isinstance(places[0], Place)
    assert places[0].table.endswith(table)


SHUTTING = {
    "libraries": "ALTER DATABASE app SET local_preload_libraries = 'nowhere'",
    "rights": "REVOKE CONNECT ON DATABASE app FROM PUBLIC",
    "idle": "ALTER DATABASE app SET idle_session_timeout = 1",
    "idle_transactions": "ALTER DATABASE app SET idle_in_transaction_session_timeout = 1",
    "transactions": "ALTER DATABASE app SET transaction_timeout = 1",
    "words": "ALTER DATABASE app SET client_encoding = 'EUC_JP'",
}


@pytest.mark.parametrize("way", SHUTTING)
def test_what_its_owner_sets_for_a_database_shuts_nobody_out(running: Environment, way: str) -> None:
    """Neither the grader's look nor the runner's hold, which stays open for a while."""
    with connected(running) as connection:
        connection.execute(SHUTTING[way])
        try:
            look = reader(running)
            look.tables()
            answers(running)("hold_writes", {"service": "postgres"})
            time.sleep(0.1)
            assert look.find("日本é") == []
            answers(running)("let_writes_go", {"service": "postgres", "sessions": 0})
        finally:
            connection.execute("ALTER DATABASE app RESET ALL")
            connection.execute("GRANT CONNECT ON DATABASE app TO PUBLIC")


def test_who_is_shut_out_by_name_is_told_whose_doing_it_is(running: Environment) -> None:
    with connected(running) as connection:
        connection.execute("REVOKE CONNECT ON DATABASE app FROM PUBLIC, kata_reader")
        try:
            with pytest.raises(Failure, match="nobody else is let in"):
                reader(running).tables()
        finally:
            connection.execute("GRANT CONNECT ON DATABASE app TO PUBLIC")


def test_names_with_percent_signs_are_names(running: Environment) -> None:
    with connected(running) as connection:
        connection.execute('CREATE TABLE "50%s" ("%s" text)')
        connection.execute("""INSERT INTO "50%s" VALUES ('kata-percent')""")
        assert [place.table for place in reader(running).find("kata-percent")] == ["public.50%s"]
        connection.execute('DROP TABLE "50%s"')


def test_a_trigger_cannot_reach_the_reader(running: Environment) -> None:
    """Event triggers, which would run in everybody's session, are for administrators alone."""
    with connected(running) as connection:
        connection.execute("CREATE FUNCTION boom() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE; END'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE EVENT TRIGGER boom ON ddl_command_start EXECUTE FUNCTION boom()")


def test_the_reader_changes_nothing(running: Environment) -> None:
    looks = reader(running)
    with pytest.raises(psycopg.Error):
        looks.rows("CREATE TABLE public.of_the_reader (id int)")
    with pytest.raises(psycopg.errors.QueryCanceled):
        looks.rows("SELECT pg_sleep(30)")


def test_a_table_that_stays_locked_fails_its_look_and_holds_up_nobody(running: Environment) -> None:
    """Neither the grader's look nor the runner's hold waits for a transaction that never ends."""
    with connected(running) as connection:
        connection.execute("CREATE TABLE locked (name text)")
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Failure, match="keeps a table locked"):
            reader(running).find("x")
        with pytest.raises(AskFailed, match="keeps a table locked"):
            answers(running)("hold_writes", {"service": "postgres"})
        connection.execute("ROLLBACK")
        connection.execute("DROP TABLE locked")
    answers(running)("hold_writes", {"service": "postgres"})
    answers(running)("let_writes_go", {"service": "postgres", "sessions": 0})


LARGE = {
    "one_value": ("CREATE TABLE large AS SELECT repeat('x', 120000000) AS name", ""),
    "lock_table": ("SELECT count(pg_advisory_lock(n)) FROM generate_series(1, 1000000) AS n", "or locks"),
    "many_tables": (
        "DO $$ BEGIN FOR n IN 1..600 LOOP EXECUTE 'CREATE TABLE many_' || n || ' (a int)'; END LOOP; END $$",
        "more than 500 tables",
    ),
}


@pytest.mark.parametrize("way", LARGE)
def test_what_is_too_much_to_look_through_is_told_in_time(running: Environment, way: str) -> None:
    statement, words = LARGE[way]
    schema = f"large_{way}"
    with connected(running) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"SET search_path = {schema}")
        with suppress(psycopg.errors.OutOfMemory):
            connection.execute(statement)
        assert words in looked(running)
        with suppress(psycopg.Error):
            connection.close()
    with connected_again(running) as connection:
        for number in range(1, 601, 50):
            names = ", ".join(f"{schema}.many_{each}" for each in range(number, number + 50))
            connection.execute(f"DROP TABLE IF EXISTS {names}")
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


def connected_again(running: Environment) -> psycopg.Connection[Any]:
    """A session as soon as there is room for one: what another session held is given back after it was closed."""

    def attempt() -> psycopg.Connection[Any] | None:
        with suppress(psycopg.OperationalError):
            return connected(running)
        return None

    connection = until(attempt, 20, every=0.05)
    assert connection is not None
    return connection


def looked(running: Environment) -> str:
    """What the failure of the grader's look says; empty when there is none."""
    try:
        reader(running).find("x")
    except Failure as failure:
        return failure.message
    return ""


def reader(running: Environment) -> Database:
    """The grader's own look."""
    return look_into({"postgres": running.services.inspect("postgres")})


@pytest.mark.parametrize(
    "command",
    [
        "FLUSHALL",
        "CONFIG SET dir /tmp",
        "CONFIG GET *",
        "SHUTDOWN NOSAVE",
        "DEBUG SLEEP 5",
        "SAVE",
        "MODULE LIST",
        "ACL LIST",
        "ACL SETUSER app +@all",
        "MONITOR",
        "CLIENT KILL TYPE normal",
        "CLIENT PAUSE 10000",
        "REPLICAOF 192.0.2.1 6379",
        "MIGRATE 192.0.2.1 6379 k 0 10",
        "LATENCY RESET",
        "SLOWLOG RESET",
        "CLUSTER INFO",
    ],
)
def test_65_redis_refuses_what_would_change_it_for_everybody(running: Environment, command: str) -> None:
    assert asked(running, command).startswith(
        (b"-NOPERM", b"-ERR DEBUG command not allowed", b"-ERR This instance has cluster")
    )


def test_redis_script_cannot_do_what_its_user_may_not(running: Environment) -> None:
    assert b"permission" in asked(running, "EVAL \"return redis.call('FLUSHALL')\" 0").lower()


def asked(running: Environment, command: str) -> bytes:
    """What Redis answers the learner's user."""
    url = urlsplit(running.environment["REDIS_URL"])
    with socket.create_connection(running.services.address("redis"), 5) as connection:
        connection.settimeout(5)
        connection.sendall(f"AUTH {url.username} {url.password}\r\n".encode())
        assert connection.recv(100) == b"+OK\r\n"
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(1000)


def is_busy(running: Environment) -> bool:
    """Whether a new client is not even let in within a moment."""
    with socket.create_connection(running.services.address("redis"), 5) as connection:
        connection.settimeout(1)
        connection.sendall(b"PING\r\n")
        try:
            return connection.recv(100).startswith(b"-BUSY")
        except TimeoutError:
            return True


def test_a_script_that_never_ends_is_named(running: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis answers nobody else then; whoever waits for it is told why, in bounded time."""
    monkeypatch.setattr("kata.services.starting._READY_SECONDS", 8)
    url = urlsplit(running.environment["REDIS_URL"])
    with socket.create_connection(running.services.address("redis"), 5) as connection:
        connection.sendall(f'AUTH {url.username} {url.password}\r\nEVAL "while true do end" 0\r\n'.encode())
        assert until(lambda: is_busy(running) or None, 20)
        try:
            with pytest.raises(Occupied, match="script"):
                running.services.wait("redis")
        finally:
            answers(running)("stop_service", {"service": "redis"})
    answers(running)("start_service", {"service": "redis"})
    assert asked(running, "PING") == b"+PONG\r\n"


def test_a_cache_that_is_filled_stays_in_its_memory(running: Environment, engine: DockerEngine) -> None:
    """Old entries give way; the service lives, and so does what else is asked of it."""
    url = urlsplit(running.environment["REDIS_URL"])
    with socket.create_connection(running.services.address("redis"), 5) as connection:
        connection.sendall(f"AUTH {url.username} {url.password}\r\n".encode())
        for number in range(400):
            connection.sendall(f"*3\r\n$3\r\nSET\r\n$4\r\nk{number:03}\r\n$1000000\r\n{'x' * 1_000_000}\r\n".encode())
            assert connection.recv(1000).startswith(b"+OK")
    assert asked(running, "PING") == b"+PONG\r\n"
    assert running.services.out_of_memory() is None


def test_a_flood_of_connections_is_named(running: Environment) -> None:
    """Sessions that never say who they are take all places of PostgreSQL, the administrator's, too."""
    with ExitStack() as stack:
        for _ in range(260):
            with suppress(OSError):
                stack.enter_context(socket.create_connection(running.services.address("postgres"), 5))
        time.sleep(1)
        words = ""
        try:
            reader(running).tables()
            answers(running)("hold_writes", {"service": "postgres"})
        except (Failure, AskFailed) as error:
            words = str(error)
        assert "connections" in words
