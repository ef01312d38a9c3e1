"""The only waiting loop: probe, sleep a little, until it holds or the deadline has passed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

Value = TypeVar("Value")


class Clock(Protocol):
    """Monotonic seconds and a way to let them pass; tests bring their own."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


def until(
    probe: Callable[[], Value | None], seconds: float, clock: Clock = SYSTEM_CLOCK, every: float = 0.02
) -> Value | None:
    """The first value other than None that `probe` returns within `seconds`; None when the time is over.

    The probe runs at least once, and once more at the deadline, so a slow machine never costs the last chance.
    """
    deadline = clock.now() + seconds
    while True:
        value = probe()
        if value is not None:
            return value
        left = deadline - clock.now()
        if left <= 0:
            return None
        clock.sleep(min(every, left))
