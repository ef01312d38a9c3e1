"""Accepted sets and comparisons: what a check may ask for, with messages that show both values."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from kata.grader.failure import Failure
from kata.grader.json_diff import differences, told
from kata.grader.reply import Reply, shown

Value = TypeVar("Value")

#: Accepted where the statement names no code (docs/fairness.md, rule 1).
INVALID = frozenset({400, 422})
DUPLICATE = frozenset({400, 409, 422})
UNAUTHENTICATED = frozenset({401, 403})
NOT_OWNER = frozenset({403, 404})
REFUSED = frozenset(range(400, 500))
OK = frozenset(range(200, 300))

_UNSET = object()


def require(
    condition: object, message: str, *, expected: Any = _UNSET, actual: Any = _UNSET, reply: Reply | None = None
) -> None:
    """Fail with `message`, both values shown, unless `condition` holds. `reply` is the one it is about."""
    if condition:
        return
    words = [f"{reply.about}: {message}" if reply is not None else message]
    if expected is not _UNSET:
        words.append(f"expected {shown(expected)}")
    if actual is not _UNSET:
        words.append(f"came {shown(actual)}")
    raise Failure("; ".join(words), exchange=reply.exchange if reply is not None else None)


def same_json(actual: Any, expected: Any, path: str = "") -> None:
    """Fail with the path and both values of each difference. Compares as data: 1 equals 1.0, key order is free."""
    found = told(differences(actual, expected, path))
    if found:
        raise Failure(found)


def instant(text: object) -> datetime:
    """An RFC 3339 date-time as an aware datetime: 0 to 9 fractional digits, any offset, T or space, any case."""
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)",
        text if isinstance(text, str) else "",
    )
    if found is None:
        raise Failure(f"{shown(text)} is no RFC 3339 date-time such as 2031-05-09T12:30:00Z (an offset or Z is needed)")
    date, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=_zone(offset))
    except ValueError as error:
        raise Failure(f"{shown(text)} is no date that exists") from error
    return moment + timedelta(microseconds=int((fraction or "0").ljust(9, "0")) // 1000)


def in_parallel(calls: Sequence[Callable[[], Value]]) -> list[Value]:
    """Run `calls` at the same moment, each on its own thread; their results in order. The first error is raised."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)
    errors: list[BaseException] = []

    def run(index: int, call: Callable[[], Value]) -> None:
        start.wait()
        try:
            results[index] = call()
        except BaseException as error:  # noqa: BLE001 - raised again below, on the check's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def until(probe: Callable[[], Value], seconds: float = 5.0, every: float = 0.03) -> Value | None:
    """The first true value that `probe` returns within `seconds`, or None."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            return None
        time.sleep(every)


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
