"""The only waiting loop, on a clock that moves when it is told to."""

from __future__ import annotations

from kata.waiting import until


class Clock:
    """A clock whose time passes only in `sleep`."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_returns_the_first_value_that_is_not_none() -> None:
    values = iter([None, None, 0])
    assert until(lambda: next(values), 5, Clock()) == 0


def test_gives_up_at_the_deadline_after_one_last_look() -> None:
    clock = Clock()
    looks: list[float] = []
    assert until(lambda: looks.append(clock.now()), 1, clock, every=0.4) is None
    assert looks[0] == 100.0
    assert looks[-1] == 101.0


def test_looks_once_even_without_time() -> None:
    looks: list[int] = []
    until(lambda: looks.append(1), 0, Clock())
    assert looks == [1]
