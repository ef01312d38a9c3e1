"""Held writes are let go together: when all have come, or when no more seem to come."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.clock import Clock

from kata.holding import gather
from kata.services import Hold


@pytest.mark.parametrize(
    ("arrivals", "enough", "lasts"),
    [
        ((0.1, 0.2, 0.3), 3, 0.3),  # all have come
        ((0.1, 0.2), 20, 0.7),  # a pool of two: nobody else came for half a second
        ((0.6, 1.2), 20, 2.4),  # a busy machine: twice the longest pause that was seen
        ((), 20, 4.0),  # nobody comes
        ((0.5, 1.2, 1.9, 2.6, 3.3, 4.0), 20, 4.0),  # they come one by one, without end
    ],
)
def test_how_long_writes_are_held(arrivals: Sequence[float], enough: int, lasts: float) -> None:
    clock = Clock()
    began = clock.now()
    hold = Hold(lambda: sum(clock.now() - began >= each - 1e-9 for each in arrivals), lambda: None)
    gather(hold, enough, clock)
    assert clock.now() - began == pytest.approx(lasts, abs=0.05)
