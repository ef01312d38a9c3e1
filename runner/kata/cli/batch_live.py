"""What an instructor sees while a class is graded: one line each in a log, a live table on a terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group

OnEvent = Callable[[Mapping[str, Any]], None]
_LAST = 8


@contextmanager
def watching(total: int, jobs: int, plain: bool) -> Iterator[OnEvent]:
    """The listener for a batch's events; it writes to stderr."""
    tally = Tally(total)
    if plain or not sys.stderr.isatty():
        print(f"{total} submissions, up to {jobs} at a time", file=sys.stderr, flush=True)
        yield lambda event: _print(tally, event)
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with Live(get_renderable=lambda: _table(tally), console=console, refresh_per_second=4, transient=True):
        yield tally.take


@dataclass
class Tally:
    """Counts what has happened. `now` gives seconds; `graded` are those that ran, which tell how long one takes."""

    total: int
    now: Callable[[], float] = time.monotonic
    done: int = 0
    graded: int = 0
    states: Counter[str] = field(default_factory=Counter)
    running: dict[str, float] = field(default_factory=dict)
    last: deque[tuple[str, str, str, float]] = field(default_factory=lambda: deque(maxlen=_LAST))
    started: float = 0.0

    def __post_init__(self) -> None:
        self.started = self.now()

    def take(self, event: Mapping[str, Any]) -> None:
        """Count one event of the runner."""
        key = event["unit"].key
        if event["event"] == "started":
            self.running.setdefault(key, self.now())
        elif event["event"] in ("kept", "same"):
            self.done += 1
            self.states["as before" if event["event"] == "kept" else "same text as another"] += 1
        elif event["event"] == "landed":
            from kata.reports.wording import score_figures

            report = event["report"]
            self.done += 1
            self.graded += key in self.running
            verdict = report.verdict.value.replace("_", " ")
            self.states[verdict] += 1
            self.last.append((key, verdict, score_figures(report), self._seconds(key)))

    def left(self) -> float | None:
        """Seconds that the rest will take, at the speed so far; None when nothing was graded yet."""
        if not self.graded:
            return None
        return (self.now() - self.started) / self.graded * (self.total - self.done)

    def _seconds(self, key: str) -> float:
        now = self.now()
        return now - self.running.pop(key, now)


def _print(tally: Tally, event: Mapping[str, Any]) -> None:
    tally.take(event)
    key = event["unit"].key
    if event["event"] == "landed":
        _, verdict, points, seconds = tally.last[-1]
        text = f"{key:<28} {verdict:<14} {points:>12} {seconds:6.1f}s{_left(tally)}"
    elif event["event"] == "again":
        text = f"{key:<28} not graded, trying again: {event['report'].message}"
    elif event.get("changed"):
        text = f"{key:<28} as before, though the submission has changed (--changed grades it again)"
    elif event["event"] == "same":
        text = f"{key:<28} the same text as {event['as']}, and so the same result"
    elif event["event"] == "kept":
        text = f"{key:<28} as before"
    else:
        return
    print(f"[{tally.done:>4}/{tally.total}] {text}", file=sys.stderr, flush=True)


def _table(tally: Tally) -> Group:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for key, verdict, points, seconds in tally.last:
        table.add_row(Text(key), Text(verdict), Text(points), Text(f"{seconds:.1f}s"))
    for key, since in list(tally.running.items()):
        table.add_row(Text(key), Text("running"), Text(), Text(f"{tally.now() - since:.0f}s"))
    counts = ", ".join(f"{count} {state}" for state, count in tally.states.most_common())
    bar = ProgressBar(total=max(1, tally.total), completed=tally.done, width=40)
    return Group(table, bar, Text(f"  {tally.done} of {tally.total}{_left(tally)}"), Text(counts))


def _left(tally: Tally) -> str:
    left = tally.left()
    if left is None or tally.done >= tally.total:
        return ""
    return f"  {round(left / 60)} min left" if left > 90 else f"  {left:.0f} s left"
