"""How many submissions are graded at a time: as many as the machine bears, fewer when boots become slow. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

from kata.results import Report

#: Docker's default address pools hold about thirty networks, and each submission has one of its own.
MOST = 28
_MEMORY_EACH = 768 << 20
_SLOW, _FINE = 2.5, 1.6
_WINDOW = 6


def default_jobs(cpus: int, memory: int) -> int:
    """Submissions at a time on a machine with `cpus` cores and `memory` bytes: starting is mostly waiting."""
    return max(1, min(MOST, cpus + max(1, cpus // 2), memory // _MEMORY_EACH))


@dataclass
class Pace:
    """The limit of this moment, between 1 and `most`.

    Boots of one exercise are compared with the best that were seen: at more than twice and a half of it one place is
    closed, and opened again when they are quick.
    """

    most: int
    limit: int = 0
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _best: float = 0.0

    def __post_init__(self) -> None:
        self.limit = self.most

    def saw(self, report: Report) -> None:
        """Take note of how long the services and the server of one run took to start."""
        boot = [phase.seconds for phase in report.phases if phase.name in ("boot", "postgres", "redis", "mysql")]
        if not boot:
            return
        self._recent.append(max(boot))
        if len(self._recent) < _WINDOW:
            return
        usual = median(self._recent)
        self._best = min(usual, self._best or usual)
        if usual > _SLOW * max(self._best, 0.5) and self.limit > 1:
            self.limit -= 1
            self._recent.clear()
        elif usual < _FINE * max(self._best, 0.5) and self.limit < self.most:
            self.limit += 1
            self._recent.clear()
