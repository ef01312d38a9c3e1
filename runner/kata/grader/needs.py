"""`needs`: which checks must have passed before this one means anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

Check = TypeVar("Check", bound=Callable[..., object])

ATTRIBUTE = "kata_needs"


def needs(*ids: str) -> Callable[[Check], Check]:
    """Run the named checks first, and skip this one when one of them did not pass."""

    def mark(check: Check) -> Check:
        setattr(check, ATTRIBUTE, ids)
        return check

    return mark


def ordered(ids: Sequence[str], needed: Mapping[str, Iterable[str]]) -> list[str]:
    """`ids` in their own order, but each after what it needs. Raises ValueError on a circle or an unknown id."""
    done: dict[str, None] = {}

    def visit(id: str, trail: tuple[str, ...]) -> None:
        if id in done:
            return
        if id in trail:
            raise ValueError(f"checks need each other in a circle: {' -> '.join([*trail, id])}")
        if id not in needed:
            raise ValueError(f"{trail[-1]} needs {id!r}, but there is no such check")
        for other in needed[id]:
            visit(other, (*trail, id))
        done[id] = None

    for id in ids:
        visit(id, ())
    return list(done)
