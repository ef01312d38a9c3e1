"""`kata watch`: grade a folder again whenever something in it is saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from kata.cli.complaint import complain
from kata.cli.options import exercise_argument, library_option, must_exist, sound_exercise
from kata.exercise import Exercise
from kata.results import Report

if TYPE_CHECKING:
    from kata.watching import Watch


@click.command("watch")
@exercise_argument
@click.argument("submission", type=click.Path(path_type=Path))
@library_option
@click.option("--plain", is_flag=True, help="No colour and no glyphs: for logs and screen readers.")
@click.option(
    "-v", "--verbose", is_flag=True, help="The whole report after each save, not only the first thing to fix."
)
def watch_command(exercise: str, submission: Path, library: tuple[Path, ...], plain: bool, verbose: bool) -> None:
    """Grade SUBMISSION for EXERCISE now, and again whenever you save; Ctrl-C ends it and removes everything.

    The services of the next run are started ahead and wait for your code, and what failed last is checked first.

    \b
    Examples:
      kata watch 06-auth ./my-api
      kata watch auth . --plain
    """
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.engine.sweep import sweep_abandoned
    from kata.task import Options, Task
    from kata.watching import Watch, saves

    found = sound_exercise(exercise, library)
    must_exist(submission)
    engine = DockerEngine.connect_to_host()
    sweep_abandoned(engine)
    show = _Show(found, plain, verbose)
    try:
        options = Options(first=_failed_before(found.id))
        with Watch(Task(found, engine, image_table(), options, show), submission) as watch:
            _follow(watch, saves(submission), show)
    except KeyboardInterrupt:
        click.echo("\nStopped; everything that was started has been removed.")


def _follow(watch: Watch, saves: Iterator[tuple[float, str]], show: _Show) -> None:
    """Check now and after each save; a save during a run ends that run, because its result is old."""
    seen: SimpleQueue[tuple[float, str]] = SimpleQueue()

    def listen() -> None:
        for save in saves:
            seen.put(save)
            watch.hurry()

    Thread(target=listen, name="kata-saves", daemon=True).start()
    saved = (time.time(), "")
    while True:
        show.begin(*saved)
        report = watch.check()
        if seen.empty():
            show.end(report)
        saved = seen.get()
        while not seen.empty():
            saved = seen.get()


class _Show:
    """One line when a save is seen, one for each check that changed its mind, then the first thing to fix."""

    def __init__(self, exercise: Exercise, plain: bool, verbose: bool) -> None:
        self._titles = {requirement.id: requirement.title for requirement in exercise.requirements}
        self._plain = plain
        self._verbose = verbose
        self._before: Mapping[str, str] = {}
        self._saved = 0.0
        self._first: float | None = None

    def begin(self, saved: float, names: str) -> None:
        """A save was seen; `saved` is its Unix time."""
        self._saved, self._first = saved, None
        self._say(f"saved {names}" if names else "checking")

    def __call__(self, event: Mapping[str, Any]) -> None:
        """One event of a run; a standby's own are not worth a line, except long ones."""
        kind = event.get("event")
        if kind == "progress" and not self._saved:
            return
        if kind == "progress" and str(event["text"]).startswith(("pulling", "preparing")):
            self._say(str(event["text"]))
        elif kind == "finished":
            self._finished(event["id"], event["status"])

    def end(self, report: Report | None) -> None:
        """The run is over; None when nothing had changed."""
        if report is None:
            self._say("nothing has changed; waiting for a save (Ctrl-C ends)")
            return
        self._report(report)
        self._before = {check.id: check.status.value for check in report.checks}
        first = f", first result after {self._first:.1f} s" if self._first is not None else ""
        self._say(f"done{first}; waiting for a save (Ctrl-C ends)")
        _remember(report)

    def _finished(self, id: str, status: str) -> None:
        if self._first is None:
            self._first = time.time() - self._saved
        before = self._before.get(id)
        if before == "failed" or (before is not None and before != status):
            words = {"passed": "passes now", "failed": "still fails" if before == "failed" else "FAILS NOW"}
            self._say(f"{words.get(status, status)}: {self._titles.get(id, id)}")

    def _report(self, report: Report) -> None:
        from rich.console import Console

        from kata.reports.terminal import print_brief, print_report

        console = Console(markup=False, emoji=False, highlight=False, no_color=self._plain or None)
        if self._verbose:
            print_report(report, console, plain=self._plain)
        else:
            print_brief(report, console, plain=self._plain)

    def _say(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True, file=sys.stdout)


def _failed_before(exercise: str) -> tuple[str, ...]:
    """What failed in the last run that was kept; nothing when nothing can be read."""
    from kata.errors import UsageError
    from kata.progress import progress_file, read

    try:
        standing = read(progress_file()).get(exercise)
    except UsageError:
        return ()
    return standing.last.failed if standing is not None else ()


def _remember(report: Report) -> None:
    from kata.errors import UsageError
    from kata.progress import progress_file, record

    try:
        record(progress_file(), report)
    except UsageError as error:
        complain(error.message, error.hint)
