"""What a person sees while a check runs: phases, then checks; one plain line each where nothing can move."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kata.exercise import Exercise

if TYPE_CHECKING:
    from rich.status import Status

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

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def progress(self, text: str) -> None:
        """What happens at this moment: a layer that is fetched, a line of a build."""
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(text[: max(20, self._status.console.width - 4)]))

    def done(self, text: str) -> None:
        """A step that is over, on a line of its own."""
        if self._status is not None:
            self._status.console.print(text, markup=False, highlight=False)
        else:
            print(text, flush=True)


@contextmanager
def steps() -> Iterator[Steps]:
    """Steps on stdout; with a moving line below them when it is a terminal."""
    if not sys.stdout.isatty():
        yield Steps(None)
        return
    from rich.console import Console
    from rich.status import Status

    with Status("", console=Console(markup=False, emoji=False, highlight=False), spinner="dots") as status:
        yield Steps(status)


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
        from rich.console import Console
        from rich.status import Status

        self._total = len(exercise.requirements)
        self._done = self._failed = 0
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._status = Status("reading the submission", console=self._console, spinner="dots")

    def __enter__(self) -> _Moving:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def __call__(self, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        if kind == "plan":
            self._show(f"{event['stack']}: starting services and your server")
        elif kind == "progress":
            self._show(str(event["text"]))
        elif kind == "up":
            self._show("the server answers; checking")
        elif kind == "started":
            failed = f", {self._failed} failed" if self._failed else ""
            self._show(f"{self._done}/{self._total}{failed}  {event['id']}")
        elif kind == "finished":
            self._done += 1
            self._failed += event["status"] == "failed"
        elif kind == "verdict":
            self._show("cleaning up")

    def _show(self, text: str) -> None:
        from rich.text import Text

        width = max(20, self._console.width - 4)
        self._status.update(Text(text if len(text) <= width else text[: width - 1] + "…"))
