"""Requests that really meet: what writes to a database is held back, then let go at the same moment."""

from __future__ import annotations

import time
from contextlib import ExitStack

from kata import waiting
from kata.errors import NotGraded
from kata.services import Hold, Prepared

#: No further session came for so long: there are no more. And when none came at all.
_QUIET_SECONDS = 0.5
_LONGEST = 3.0


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
            _gather(hold, sessions)
            hold.release()


def _gather(hold: Hold, enough: int) -> None:
    most, quiet_since = 0, 0.0

    def gathered() -> bool | None:
        nonlocal most, quiet_since
        count, now = hold.waiting(), time.monotonic()
        if count > most:
            most, quiet_since = count, now
        return count >= enough or (most > 0 and now - quiet_since > _QUIET_SECONDS) or None

    waiting.until(gathered, _LONGEST)
