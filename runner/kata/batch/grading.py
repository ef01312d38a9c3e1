"""Grades one snapshot of a batch on an engine; what the engine's own trouble spoiled is not graded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kata.check import grade
from kata.drafts import blank, refused, taken, ungraded
from kata.engine.docker import DockerEngine
from kata.engine.sweep import sweep_abandoned
from kata.errors import EngineUnavailable, NotGraded, SubmissionError
from kata.results import Report, Verdict
from kata.submission import Snapshot
from kata.task import Task

_PATIENCE = 600.0
_EVERY = 2.0


class Answers(Protocol):
    """Whether an engine is there: `ping` raises EngineUnavailable when it is not."""

    def ping(self) -> None: ...


def seed_of(batch: int, digest: str) -> int:
    """The seed for one submission: the same in every run of the batch, so that a resumed one tells the same."""
    return int(hashlib.sha256(f"{batch}:{digest}".encode()).hexdigest()[:8], 16) % (1 << 31)


def graded(task: Task, snapshot: Snapshot) -> Report:
    """The report on one snapshot.

    Raises UsageError when the exercise itself is broken, EngineUnavailable when no engine comes back.
    """
    await_engine(task.engine)
    report = taken(blank(task.exercise, Path("submission"), task.options), snapshot)
    try:
        report = grade(task, report, snapshot)
    except SubmissionError as error:
        return refused(report, task.exercise, error)
    except NotGraded as error:
        return ungraded(report, error.message, error.hint)
    if report.verdict is Verdict.PASSED:
        return report
    return _unless_engine_left(report, task.engine)


def await_engine(engine: Answers, patience: float = _PATIENCE, sleep: Callable[[float], None] = time.sleep) -> None:
    """Return when the engine answers; when it was away, what dead owners left is swept first.

    Raises EngineUnavailable when it does not come back.
    """
    waited = 0.0
    while waited <= patience:
        try:
            engine.ping()
        except EngineUnavailable:
            sleep(_EVERY)
            waited += _EVERY
            continue
        if waited and isinstance(engine, DockerEngine):
            sweep_abandoned(engine)
        return
    raise EngineUnavailable(
        f"the engine did not come back within {patience:g} seconds", "Start it and run the same command again."
    )


def _unless_engine_left(report: Report, engine: Answers) -> Report:
    """A server that died with its engine did not crash: an engine that is away afterwards spoils the run."""
    try:
        engine.ping()
    except EngineUnavailable as error:
        return ungraded(report, f"the engine went away: {error.message}", error.hint)
    return report
