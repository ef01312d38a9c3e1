"""The JSON report: valid, complete, and read back as the same report."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kata.reports.cleaning import cleaned
from kata.reports.json import parse, render
from kata.results import Report, Severity
from kata.schemas import first_error


def test_every_report_fits_the_published_schema(every_report: tuple[Report, ...]) -> None:
    """report.schema.json is what other programs rely on."""
    for report in every_report:
        assert first_error("report", json.loads(render(report))) is None


def test_a_report_is_read_back_whole(every_report: tuple[Report, ...]) -> None:
    """Nothing is lost on the way through the file."""
    for report in every_report:
        assert parse(render(report)) == cleaned(report)


def test_what_was_not_graded_has_no_score(not_graded: Report) -> None:
    """A 0 would be read as a grade."""
    data = json.loads(render(not_graded))
    assert data["score"] is None
    assert data["verdict"]["family"] == "not_graded"
    assert data["bonus"] is None
    assert first_error("report", {**data, "score": 0}) is not None
    assert first_error("report", {**data, "bonus": 0}) is not None


def test_the_bonus_in_the_score_is_told(passing: Report) -> None:
    """Whoever reads `score` alone would take 98 + 4 for more than everything."""
    bonus = replace(passing.checks[0], id="more", severity=Severity.BONUS, points=4, max_points=4)
    data = json.loads(render(replace(passing, checks=(*passing.checks, bonus))))
    assert data["bonus"] == 4
    assert data["score"] - data["bonus"] == data["max_score"] == passing.max_score


def test_a_report_without_a_bonus_of_its_own_is_still_read(passing: Report) -> None:
    """Reports that were kept before the field was there fit the schema, too."""
    data = {name: value for name, value in json.loads(render(passing)).items() if name != "bonus"}
    assert first_error("report", data) is None
    assert parse(json.dumps(data)) == cleaned(passing)


@pytest.mark.parametrize("text", ["[]", "{}", '{"schema": "kata/report/v1"}', "{"])
def test_another_file_is_refused(text: str) -> None:
    """`kata show` says so instead of showing half a report."""
    with pytest.raises(ValueError):
        parse(text)
