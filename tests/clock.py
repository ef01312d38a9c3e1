"""A clock whose time passes only when somebody sleeps."""

from __future__ import annotations


class Clock:
    """Monotonic seconds, from 100 on."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
