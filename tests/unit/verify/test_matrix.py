"""What keeps a grader from being proven is said, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kata.exercise import Exercise
from kata.library import Library, Shelf
from kata.results import CheckResult, Report, Severity, Status, Verdict
from kata.verify.matrix import matrix, problems
from kata.verify.proofs import Expected, Kind, Proof
from kata.verify.trial import Outcome

TINY = Library((Shelf(Path(__file__).resolve().parents[2] / "library"),)).find("tiny")
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


def test_proven_grader_has_no_problems() -> None:
    assert problems(TINY, PROVEN) == []


def test_check_that_nothing_fails_is_a_problem() -> None:
    found = problems(TINY, [each for each in PROVEN if each.proof.name != f"breaks-{IDS[1]}"])
    assert [(each.about, each.text) for each in found] == [(IDS[1], "no wrong submission fails this check")]


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        (outcome(Kind.WRONG, "odd", {IDS[0], IDS[1]}, {IDS[0]}), f"fails unexpectedly: {IDS[1]}"),
        (outcome(Kind.WRONG, "odd", {IDS[0]}, {IDS[0], IDS[1]}), f"no longer fails: {IDS[1]}"),
        (outcome(Kind.WRONG, "odd", set(), {IDS[0]}), "the verdict is passed, expected failed"),
        (outcome(Kind.RIGHT, "odd", {IDS[2]}, set()), "loses points: 100 of 105"),
        (outcome(Kind.STARTER, "odd", set(), set()), "the verdict is passed, expected failed"),
        (outcome(Kind.RIGHT, "odd", set(), set(), Verdict.NOT_GRADED), "the verdict is not_graded"),
    ],
)
def test_each_mismatch_is_told(odd: Outcome, says: str) -> None:
    found = [each for each in problems(TINY, [*PROVEN, odd]) if each.about.endswith("/odd")]
    assert any(says in each.text for each in found), found


def test_unstable_submission_is_told() -> None:
    again = outcome(Kind.WRONG, f"breaks-{IDS[0]}", {IDS[1]}, {IDS[0]})
    assert any("different results" in each.text for each in problems(TINY, [*PROVEN, again]))


def test_matrix_marks_failed_and_skipped() -> None:
    table = matrix(TINY, {"a": frozenset({IDS[0]})}, {"a": frozenset({IDS[1]})}).splitlines()
    assert table[2] == f"| {IDS[0]} | X |"
    assert table[3] == f"| {IDS[1]} | s |"
    assert table[4] == f"| {IDS[2]} |  |"
    assert Severity.BONUS in {requirement.severity for requirement in TINY.requirements}
