"""The shipped exercises by themselves: sound, complete, and with a wrong submission for every check."""

from __future__ import annotations

from pathlib import Path

import pytest

from kata.exercise import Exercise
from kata.library import Library, Shelf
from kata.results import Severity
from kata.verify.matrix import document
from kata.verify.proofs import Kind, proofs_of, submissions_of, unproven
from kata.verify.soundness import unsound

ROOT = Path(__file__).resolve().parents[2]
#: The wrong submission that answers with the examples of the statement alone.
BY_HEART = "documented-examples-only"
EXERCISES = list(Library((Shelf(ROOT),)).all())


@pytest.fixture(params=EXERCISES, ids=lambda exercise: exercise.id)
def exercise(request: pytest.FixtureRequest) -> Exercise:
    found: Exercise = request.param
    return found


def test_files_are_sound(exercise: Exercise) -> None:
    """Sentences stand in the statement, the contract is OpenAPI, points add up, starters are there."""
    assert unsound(exercise, shipped=True) == []


def test_every_check_is_failed_by_a_wrong_submission(exercise: Exercise) -> None:
    """A check that nothing fails proves nothing, and the exercise must not ship. What fails all proves none of them."""
    proofs = proofs_of(exercise, submissions_of(exercise, None))
    assert unproven(exercise, [proof for proof in proofs if proof.name != BY_HEART]) == []


def test_every_patch_applies(exercise: Exercise) -> None:
    for proof in proofs_of(exercise, submissions_of(exercise, None)):
        with proof.snapshot() as snapshot:
            assert snapshot.paths


def test_enough_right_and_wrong_submissions(exercise: Exercise) -> None:
    """At least three right ones in two languages, at least fifteen wrong ones (06-auth: twenty-five)."""
    proofs = proofs_of(exercise, submissions_of(exercise, None))
    assert len([proof for proof in proofs if proof.kind is Kind.RIGHT]) >= 3
    assert len([proof for proof in proofs if proof.kind is Kind.WRONG]) >= (25 if exercise.id == "06-auth" else 15)


def test_kill_matrix_is_documented(exercise: Exercise) -> None:
    """docs/matrix/ID.md is what `kata verify ID --write-matrix docs/matrix` writes."""
    proofs = proofs_of(exercise, submissions_of(exercise, None))
    file = ROOT / "docs" / "matrix" / f"{exercise.id}.md"
    assert file.is_file(), "run `kata verify --all --no-run --write-matrix docs/matrix`"
    assert file.read_text("utf-8") == document(exercise, proofs)


def test_who_only_knows_the_statements_examples_is_proven_to_fail(exercise: Exercise) -> None:
    """A server that answers each route with the documented example gets next to nothing."""
    proofs = {proof.name: proof for proof in proofs_of(exercise, submissions_of(exercise, None))}
    required = {each.id for each in exercise.requirements if each.severity is Severity.REQUIRED}
    expected = proofs[BY_HEART].expected
    assert len(required & (expected.failed | expected.skipped)) > 0.8 * len(required)
