"""What earlier runs of a verification got, kept in a folder: hours of proof go on where they were interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kata import reuse
from kata.errors import UsageError
from kata.reports.json import render
from kata.results import Family, Phase, Report
from kata.task import Task
from kata.verify.proofs import Proof
from kata.verify.trial import Outcome
from kata.whole import write_whole

#: The phase under which the seconds of a whole run stand in its report.
_WHOLE = "whole run"


class KeptRuns:
    """Reports in `folder`, numbered for each submission. What changes a result (reuse.key) gets new ones, `stress` too.

    What was not graded is not kept: it says something about the machine, and is run again.
    """

    def __init__(self, folder: Path, task: Task, stress: bool) -> None:
        self._folder = folder
        self._task = task
        self._stress = stress
        self._stems: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def require_writable(self) -> None:
        """Raise UsageError before anything has run when the folder cannot be made."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self._folder} cannot be written: {error.strerror}", "Name a folder that you may write to."
            ) from error

    def of(self, proof: Proof, most: int) -> list[Outcome]:
        """The outcomes of at most `most` earlier runs. Raises BrokenExercise when a patch does not apply."""
        with proof.snapshot() as snapshot:
            key = reuse.key(self._task.exercise, snapshot.digest, self._task.images, None)
        self._stems[proof.id] = f"{key}{'-stress' if self._stress else ''}"
        self._counts[proof.id] = 0
        found: list[Outcome] = []
        while len(found) < most and (report := reuse.kept(self._folder, self._next(proof))) is not None:
            found.append(Outcome(proof, report, sum(each.seconds for each in report.phases if each.name == _WHOLE)))
            self._counts[proof.id] += 1
        return found

    def add(self, outcome: Outcome) -> None:
        """Keep one more run of a submission that `of` has been asked for. A disk that refuses costs only its time."""
        if outcome.report.verdict.family is Family.NOT_GRADED:
            return
        light = _without_exchanges(outcome.report)
        report = replace(light, phases=(*light.phases, Phase(_WHOLE, outcome.seconds)))
        with suppress(OSError):
            write_whole(self._folder / f"{self._next(outcome.proof)}.json", render(report))
            self._counts[outcome.proof.id] += 1

    def _next(self, proof: Proof) -> str:
        return f"{self._stems[proof.id]}-{self._counts[proof.id] + 1}"


def missing(proofs: Sequence[Proof], repeat: int, done: Sequence[Outcome]) -> list[Proof]:
    """The runs that are left of `repeat` for each proof, every proof once before any comes again."""
    often = {proof.id: sum(outcome.proof.id == proof.id for outcome in done) for proof in proofs}
    return [proof for time in range(repeat) for proof in proofs if often[proof.id] <= time]


def _without_exchanges(report: Report) -> Report:
    """The same verdicts without what was sent and received, which makes most of a report."""
    return replace(report, checks=tuple(replace(check, exchanges=(), failing=None) for check in report.checks))
