"""Progress: the best run counts, a broken file is never replaced, what is not graded is not kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kata.errors import UsageError
from kata.library import Library
from kata.progress import Attempt, read, record, roadmap, upcoming
from kata.reports.wording import score_words
from kata.results import CheckResult, Report, Severity, Status, Verdict

MISSED = CheckResult("a", "A", Status.FAILED, points=0, max_points=10)
REPORT = Report("02-http", "1.0.0", "HTTP", Verdict.FAILED, checks=(MISSED,), started="2026-01-01T00:00:00+00:00")
PASSED = replace(REPORT, verdict=Verdict.PASSED, checks=(replace(MISSED, status=Status.PASSED, points=10),))


def test_the_best_run_is_kept_beside_the_last(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "progress.json"
    for report in (REPORT, PASSED, REPORT):
        record(file, report)
    standing = read(file)["02-http"]
    assert standing.best.passed
    assert standing.last.failed == ("a",)
    assert standing.runs == 3


@pytest.mark.parametrize("report", [replace(REPORT, partial=True), replace(REPORT, verdict=Verdict.NOT_GRADED)])
def test_what_says_nothing_is_not_kept(report: Report, tmp_path: Path) -> None:
    record(tmp_path / "progress.json", report)
    assert not (tmp_path / "progress.json").exists()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"schema": "other"}', '{"schema": "kata/progress/v1", "exercises": {"a": 1}}']
)
def test_a_broken_file_is_named_and_left_alone(text: str, tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="cannot be read"):
        record(file, REPORT)
    assert file.read_text() == text


def test_the_roadmap_names_what_is_passed_and_what_comes_next(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    record(file, PASSED)
    exercises = list(library.all())
    lines = list(roadmap(exercises, read(file)))
    assert "passed, 10 of 10 points" in lines[0]
    assert lines[1].startswith("next 03-rest-api")
    assert lines[-1] == f"1 of {len(exercises)} passed"
    following = upcoming(exercises, read(file))
    assert following is not None
    assert following.id == "03-rest-api"


def test_a_bonus_is_told_apart() -> None:
    assert Attempt("passed", 104, 100, "", bonus=4).points == "100 of 100 points + 4 bonus"
    assert Attempt("failed", 40, 100, "").points == "40 of 100 points"


def test_a_bonus_fills_no_gap_of_the_required_checks(tmp_path: Path) -> None:
    """`kata progress` tells the points of a run exactly as its report did."""
    extra = CheckResult("b", "B", Status.PASSED, severity=Severity.BONUS, points=3, max_points=3)
    report = replace(PASSED, verdict=Verdict.FAILED, checks=(MISSED, *PASSED.checks, extra))
    record(tmp_path / "progress.json", report)
    best = read(tmp_path / "progress.json")["02-http"].best
    assert best.points == score_words(report) == "10 of 20 points + 3 bonus"


def test_an_attempt_that_was_kept_without_its_bonus_is_still_read(tmp_path: Path) -> None:
    attempt = {"verdict": "passed", "score": 104, "max_score": 100, "at": "", "digest": "", "failed": []}
    standing = {"best": attempt, "last": attempt, "runs": 1}
    file = tmp_path / "progress.json"
    file.write_text(json.dumps({"schema": "kata/progress/v1", "exercises": {"02-http": standing}}))
    assert read(file)["02-http"].best.points == "100 of 100 points + 4 bonus"
