"""How long each phase of a run took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kata.results import Phase


@dataclass
class Stopwatch:
    """Measures phases; some run side by side, so their sum may exceed the whole."""

    phases: list[Phase] = field(default_factory=list)

    def time(self, name: str, work: Callable[[], Any], note: Callable[[Any], str] = lambda _: "") -> Any:
        started = time.perf_counter()
        result = work()
        self.phases.append(Phase(name, time.perf_counter() - started, note(result)))
        return result
