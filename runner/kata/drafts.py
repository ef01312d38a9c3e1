"""The report of a run before it has checks: blank, with its plan, or ended early."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kata import __version__
from kata.errors import SubmissionError
from kata.exercise import Exercise
from kata.judgement import unrun
from kata.mistakes import in_log
from kata.results import Report, Verdict
from kata.stacks import Plan
from kata.submission import Snapshot
from kata.task import Options


def blank(exercise: Exercise, submission: Path, options: Options) -> Report:
    """A report of a run that has not begun; its seed is drawn here when none is given."""
    return Report(
        exercise=exercise.id,
        exercise_version=exercise.version,
        title=exercise.title,
        verdict=Verdict.NOT_GRADED,
        submission=submission.resolve().name,
        limits=options.profile.told(),
        seed=random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        kata_version=__version__,
        partial=bool(options.only),
    )


def taken(report: Report, snapshot: Snapshot) -> Report:
    """The same with what was handed in: its digest, and what had to be left out of it."""
    return replace(report, digest=snapshot.digest, warnings=snapshot.warnings)


def planned(report: Report, plan: Plan) -> Report:
    """The same with what was chosen for it, and why."""
    return replace(
        report,
        warnings=report.warnings + plan.warnings,
        stack=plan.stack,
        stack_why=plan.why,
        override=plan.override,
    )


def refused(report: Report, exercise: Exercise, error: SubmissionError) -> Report:
    """The report of a submission that never came to be checked. Of a run of some checks alone no points are told."""
    return replace(
        report,
        checks=() if report.partial else unrun(exercise),
        verdict=error.verdict,
        message=error.message,
        hint=f"{in_log(error.log_tail)}\n{error.hint}".strip(),
        log_tail=tuple(error.log_tail),
    )


def ungraded(report: Report, message: str, hint: str = "") -> Report:
    """The report of a run that says nothing about the submission."""
    return replace(report, checks=(), verdict=Verdict.NOT_GRADED, message=message, hint=hint)
