"""Runs that are kept: found again as they were, and only where nothing that decides them has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.proven import PROVEN, TINY

from kata.errors import UsageError
from kata.results import Exchange, Verdict
from kata.task import Task
from kata.verify.kept import KeptRuns, missing
from kata.verify.trial import Outcome

NOTHING: Any = None
TASK = Task(TINY, NOTHING, {"python": "python:3.13"})


@pytest.fixture
def submission(tmp_path: Path) -> Callable[[Outcome], Outcome]:
    """Gives the outcome's proof a folder with one file in it."""

    def with_folder(outcome: Outcome) -> Outcome:
        folder = tmp_path / outcome.proof.name
        folder.mkdir()
        (folder / "main.py").write_text(f"# {outcome.proof.id}")
        return replace(outcome, proof=replace(outcome.proof, folder=folder, base=folder))

    return with_folder


def test_runs_are_found_again_by_the_next_call(tmp_path: Path, submission: Callable[[Outcome], Outcome]) -> None:
    right, wrong = submission(PROVEN[0]), submission(PROVEN[1])
    first = KeptRuns(tmp_path / "kept", TASK, stress=False)
    first.require_writable()
    assert [first.of(each.proof, 20) for each in (right, wrong)] == [[], []]
    first.add(right)
    first.add(wrong)
    first.add(wrong)

    again = KeptRuns(tmp_path / "kept", TASK, stress=False)
    found = again.of(wrong.proof, 20)
    assert [each.failed for each in found] == [wrong.failed] * 2
    assert [each.seconds for each in found] == [wrong.seconds] * 2
    assert len(again.of(wrong.proof, 1)) == 1
    assert again.of(right.proof, 20)[0].report.score == right.report.score
    assert [each.id for each in missing([right.proof, wrong.proof], 3, [*found, right])] == [
        "right/python",
        right.proof.id,
        wrong.proof.id,
    ]


def test_what_decides_a_result_makes_it_new(tmp_path: Path, submission: Callable[[Outcome], Outcome]) -> None:
    run = submission(PROVEN[0])
    kept = KeptRuns(tmp_path, TASK, stress=True)
    kept.of(run.proof, 1)
    kept.add(run)
    assert len(KeptRuns(tmp_path, TASK, stress=True).of(run.proof, 9)) == 1
    assert KeptRuns(tmp_path, TASK, stress=False).of(run.proof, 9) == []
    assert KeptRuns(tmp_path, replace(TASK, images={"python": "python:3.14"}), stress=True).of(run.proof, 9) == []
    (run.proof.folder / "main.py").write_text("# changed")
    assert KeptRuns(tmp_path, TASK, stress=True).of(run.proof, 9) == []


def test_a_run_that_was_not_graded_is_made_again(tmp_path: Path, submission: Callable[[Outcome], Outcome]) -> None:
    run = submission(PROVEN[0])
    kept = KeptRuns(tmp_path, TASK, stress=False)
    kept.of(run.proof, 1)
    kept.add(replace(run, report=replace(run.report, verdict=Verdict.NOT_GRADED, checks=())))
    kept.add(replace(run, report=replace(run.report, verdict=Verdict.NOT_READY, checks=())))
    assert [each.report.verdict for each in kept.of(run.proof, 9)] == [Verdict.NOT_READY]


def test_what_was_sent_is_not_kept(tmp_path: Path, submission: Callable[[Outcome], Outcome]) -> None:
    run = submission(PROVEN[1])
    sent = (Exchange("GET", "http://127.0.0.1/secret-path"),)
    checks = tuple(replace(each, exchanges=sent, failing=0) for each in run.report.checks)
    kept = KeptRuns(tmp_path / "kept", TASK, stress=False)
    kept.require_writable()
    kept.of(run.proof, 1)
    kept.add(replace(run, report=replace(run.report, checks=checks)))
    (file,) = (tmp_path / "kept").iterdir()
    assert "secret-path" not in file.read_text()
    assert kept.of(run.proof, 1)[0].failed == run.failed


def test_a_folder_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        KeptRuns(tmp_path / "file" / "kept", TASK, stress=False).require_writable()
