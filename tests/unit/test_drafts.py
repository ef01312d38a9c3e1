"""What the report of a run says when the checks were never reached."""

from __future__ import annotations

from pathlib import Path

from kata.drafts import blank, refused
from kata.errors import SubmissionError
from kata.library import Library, Shelf
from kata.reports.wording import summary
from kata.results import Report, Verdict
from kata.task import Options

TINY = Library((Shelf(Path(__file__).resolve().parents[1] / "library"),)).find("tiny")


def crashed(*only: str) -> Report:
    report = blank(TINY, Path("submission"), Options(only=only))
    return refused(report, TINY, SubmissionError(Verdict.CRASHED, "it ended", "", cause="crashed"))


def test_a_whole_run_that_stopped_has_every_check_skipped() -> None:
    assert summary(crashed()) == f"CRASHED, 0 of 100 points, {len(TINY.requirements)} skipped"


def test_a_run_of_one_check_that_stopped_does_not_count_the_others() -> None:
    assert summary(crashed(TINY.requirements[0].id)) == "CRASHED"
