"""What keeps a grader from being proven is said, and nothing else."""

from __future__ import annotations

import pytest
from tests.proven import IDS, PROVEN, TINY, outcome

from kata.results import Severity, Verdict
from kata.verify.matrix import matrix, problems
from kata.verify.proofs import Kind
from kata.verify.trial import Outcome


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
