"""Outcomes of submissions for 90-tiny as data, without running anything: enough of them to prove its grader."""

from __future__ import annotations

from pathlib import Path

from kata.exercise import Exercise
from kata.library import Library, Shelf
from kata.results import CheckResult, Report, Status, Verdict
from kata.verify.proofs import Expected, Kind, Proof
from kata.verify.trial import Outcome

TINY = Library((Shelf(Path(__file__).resolve().parent / "library"),)).find("tiny")
IDS = [requirement.id for requirement in TINY.requirements]


def outcome(kind: Kind, name: str, failed: set[str], expected: set[str], verdict: Verdict | None = None) -> Outcome:
    checks = tuple(_result(TINY, id, id in failed) for id in IDS)
    came = verdict or (Verdict.FAILED if failed else Verdict.PASSED)
    wanted = Verdict.FAILED if expected or kind is Kind.STARTER else Verdict.PASSED
    report = Report(TINY.id, TINY.version, TINY.title, came, checks=checks)
    proof = Proof(name, kind, Path(), Path(), Expected(wanted, frozenset(expected)))
    return Outcome(proof, report, 1.0)


def _result(exercise: Exercise, id: str, failed: bool) -> CheckResult:
    requirement = exercise.requirement(id)
    assert requirement is not None
    status = Status.FAILED if failed else Status.PASSED
    points = 0 if failed else requirement.points
    return CheckResult(id, requirement.title, status, requirement.severity, points, requirement.points)


PROVEN = [
    outcome(Kind.RIGHT, "python", set(), set()),
    *(outcome(Kind.WRONG, f"breaks-{id}", {id}, {id}) for id in IDS),
    outcome(Kind.STARTER, "python", {IDS[0]}, set()),
]
