"""Every shipped grader against every right and wrong submission, in containers: each gets exactly what it should."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kata.check import Options
from kata.engine.docker import DockerEngine
from kata.library import Library, Shelf
from kata.verify.matrix import problems
from kata.verify.proofs import Proof, proofs_of, submissions_of
from kata.verify.trial import run_proof

SHELF = Shelf(Path(__file__).resolve().parents[2])
LIBRARY = Library((SHELF,))


def every_proof() -> list[object]:
    found = []
    for exercise in LIBRARY.all():
        for proof in proofs_of(exercise, submissions_of(exercise, None)):
            found.append(pytest.param(exercise.id, proof, id=f"{exercise.id}/{proof.id}"))
    return found


@pytest.mark.parametrize(("exercise_id", "proof"), every_proof())
def test_proof(exercise_id: str, proof: Proof, engine: DockerEngine, images: Mapping[str, str]) -> None:
    """The verdict, the failed and the skipped checks are exactly the expected ones; a right one gets full score."""
    exercise = LIBRARY.find(exercise_id)
    outcome = run_proof(exercise, proof, engine, images, Options())
    found = [problem.text for problem in problems(exercise, [outcome]) if problem.about == proof.id]
    assert found == [], outcome.report.message
