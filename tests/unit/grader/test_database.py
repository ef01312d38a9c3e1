"""A look into a stranger's database ends in time, in bounds, and blames the one whose doing it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from kata.grader.database import MOST_TABLES, Looks, Place, Trouble
from kata.grader.drivers import Postgres
from kata.grader.failure import Failure

Answer = Callable[[], Iterator[Sequence[Any]]]


class Odd(Exception):
    """What this driver raises; `trouble` says what it means."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble


@dataclass
class FakeDriver:
    """Answers each statement, named by a word, as the test says; counts connections."""

    answers: dict[str, Any] = field(default_factory=dict)
    listed: Sequence[tuple[str, str]] = (("public", "users"),)
    bytes: int = 0
    connections: int = 0

    def connect(self) -> None:
        self.connections += 1

    def rows(self, sql: Any, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        answer = self.answers.get(sql, [])
        if isinstance(answer, Trouble):
            raise Odd(answer)
        yield from answer() if callable(answer) else answer

    def trouble(self, error: Exception) -> Trouble:
        return error.trouble if isinstance(error, Odd) else Trouble.OTHER

    def tables(self) -> tuple[Any, Sequence[Any]]:
        self.answers["tables"] = self.listed
        return "tables", ()

    def columns(self, schema: str, table: str) -> None:
        return None

    def counting(self, schema: str, table: str, columns: Sequence[str], text: str) -> tuple[Any, Sequence[Any]]:
        return f"count {schema}.{table}", (text,)

    def statements(self) -> tuple[Any, Sequence[Any]]:
        return "statements", ()

    def size(self) -> tuple[Any, Sequence[Any]]:
        self.answers["size"] = [(self.bytes,)]
        return "size", ()


def test_places_are_the_tables_with_a_count() -> None:
    driver = FakeDriver({"count public.users": [(2,)], "count public.other": [(0,)]})
    driver.listed = (("public", "other"), ("public", "users"))
    assert Looks(driver).find("x") == [Place("public.users", 2)]


def test_a_schema_with_a_dot_in_its_name_hides_nothing() -> None:
    driver = FakeDriver({"count a.b.c": [(1,)]}, listed=(("a.b", "c"),))
    assert Looks(driver).find("x") == [Place("a.b.c", 1)]


def test_more_tables_than_can_be_looked_through_is_the_submissions_doing() -> None:
    """None of them is left out quietly: the one that matters could be the last."""
    driver = FakeDriver(listed=[("public", f"t{number}") for number in range(MOST_TABLES + 1)])
    with pytest.raises(Failure, match="more than 500 tables"):
        Looks(driver).find("x")


@pytest.mark.parametrize("trouble", [Trouble.LOCKED, Trouble.CROWDED, Trouble.TOO_MUCH])
def test_what_the_submission_prevents_is_its_failure(trouble: Trouble) -> None:
    driver = FakeDriver({"statements": trouble, "own": trouble, "count public.users": trouble})
    for look in (Looks(driver).statements, lambda: Looks(driver).rows("own"), lambda: Looks(driver).find("x")):
        with pytest.raises(Failure, match="your server"):
            look()


@pytest.mark.parametrize("trouble", [Trouble.OTHER, Trouble.GONE])
def test_what_the_grader_asks_wrongly_is_ours(trouble: Trouble) -> None:
    with pytest.raises(Odd):
        Looks(FakeDriver({"own": trouble})).rows("own")


@pytest.mark.parametrize(("size", "kind"), [(1 << 20, Odd), (1 << 30, Failure)])
def test_a_look_that_takes_too_long_is_the_submissions_doing_when_it_stored_a_lot(
    size: int, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        Looks(FakeDriver({"count public.users": Trouble.OVERDUE}, bytes=size)).find("x")


def test_a_lost_connection_is_made_again_once() -> None:
    """What loses two in a row is what it reads: no server can show it."""
    outcomes: list[Trouble | None] = [Trouble.LOST, None]

    def answer() -> Iterator[Sequence[Any]]:
        trouble = outcomes.pop(0)
        if trouble:
            raise Odd(trouble)
        yield (7,)

    driver = FakeDriver({"own": answer})
    assert Looks(driver).rows("own") == [(7,)]
    assert driver.connections == 2
    outcomes[:] = [Trouble.LOST, Trouble.LOST]
    with pytest.raises(Failure, match="larger values"):
        Looks(driver).rows("own")


def test_tables_that_come_and_go_are_looked_at_again_then_told() -> None:
    outcomes: list[Trouble | None] = [Trouble.GONE, None]

    def answer() -> Iterator[Sequence[Any]]:
        trouble = outcomes.pop(0) if outcomes else Trouble.GONE
        if trouble:
            raise Odd(trouble)
        yield (1,)

    driver = FakeDriver({"count public.users": answer})
    assert Looks(driver).find("x") == [Place("public.users", 1)]
    with pytest.raises(Failure, match="come and go"):
        Looks(driver).find("x")


class Listing(FakeDriver):
    """A driver that has to know the columns before it counts."""

    def columns(self, schema: str, table: str) -> tuple[Any, Sequence[Any]]:  # type: ignore[override]
        return "columns", (schema, table)


def test_a_table_without_columns_has_just_gone_and_one_without_text_holds_none() -> None:
    with pytest.raises(Failure, match="come and go"):
        Looks(Listing({"columns": []})).find("x")
    assert Looks(Listing({"columns": [("place", 0)]})).find("x") == []
    counted = Listing({"columns": [("place", 0), ("name", 1)], "count public.users": [(2,)]})
    assert Looks(counted).find("x") == [Place("public.users", 2)]


def test_rows_are_capped_by_number_and_by_bytes() -> None:
    taken: list[int] = []

    def endless() -> Iterator[Sequence[Any]]:
        for number in range(10**9):
            taken.append(number)
            yield (number,)

    assert len(Looks(FakeDriver({"own": endless})).rows("own")) == 1000
    assert len(taken) <= 1001
    with pytest.raises(Failure, match="larger values"):
        Looks(FakeDriver({"own": [("x" * (9 << 20),)]})).rows("own")


@pytest.mark.parametrize(
    ("refusal", "trouble"),
    [
        ('FATAL:  too many connections for database "app"', Trouble.SHUT),
        ('FATAL:  too many connections for role "kata_reader"', Trouble.CROWDED),
        ("FATAL:  sorry, too many clients already", Trouble.CROWDED),
    ],
)
def test_a_database_that_takes_no_more_sessions_was_shut_by_its_owner(refusal: str, trouble: Trouble) -> None:
    """Its own limit is a setting, and none until somebody sets it; full of sessions is something else."""
    assert Postgres({}).trouble(psycopg.OperationalError(refusal)) is trouble
