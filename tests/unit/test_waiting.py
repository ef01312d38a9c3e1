"""The only waiting loop, on a clock that moves when it is told to."""

from __future__ import annotations

from tests.clock import Clock

from kata.waiting import until


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
