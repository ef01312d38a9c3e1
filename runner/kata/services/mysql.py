"""MySQL or MariaDB: initialised once and kept as an image; the learner's role owns its database and nothing more."""

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
    from pymysql.connections import Connection
    from pymysql.cursors import Cursor
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress

PORT = 3306
#: Outside the image's VOLUME, so that the initialised data is part of the committed image.
DATA = "/kata/mysql"
_OPTIONS = (
    f"--datadir={DATA}",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-stats-persistent=0",  # with the next: the size of a table is known at once, not minutes later
    "--innodb-stats-on-metadata=1",
    "--general-log=1",
    "--log-output=TABLE",
    "--max-connections=200",
)


def initial_sql(app_password: str, reader_password: str) -> str:
    """What the server holds before any learner sees it."""
    return f"""
CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4;
CREATE USER '{APP_USER}'@'%' IDENTIFIED BY '{app_password}' WITH MAX_USER_CONNECTIONS 100;
GRANT ALL PRIVILEGES ON {DATABASE}.* TO '{APP_USER}'@'%';
CREATE USER '{READER}'@'%' IDENTIFIED BY '{reader_password}' WITH MAX_USER_CONNECTIONS 8;
GRANT SELECT, REFERENCES, SHOW VIEW ON {DATABASE}.* TO '{READER}'@'%';
GRANT SELECT ON mysql.general_log TO '{READER}'@'%';
"""


def prepare(engine: Engine, image: str, seed: int, progress: Progress) -> Prepared:
    """The cached image with an initialised server, made now when it is missing."""
    return prepare_database(_DIALECT, engine, image, progress)


def _recipe(passwords: Passwords) -> Recipe:
    return Recipe(
        name="mysql",
        environment={"MYSQL_ROOT_PASSWORD": passwords["admin"]},
        files={"docker-entrypoint-initdb.d/kata.sql": initial_sql(passwords["app"], passwords["reader"])},
        command=("mysqld", *_OPTIONS),
        ready=("sh", "-c", _READY.format(user=READER, password=passwords["reader"])),
        credentials=passwords,
    )


def _container(image: str, known: Passwords) -> DockerContainer:
    from testcontainers.mysql import MySqlContainer

    made: DockerContainer = MySqlContainer(
        image, username="root", password=known["admin"], root_password=known["admin"], dbname=DATABASE
    )
    return made


@contextmanager
def _hold_writes(host: str, port: int, known: Passwords) -> Iterator[Hold]:
    """The server is read-locked: all sessions get as far as their first INSERT, UPDATE, DELETE or CREATE."""
    with _as_admin(host, port, known) as admin, admin.cursor() as cursor:
        cursor.execute("FLUSH TABLES WITH READ LOCK")
        yield Hold(waiting=lambda: _waiting(cursor), release=lambda: cursor.execute("UNLOCK TABLES"))


@contextmanager
def _fresh(host: str, port: int, known: Passwords) -> Iterator[Fresh]:
    """A new database on a server that is read-locked: sessions wait before they create their first table."""
    name = f"{DATABASE}_{secrets.token_hex(4)}"
    with _as_admin(host, port, known) as admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"GRANT ALL PRIVILEGES ON {name}.* TO '{APP_USER}'@'%'")
    with _hold_writes(host, port, known) as hold:
        yield Fresh(app={"DATABASE_URL": _DIALECT.url(known, name)}, hold=hold)


@contextmanager
def _as_admin(host: str, port: int, known: Passwords) -> Iterator[Connection[Any]]:
    """A session of the administrator, which waits for nobody's locks for long."""
    import pymysql

    with (
        _judged(),
        pymysql.connect(
            host=host,
            port=port,
            user="root",
            password=known["admin"],
            connect_timeout=3,
            read_timeout=20,
            autocommit=True,
            init_command="SET SESSION lock_wait_timeout=5",
        ) as connection,
    ):
        yield connection


@contextmanager
def _judged() -> Iterator[None]:
    """Locks and connections that the submission keeps are Occupied; what else the database does not do is NotGraded.

    1205: a lock was waited for too long; 1040 and 1135: too many connections, or threads for them;
    1049: there is no such database any more.
    """
    import pymysql

    try:
        yield
    except pymysql.MySQLError as error:
        code = error.args[0] if error.args else 0
        if code == 1205:
            raise Occupied("a session of your server keeps a table locked, and never unlocks it") from error
        if code in (1040, 1135):
            raise Occupied("your server keeps so many connections open that nobody else gets one") from error
        if code == 1049:
            raise Occupied("your server has dropped its whole database") from error
        raise NotGraded(f"MySQL did not do what was asked: {safe_line(str(error), 200)}") from error


def _waiting(cursor: Cursor) -> int:
    """How many of the learner's sessions wait for a lock. Who only reads, or connects, is still on the way."""
    cursor.execute(_WAITING, (APP_USER,))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


#: Waiting for the read lock, for a table or for GET_LOCK is told in the state, waiting for a row only by InnoDB.
_WAITING = """
    SELECT COUNT(*) FROM information_schema.processlist
     WHERE user = %s AND command IN ('Query', 'Execute') AND (state LIKE 'Waiting for%%' OR state = 'User lock'
        OR id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'))"""

_READY = (
    "$(command -v mysql || command -v mariadb) -h 127.0.0.1 -P 3306 --protocol=tcp -u {user} -p{password} "
    "-e 'SELECT 1' app"
)


def _select_one(host: str, port: int, known: Passwords) -> None:
    import pymysql

    with (
        _judged(),
        pymysql.connect(
            host=host,
            port=port,
            user=READER,
            password=known["reader"],
            database=DATABASE,
            connect_timeout=3,
            read_timeout=3,
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")


_DIALECT = Dialect(
    name="mysql",
    scheme="mysql",
    port=PORT,
    recipe=_recipe,
    container=_container,
    select_one=_select_one,
    hold_writes=_hold_writes,
    fresh=_fresh,
    memory=768 << 20,
)
SERVICE = Service("mysql", "mysql", "database", prepare)
