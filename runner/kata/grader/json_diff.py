"""The differences between two JSON values: each with its path and both values. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kata.grader.reply import shown

#: Differences that are told; the others are counted.
TOLD = 5
_COUNTED = 100


@dataclass(frozen=True)
class Difference:
    """One place where two values differ. `path` is empty for the whole; `came` says in words what stands there."""

    path: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.path or 'the body'}: expected {self.expected}, {self.came}"


def differences(actual: Any, expected: Any, path: str = "") -> Iterator[Difference]:
    """Compares as data: 1 equals 1.0, the order of keys is free, further keys are welcome."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            where = f"{path}.{key}" if path else str(key)
            if key in actual:
                yield from differences(actual[key], value, where)
            else:
                yield Difference(where, shown(value), "nothing came")
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(actual) != len(expected):
            yield Difference(path, f"a list of {len(expected)}", f"came one of {len(actual)}")
        for index, (left, right) in enumerate(zip(actual, expected, strict=False)):
            yield from differences(left, right, f"{path}[{index}]")
    elif not equal(actual, expected):
        yield Difference(path, shown(expected), f"came {shown(actual)}")


def told(found: Iterator[Difference]) -> str:
    """The differences as text, one a line when there are several; empty when there is none."""
    every = list(islice(found, _COUNTED))
    lines = [str(each) for each in every[:TOLD]]
    if len(every) > TOLD:
        lines.append(f"and {len(every) - TOLD} more" if len(every) < _COUNTED else "and many more")
    return lines[0] if len(lines) == 1 else "\n  ".join(["the body differs:", *lines]) if lines else ""


def equal(actual: Any, expected: Any) -> bool:
    """Whether two JSON values that are no containers are the same; true is not 1."""
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    return bool(actual == expected)
