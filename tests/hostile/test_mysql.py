"""Hostile use of MySQL or MariaDB: what its user may not do, and the grader's own look at what it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pymysql
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
from kata.services import service
from kata.waiting import until

#: testcontainers warns of its own decorators while it is imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def running(engine: DockerEngine, images: dict[str, str]) -> Iterator[Environment]:
    """An environment with MySQL beside a server that does nothing."""

    def launch(told: Any) -> Launch:
        return Launch(images["python"], ("python", "-m", "http.server", "8000"), told, 8000, "/", Sandbox())

    chosen = [(service("mysql"), images["mysql"])]
    with Environment(engine, chosen, launch, images, 8000, False, 1, lambda text: None) as environment:
        yield environment
    assert list(engine.labelled(f"{PID}={os.getpid()}")) == []


@pytest.fixture
def own(running: Environment) -> Iterator[Any]:
    """The learner's own session."""
    with session(running) as cursor:
        yield cursor


@contextmanager
def session(running: Environment) -> Iterator[Any]:
    """A session with the learner's credentials."""
    url = urlsplit(running.environment["DATABASE_URL"])
    host, port = running.services.address("mysql")
    known = {"user": url.username, "password": url.password or "", "database": url.path.strip("/")}
    with pymysql.connect(host=host, port=port, autocommit=True, **known) as connection, connection.cursor() as cursor:
        yield cursor


def reader(running: Environment) -> Database:
    return look_into({"mysql": running.services.inspect("mysql")})


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "CREATE USER other",
        "CREATE DATABASE other",
        "SET GLOBAL max_connections = 1",
        "TRUNCATE mysql.general_log",
        "SET GLOBAL general_log = 0",
        "FLUSH TABLES WITH READ LOCK",
        "GRANT ALL ON *.* TO app",
        "SELECT * FROM mysql.global_priv",
        "INSTALL SONAME 'ha_archive'",
    ],
)
def test_what_only_administrators_may_is_denied(own: Any, statement: str) -> None:
    with pytest.raises(pymysql.MySQLError) as caught:
        own.execute(statement)
    assert "denied" in str(caught.value)


def test_files_of_the_server_are_not_read(own: Any) -> None:
    """Without the FILE privilege the function answers NULL."""
    own.execute("SELECT LOAD_FILE('/etc/passwd')")
    assert own.fetchone() == (None,)


def test_what_is_stored_is_found_under_odd_names(running: Environment, own: Any) -> None:
    own.execute("CREATE TABLE `a.b%s``c` (`odd % name``` TEXT, raw BLOB)")
    own.execute("INSERT INTO `a.b%s``c` VALUES (NULL, 'hidden'), ('not so hidden', NULL), ('x', 'y')")
    assert reader(running).find("hidden") == [Place("app.a.b%s`c", 2)]
    own.execute("DROP TABLE `a.b%s``c`")


def test_a_place_on_a_map_is_no_text_and_hides_no_text(running: Environment, own: Any) -> None:
    own.execute("CREATE TABLE shops (name TEXT, place GEOMETRY)")
    own.execute("INSERT INTO shops VALUES ('hidden', POINT(1, 1))")
    own.execute("CREATE TABLE places (place POINT)")
    assert reader(running).find("hidden") == [Place("app.shops", 1)]
    own.execute("DROP TABLE shops, places")


def test_more_than_can_be_looked_through_is_told_as_the_submissions_doing(running: Environment, own: Any) -> None:
    """The size is that of now: by default both servers know it minutes later."""
    own.execute("CREATE TABLE huge (text LONGTEXT)")
    own.execute("INSERT INTO huge VALUES (REPEAT('x', 15000000))")
    for _ in range(4):
        own.execute("INSERT INTO huge SELECT text FROM huge")
    every_pair_of_texts = "SELECT max(sha2(concat(a.text, b.text), 512)) FROM app.huge a, app.huge b, app.huge c"
    with pytest.raises(Failure, match="stored more, or larger values"):  # no machine reads that much in three seconds
        reader(running).rows(every_pair_of_texts)
    own.execute("DROP TABLE huge")


def test_a_view_is_not_looked_into(running: Environment, own: Any) -> None:
    own.execute("CREATE VIEW users AS SELECT SLEEP(60) AS id")
    assert reader(running).tables() == []
    own.execute("DROP VIEW users")


def test_a_database_that_was_dropped_is_told_as_its_owners_doing(running: Environment, own: Any) -> None:
    own.execute("DROP DATABASE app")
    try:
        with pytest.raises(Failure, match="nobody else is let in"):
            reader(running).tables()
    finally:
        own.execute("CREATE DATABASE app CHARACTER SET utf8mb4")
    assert reader(running).tables() == []


def test_a_table_that_stays_locked_fails_its_look_and_holds_up_nobody(running: Environment, own: Any) -> None:
    own.execute("CREATE TABLE locked (name TEXT)")
    own.execute("LOCK TABLES locked WRITE")
    with pytest.raises(Failure, match="keeps a table locked"):
        reader(running).find("x")
    with pytest.raises(AskFailed, match="keeps a table locked"):
        answers(running)("hold_writes", {"service": "mysql"})
    own.execute("UNLOCK TABLES")
    own.execute("DROP TABLE locked")
    answers(running)("hold_writes", {"service": "mysql"})
    answers(running)("let_writes_go", {"service": "mysql", "sessions": 0})


def test_only_who_waits_for_a_lock_counts_as_held_back(running: Environment, own: Any) -> None:
    """A session that reads, or sleeps, has not come as far as its write."""
    own.execute("CREATE TABLE stocked (id INT PRIMARY KEY, stock INT) ENGINE=InnoDB")
    own.execute("INSERT INTO stocked VALUES (1, 5)")
    own.execute("BEGIN")
    own.execute("SELECT stock FROM stocked WHERE id = 1 FOR UPDATE")
    hold_writes = running.services.prepared["mysql"].hold_writes
    assert hold_writes
    with hold_writes(*running.services.address("mysql")) as hold, ThreadPoolExecutor() as pool:
        said = [pool.submit(ask, running, "SELECT SLEEP(3)")]
        assert until(lambda: hold.waiting() or None, 1) is None
        said.append(pool.submit(ask, running, "INSERT INTO stocked VALUES (2, 5)"))
        assert until(lambda: hold.waiting() == 1 or None, 5)
        said.append(pool.submit(ask, running, "SELECT stock FROM stocked WHERE id = 1 FOR UPDATE"))
        assert until(lambda: hold.waiting() == 2 or None, 5)
        hold.release()
        own.execute("ROLLBACK")
        assert [each.result(10) for each in said]
    own.execute("DROP TABLE stocked")


def ask(running: Environment, statement: str) -> Any:
    """What a session of its own answers to one statement."""
    with session(running) as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_look_is_over_in_seconds(running: Environment) -> None:
    with pytest.raises(pymysql.MySQLError):
        reader(running).rows(
            "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, "
            "information_schema.columns c"
        )
