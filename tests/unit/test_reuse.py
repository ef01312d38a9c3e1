"""A kept result is used for exactly what it was found for, and kinds of runs are told apart."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tiny import LIBRARY

from kata.exercise import load
from kata.results import CheckResult, Phase, Report, Status, Verdict
from kata.reuse import keep, kept, key, told_apart

CHECK = CheckResult("greets", "Greets", Status.FAILED, max_points=60)
REPORT = Report("90-tiny", "1.0.0", "Tiny", Verdict.FAILED, checks=(CHECK,), digest="d", started="2026-01-01T00:00:00")


def test_a_graded_report_comes_back_whole(tmp_path: Path) -> None:
    keep(tmp_path / "reports", "k", REPORT)
    assert kept(tmp_path / "reports", "k") == REPORT
    assert kept(tmp_path / "reports", "other") is None


@pytest.mark.parametrize("report", [replace(REPORT, partial=True), replace(REPORT, verdict=Verdict.CRASHED)])
def test_what_is_not_a_whole_grade_is_not_kept(report: Report, tmp_path: Path) -> None:
    keep(tmp_path, "k", report)
    assert kept(tmp_path, "k") is None


def test_a_broken_file_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text("{")
    assert kept(tmp_path, "k") is None


def test_a_change_of_anything_that_decides_is_another_key(tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "library")
    folders = tmp_path / "library/exercises/90-tiny", tmp_path / "library/graders/90-tiny"
    exercise = load(*folders)
    first = key(exercise, "d", {"python": "a"}, None)
    assert key(exercise, "d", {"python": "a"}, None) == first
    others = {key(exercise, "e", {"python": "a"}, None), key(exercise, "d", {"python": "b"}, None)}
    others.add(key(exercise, "d", {"python": "a"}, 7))
    (folders[1] / "test_tiny.py").write_text("changed")
    others.add(key(exercise, "d", {"python": "a"}, None))
    assert first not in others
    assert len(others) == 4


def test_a_first_run_and_an_unchanged_one_are_told_apart() -> None:
    built = replace(REPORT, phases=(Phase("build", 31.0, "built"),))
    assert "built the dependencies (31 s)" in told_apart(built, "", "")
    assert "Nothing has changed since the run of noon" in told_apart(REPORT, "d", "noon")
    assert told_apart(REPORT, "e", "noon") == ""
