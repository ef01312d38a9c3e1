"""Checks a folder again and again: services, forwarder and grader of the next run start ahead and wait for code.

Every run has its own fresh services, so nothing of an earlier run can spoil the next, and still finds them warm.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kata import settings
from kata.arranging import choices, environment_of
from kata.check import run
from kata.drafts import blank, planned, refused, taken
from kata.engine.labels import RUN
from kata.engine.sweep import sweep
from kata.errors import NotGraded, SubmissionError
from kata.exercise import Exercise
from kata.grading import GraderProcess
from kata.results import Report, Status
from kata.stacks import Plan, detect
from kata.submission import Snapshot, take
from kata.task import Options, Task


class Abandoned(Exception):
    """No code came any more; the waiting environment is removed."""


class Standby:
    """One run that is warm: its services and its grader are up, and only the server's code is missing."""

    def __init__(self, task: Task, plan: Plan) -> None:
        self._task = task
        self._report = blank(task.exercise, Path(), task.options)
        self._needs = _needs(task.exercise, plan)
        self._code: Future[tuple[Snapshot, Plan]] = Future()
        self._environment = environment_of(task, plan, self._code.result, self._report.seed)
        self._pool = ThreadPoolExecutor(1, "kata-standby")
        self._grader = GraderProcess(task.exercise, (), task.options.first)
        self._grader.__enter__()
        self._up = self._pool.submit(self._environment.__enter__)

    def fits(self, plan: Plan) -> bool:
        """Whether that plan needs just what has been started: the same port and the same services."""
        return self._needs == _needs(self._task.exercise, plan)

    def grade(self, submission: Path, snapshot: Snapshot, plan: Plan) -> Report:
        """Give it the code and check it."""
        report = planned(taken(replace(self._report, submission=submission.resolve().name), snapshot), plan)
        self._code.set_result((snapshot, plan))
        report = run(self._task, report, plan, self._environment, self._up.result, self._grader)
        return replace(report, phases=tuple(self._environment.stopwatch.phases))

    def hurry(self) -> None:
        """End a run whose result nobody needs any more: a server that still starts, or the checks."""
        if not self._code.done():
            return
        if self._up.done():
            self._grader.stop()
            return
        with suppress(KeyError, NotGraded):  # it may not have been made yet
            self._task.engine.kill(self._environment.app.container)

    def close(self) -> None:
        """Remove everything of it, whether it still waits, starts at this moment or has been used."""
        if not self._code.done():
            self._code.set_exception(Abandoned())
        elif not self._up.done():
            sweep(self._task.engine, f"{RUN}={self._environment.run}")  # a server that is still starting ends now
        if self._up.exception() is None:
            self._environment.__exit__(None, None, None)
        self._grader.__exit__(None, None, None)
        self._pool.shutdown()


class Watch:
    """A folder and its next run. Enter it, call `check` after each save, leave it: nothing stays behind."""

    def __init__(self, task: Task, submission: Path) -> None:
        self._task = task
        self._submission = submission
        self._digest = ""
        self._standby: Standby | None = None
        self._closing = ThreadPoolExecutor(2, "kata-closing")

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        if self._standby is not None:
            self._standby.close()
        self._closing.shutdown()

    def hurry(self) -> None:
        """There is newer code: end the run that is going on, if there is one."""
        standby = self._standby
        if standby is not None:
            standby.hurry()

    def check(self) -> Report | None:
        """Check the folder as it is now; None when it is the same as last time. Failed checks come first."""
        try:
            with take(self._submission) as snapshot:
                if snapshot.digest == self._digest:
                    return None
                self._digest = snapshot.digest
                plan = detect(snapshot, settings.load(snapshot))
                return self._graded(snapshot, plan)
        except SubmissionError as error:
            return refused(blank(self._task.exercise, self._submission, Options()), self._task.exercise, error)

    def _graded(self, snapshot: Snapshot, plan: Plan) -> Report:
        if self._standby is not None and not self._standby.fits(plan):
            self._closing.submit(self._standby.close)
            self._standby = None
        if self._standby is None:
            self._standby = Standby(self._task, plan)
        used = self._standby
        report = used.grade(self._submission, snapshot, plan)
        failed = tuple(check.id for check in report.checks if check.status is Status.FAILED)
        if failed:
            self._task = replace(self._task, options=replace(self._task.options, first=failed))
        self._standby = None
        self._closing.submit(used.close)
        self._standby = Standby(self._task, plan)
        return report


def saves(path: Path) -> Iterator[tuple[float, str]]:
    """(when, which file) for each save below `path`, a folder or an archive; what tools leave behind is none."""
    from watchfiles import Change, watch

    from kata.submission.ignore import is_litter

    root = path.resolve()

    def counts(change: Change, name: str) -> bool:
        with suppress(ValueError):
            return not is_litter(Path(name).relative_to(root).as_posix(), False)
        return False

    for changes in watch(root, watch_filter=counts, debounce=200, step=20, raise_interrupt=True):
        files = sorted({Path(name) for _, name in changes})
        times = [_saved(file) for file in files]
        there = [file.name for file in files if file.exists()] or [file.name for file in files]
        yield min(max(times), time.time()), ", ".join(there[:3])


def _saved(file: Path) -> float:
    """When a file was written, in Unix time; now, when it is gone already."""
    with suppress(OSError):
        return file.stat().st_mtime
    return time.time()


def _needs(exercise: Exercise, plan: Plan) -> tuple[int, tuple[str, ...]]:
    return plan.port, tuple(choices(exercise, plan))
