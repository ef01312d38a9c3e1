"""A read-only look into the learner's database: supporting evidence, behaviour decides.

What stands in the database is a stranger's. A look is bounded in time, rows and bytes, and where the submission made it
impossible (a table that stays locked, values that no server can show), the check fails with that cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Any, Protocol

from kata.grader.failure import Failure
from kata.safe import safe_line

MOST_TABLES = 500
_MOST_ROWS = 1000
_MOST_BYTES = 8 << 20
#: Bytes of a database from which on it is the content that makes a look slow, not the machine.
_LARGE = 64 << 20
_ROUNDS = 3


@dataclass(frozen=True)
class Place:
    """Where a text was found: a table and how many of its rows hold it."""

    table: str
    rows: int


class Database(Protocol):
    """What a check may look at. A look that the submission made impossible raises Failure."""

    def tables(self) -> list[str]:
        """Ordinary tables of the learner's database, qualified (`public.users`); views are not looked into."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """At most 1,000 rows of a query, with `%s` for each value. Names are qualified: search_path is pg_catalog."""

    def find(self, text: str) -> list[Place]:
        """The tables in which some value contains `text`."""

    def statements(self) -> int:
        """How many statements the server's role has executed so far; BEGIN, COMMIT and SET do not count."""


class Trouble(Enum):
    """Why a look did not succeed."""

    LOST = auto()
    GONE = auto()
    OVERDUE = auto()
    LOCKED = auto()
    CROWDED = auto()
    SHUT = auto()
    TOO_MUCH = auto()
    OTHER = auto()


_SAID = {
    Trouble.LOCKED: "a session of your server keeps a table locked, so that nobody else can read it",
    Trouble.CROWDED: "your server keeps so many connections or locks that nobody else gets one",
    Trouble.SHUT: "your server has changed it so that nobody else is let in",
    Trouble.TOO_MUCH: "your server has stored more, or larger values, than can be looked through",
}


class Driver(Protocol):
    """What differs between databases. A statement is (text, values) as the driver's own library takes it."""

    def connect(self) -> None:
        """Open the reader's session anew, with limits on its time."""

    def rows(self, sql: Any, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The rows of a query one by one, never all of them in memory."""

    def trouble(self, error: Exception) -> Trouble:
        """What an exception of `rows` means."""

    def tables(self) -> tuple[Any, Sequence[Any]]:
        """Lists (schema, table), at most one more than MOST_TABLES."""

    def counting(self, schema: str, table: str, columns: Sequence[str], text: str) -> tuple[Any, Sequence[Any]]:
        """Counts the rows of a table that hold a text."""

    def columns(self, schema: str, table: str) -> tuple[Any, Sequence[Any]] | None:
        """Lists (name, whether it can be read as text) of a table's columns; None when `counting` does without."""

    def statements(self) -> tuple[Any, Sequence[Any]]:
        """Counts what the server's role has executed."""

    def size(self) -> tuple[Any, Sequence[Any]]:
        """The bytes that the learner's database has."""


class _Vanished(Exception):
    """A table went away between being listed and being read."""


class Looks:
    """The looks of one run through `driver`, and whose doing it is when one does not succeed."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._connected = False

    def tables(self) -> list[str]:
        with self._judged():
            return [f"{schema}.{table}" for schema, table in self._tables()]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._judged():
            return self._rows(sql, values)

    def find(self, text: str) -> list[Place]:
        for _ in range(_ROUNDS):
            with suppress(_Vanished), self._judged(listed=True):
                counts = [(schema, table, self._count(schema, table, text)) for schema, table in self._tables()]
                return [Place(safe_line(f"{schema}.{table}", 120), count) for schema, table, count in counts if count]
        raise _failure("its tables come and go while it is looked at")

    def statements(self) -> int:
        with self._judged():
            return int(self._rows(*self._driver.statements())[0][0])

    def _tables(self) -> list[tuple[str, str]]:
        found = self._rows(*self._driver.tables())
        if len(found) > MOST_TABLES:
            raise _failure(f"your server has made more than {MOST_TABLES} tables")
        return [(schema, table) for schema, table in found]

    def _count(self, schema: str, table: str, text: str) -> int:
        columns: list[str] = []
        if (asked := self._driver.columns(schema, table)) is not None:
            known = self._rows(*asked)
            if not known:
                raise _Vanished
            columns = [name for name, is_text in known if is_text]
            if not columns:
                return 0
        return int(self._rows(*self._driver.counting(schema, table, columns, text))[0][0])

    def _rows(self, sql: Any, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What a query gives; once more on a new connection when the first was lost on the way."""
        if not self._connected:
            self._connect()
        try:
            return _bounded(self._driver.rows(sql, values))
        except Exception as error:
            if self._driver.trouble(error) is not Trouble.LOST:
                raise
        self._connect()  # a database that does not even take a connection is not the submission's fault
        try:
            return _bounded(self._driver.rows(sql, values))
        except Exception as error:
            if self._driver.trouble(error) is Trouble.LOST:
                raise _failure(_SAID[Trouble.TOO_MUCH]) from error
            raise

    def _connect(self) -> None:
        self._driver.connect()
        self._connected = True

    @contextmanager
    def _judged(self, listed: bool = False) -> Iterator[None]:
        """An error inside is a Failure where locks or content explain it. `listed`: what is read was just listed."""
        try:
            yield
        except (Failure, _Vanished):
            raise
        except Exception as error:
            trouble = self._driver.trouble(error)
            if trouble is Trouble.GONE and listed:
                raise _Vanished from error
            if trouble is Trouble.OVERDUE and self._rows(*self._driver.size())[0][0] > _LARGE:
                trouble = Trouble.TOO_MUCH
            if trouble in _SAID:
                raise _failure(_SAID[trouble]) from error
            raise


def look_into(services: Mapping[str, Mapping[str, Any]]) -> Database:
    """The database among `services`. Raises LookupError when the exercise has none."""
    from kata.grader.drivers import MySql, Postgres

    kinds: dict[str, type[Postgres] | type[MySql]] = {"postgres": Postgres, "mysql": MySql}
    for name, address in services.items():
        if name in kinds:
            return Looks(kinds[name](address))
    raise LookupError("this exercise runs without a database")


def _bounded(rows: Iterator[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """The first rows, as long as they are not too large to be kept."""
    kept: list[tuple[Any, ...]] = []
    size = 0
    for row in islice(rows, _MOST_ROWS):
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if size > _MOST_BYTES:
            raise _failure(_SAID[Trouble.TOO_MUCH])
        kept.append(tuple(row))
    return kept


def _failure(words: str) -> Failure:
    return Failure(f"the database cannot be looked into: {words}", cause="database")
