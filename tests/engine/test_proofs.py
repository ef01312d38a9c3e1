"""Shipped graders against right and wrong submissions, in containers: each gets exactly what it should.

Every submission of 06-auth; of the others right ones, starters, and so many wrong ones that every check is failed.
KATA_ALL_PROOFS=1 runs all of all, as `make verify` does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from kata.engine.docker import DockerEngine
from kata.library import Library, Shelf
from kata.task import Task
from kata.verify.matrix import problems
from kata.verify.proofs import Kind, Proof, proofs_of, submissions_of
from kata.verify.trial import run_proof

LIBRARY = Library((Shelf(Path(__file__).resolve().parents[2]),))
WHOLE = {"06-auth"}


def every_proof() -> list[object]:
    found = []
    for exercise in LIBRARY.all():
        proofs = proofs_of(exercise, submissions_of(exercise, None))
        if exercise.id not in WHOLE and not os.environ.get("KATA_ALL_PROOFS"):
            proofs = covering(proofs)
        found += [pytest.param(exercise.id, proof, id=f"{exercise.id}/{proof.id}") for proof in proofs]
    return found


def covering(proofs: Sequence[Proof]) -> tuple[Proof, ...]:
    """`proofs` without the patches that fail nothing new: the one that fails most of the rest is taken next.

    A wrong one that is no patch fails nearly everything, which proves no check in particular; it is kept beside them.
    """
    wrong = [proof for proof in proofs if proof.kind is Kind.WRONG and proof.patch.is_file()]
    open_checks = {id for proof in wrong for id in proof.expected.failed}
    chosen: list[Proof] = []
    while open_checks:
        best = max(wrong, key=lambda proof: len(open_checks & proof.expected.failed))
        chosen.append(best)
        open_checks -= best.expected.failed
    return tuple(proof for proof in proofs if proof not in wrong or proof in chosen)


@pytest.mark.parametrize(("exercise_id", "proof"), every_proof())
def test_proof(exercise_id: str, proof: Proof, engine: DockerEngine, images: Mapping[str, str]) -> None:
    """The verdict, the failed and the skipped checks are exactly the expected ones; a right one gets full score."""
    exercise = LIBRARY.find(exercise_id)
    outcome = run_proof(Task(exercise, engine, images), proof)
    found = [problem.text for problem in problems(exercise, [outcome]) if problem.about == proof.id]
    assert found == [], outcome.report.message
