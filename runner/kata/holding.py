"""Requests that really meet: what writes to a database is held back, then let go at the same moment."""

from __future__ import annotations

from contextlib import ExitStack

from kata import waiting
from kata.errors import NotGraded
from kata.services import Hold, Prepared
from kata.waiting import SYSTEM_CLOCK, Clock

#: No further session came for so long, or for so many times the longest pause before one that came: there are no more.
_QUIET_SECONDS, _PATIENCE = 0.5, 2.0
#: And when they never stop coming, or none comes at all.
_LONGEST = 4.0


class Writes:
    """The holds of one run, at most one for each service."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[ExitStack, Hold]] = {}

    def hold(self, database: Prepared, address: tuple[str, int]) -> None:
        """Let the learner's sessions read, and wait before they write, until `let_go`."""
        if database.hold_writes is None or database.name in self._held:
            raise NotGraded(f"writes to {database.name} cannot be held, or are held already")
        stack = ExitStack()
        self._held[database.name] = stack, stack.enter_context(database.hold_writes(*address))

    def let_go(self, service: str, sessions: int) -> None:
        """Return when so many sessions wait, or no more come, with all of them let go."""
        stack, hold = self._held.pop(service)
        with stack:
            gather(hold, sessions)
            hold.release()


def gather(hold: Hold, enough: int, clock: Clock = SYSTEM_CLOCK) -> None:
    """Return when `enough` sessions wait, or when no more seem to come.

    How long to wait for one more is learned from those that came: on a busy machine they come slowly.
    """
    most, latest, slowest = 0, clock.now(), 0.0

    def gathered() -> bool | None:
        nonlocal most, latest, slowest
        count, now = hold.waiting(), clock.now()
        if count > most:
            most, latest, slowest = count, now, max(slowest, now - latest)
        quiet = max(_QUIET_SECONDS, _PATIENCE * slowest)
        return count >= enough or (most > 0 and now - latest > quiet) or None

    waiting.until(gathered, _LONGEST, clock)
