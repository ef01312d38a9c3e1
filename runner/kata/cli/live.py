"""What a person sees while a check runs: phases, then checks; one plain line each where nothing can move."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kata.exercise import Exercise

OnEvent = Callable[[Mapping[str, Any]], None]
_MARKS = {"passed": "pass", "failed": "FAIL", "skipped": "skip", "error": "ERROR"}


@contextmanager
def watching(exercise: Exercise, plain: bool, quiet: bool) -> Iterator[OnEvent]:
    """The listener for a run's events; writes to stderr, so that stdout holds the report alone."""
    if quiet:
        yield lambda event: None
    elif plain or not sys.stderr.isatty():
        yield _Lines(exercise)
    else:
        with _Moving(exercise) as moving:
            yield moving


class Steps:
    """Long steps one after another: what moves is shown only where something can move."""

    def __init__(self, bar: Bar | None) -> None:
        self._bar = bar

    def progress(self, text: str) -> None:
        """What happens at this moment: a layer that is fetched, a line of a build."""
        if self._bar is not None:
            self._bar.show(text)

    def hear(self, event: Mapping[str, Any]) -> None:
        """The same, told as an event of a run."""
        self.progress(str(event.get("text", "")))

    def done(self, text: str) -> None:
        """A step that is over, on a line of its own."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            print(text, flush=True)


@contextmanager
def steps() -> Iterator[Steps]:
    """Steps on stdout; with a bar below them when it is a terminal."""
    if not sys.stdout.isatty():
        yield Steps(None)
        return
    with Bar("", stderr=False) as bar:
        yield Steps(bar)


class Bar:
    """One line at the bottom of a terminal: since when, how much is done where that is known, and what happens now."""

    def __init__(self, text: str, stderr: bool = True) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self.console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
        # What is shown may come from a build or a registry: never markup.
        described = TextColumn("{task.description}", markup=False)
        columns = (TimeElapsedColumn(), BarColumn(bar_width=max(6, min(20, self.console.width // 4))), described)
        self._bar = Progress(*columns, console=self.console, transient=True)
        self._room = max(10, self.console.width - self.console.width // 4 - 12)
        self._task = self._bar.add_task(text, total=None)

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """`done` of `total`; without them the bar only says that something happens."""
        text = text if len(text) <= self._room else text[: self._room - 1] + "…"
        self._bar.update(self._task, description=text, completed=done, total=total)


class _Lines:
    """Plain lines: what was chosen, long steps, and the failed checks."""

    def __init__(self, exercise: Exercise) -> None:
        self._titles = {requirement.id: requirement.title for requirement in exercise.requirements}
        self._started = time.perf_counter()
        self._done = 0

    def __call__(self, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        if kind == "plan":
            self._say(f"stack: {event['stack']} ({event['why']})")
        elif kind == "progress":
            self._say(str(event["text"]))
        elif kind == "up":
            self._say("the server answers; checking")
        elif kind == "finished":
            self._done += 1
            if event["status"] not in ("passed", "skipped"):
                title = self._titles.get(event["id"], event["id"])
                self._say(f"{_MARKS[event['status']]}  {event['id']}: {title}")
        elif kind == "done":
            self._say(f"{self._done} checks done")

    def _say(self, text: str) -> None:
        text = text.replace("##[", "##\\[")  # a build log would obey it (GitHub Actions)
        print(f"[{time.perf_counter() - self._started:5.1f}s] {text}", file=sys.stderr, flush=True)


class _Moving:
    """One line that moves: the phase or the check of this moment, and how many are done."""

    def __init__(self, exercise: Exercise) -> None:
        self._total = len(exercise.requirements)
        self._done = self._failed = 0
        self._bar = Bar("reading the submission")

    def __enter__(self) -> _Moving:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()

    def __call__(self, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        if kind == "plan":
            self._bar.show(f"{event['stack']}: starting services and your server")
        elif kind == "progress":
            self._bar.show(str(event["text"]))
        elif kind == "up":
            self._bar.show("the server answers; checking")
        elif kind == "started":
            failed = f", {self._failed} failed" if self._failed else ""
            self._bar.show(f"{self._done}/{self._total}{failed}  {event['id']}", self._done, self._total)
        elif kind == "finished":
            self._done += 1
            self._failed += event["status"] == "failed"
        elif kind == "verdict":
            self._bar.show("cleaning up", self._total, self._total)
