"""Learning platforms: each gets the fields that it documents, and never a 0 for a fault that is not the learner's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kata.reports import check50, classroom50, exercism, gradescope, prairielearn
from kata.reports.classroom50 import shares
from kata.reports.outcomes import START
from kata.results import CheckResult, Report, Severity, Status
from kata.schemas import first_error

ENVIRONMENT = {
    "CLASSROOM": "backend-2026",
    "ASSIGNMENT": "06-auth",
    "OWNER": "mira",
    "USERNAME": "mira",
    "SUBMISSION_TAG": "submit/2026-11-23T00-31-01Z",
    "COMMIT_URL": "https://github.com/c/06-auth-mira/commit/3f2a",
    "RELEASE_URL": "https://github.com/c/06-auth-mira/releases/tag/1",
    "REVIEW_URL": "https://github.com/c/06-auth-mira/compare/1...2",
    "COMMIT_DATE": "2026-11-23T01:31:01+01:00",
}


def read(render: Callable[[Report], str], report: Report) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(render(report))
    return data


def result(report: Report, out_of: int | None = None) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(classroom50.render(report, ENVIRONMENT, out_of))
    return data


def test_gradescope_gets_points_and_outcome_of_each_test(failing: Report) -> None:
    """Numbers are numbers, test numbers are text, and everything is visible."""
    data = read(gradescope.render, failing)
    assert data["score"] == 10
    assert isinstance(data["execution_time"], float)
    assert [test["number"] for test in data["tests"][:2]] == ["1", "2"]
    assert {test["status"] for test in data["tests"]} == {"passed", "failed"}
    assert {test["visibility"] for test in data["tests"]} == {"visible"}


def test_gradescope_gets_no_score_for_what_was_not_graded(not_graded: Report, build_failed: Report) -> None:
    """Without score and tests it reports a failed autograder; a build that failed is a 0 with its reason."""
    data = read(gradescope.render, not_graded)
    assert "score" not in data
    assert "tests" not in data
    assert "nothing about the submission" in data["output"]
    assert read(gradescope.render, build_failed)["score"] == 0
    assert read(gradescope.render, build_failed)["tests"][0]["name"].startswith("The server builds")


def test_exercism_keeps_the_order_and_explains_what_did_not_pass(failing: Report) -> None:
    """Only the first failure is shown there, so the order is the exercise's."""
    data = read(exercism.render, failing)
    assert (data["version"], data["status"]) == (3, "fail")
    assert [test["name"] for test in data["tests"]] == [check.title for check in failing.checks]
    assert all(test["message"] for test in data["tests"] if test["status"] != "pass")
    assert all(test["test_code"] for test in data["tests"])
    assert not any("task_id" in test for test in data["tests"])


def test_exercism_is_an_error_only_when_no_test_ran(build_failed: Report, not_graded: Report) -> None:
    """Then it has a message and no tests."""
    for report in (build_failed, not_graded):
        data = read(exercism.render, report)
        assert data["status"] == "error"
        assert data["message"]
        assert "tests" not in data


def test_exercism_limits_are_kept_and_said(failing: Report) -> None:
    """500 characters of output, 65,535 of message."""
    check = replace(failing.checks[2], message="x" * 70_000, app_log=("y" * 600,))
    (test,) = read(exercism.render, replace(failing, checks=(check,)))["tests"]
    assert len(test["output"]) == 500
    assert test["output"].endswith("(cut, 600 characters in all)")
    assert len(test["message"]) == 65_535


def test_classroom50_fits_its_schema(every_report: tuple[Report, ...], not_graded: Report) -> None:
    """Whole points, no test above its maximum, the committer date in UTC."""
    for report in every_report:
        if report is not_graded:
            continue
        data = result(report)
        assert first_error("classroom50-result-v1", data) is None
        assert data["score"] <= data["max-score"]
        assert all(test["score"] <= test["max-score"] for test in data["tests"])
        assert data["datetime"] == "2026-11-23T00:31:01Z"


def test_classroom50_gets_nothing_for_what_was_not_graded(not_graded: Report) -> None:
    """Its result has no way to say so; a missing file is an error of the infrastructure."""
    assert classroom50.render(not_graded, ENVIRONMENT) == ""


def test_classroom50_says_what_is_missing_from_its_environment(passing: Report) -> None:
    """A result for nobody is worse than none."""
    with pytest.raises(ValueError, match="SUBMISSION_TAG"):
        classroom50.render(passing, {})


def test_classroom50_scales_to_whole_points(passing: Report) -> None:
    """Twelve checks of 5 points, out of 100: 8 or 9 points each, 100 in all."""
    data = result(passing, out_of=100)
    assert data["score"] == data["max-score"] == 100
    assert {test["max-score"] for test in data["tests"]} == {8, 9}


def test_classroom50_counts_a_bonus_but_never_above_the_maximum(passing: Report) -> None:
    """The bonus makes up for a missed check, and no more."""
    bonus = CheckResult("b", "b", Status.PASSED, severity=Severity.BONUS, points=5, max_points=5)
    missed = replace(passing.checks[0], status=Status.FAILED, points=0)
    assert result(replace(passing, checks=(*passing.checks, bonus)))["score"] == 60
    assert result(replace(passing, checks=(missed, *passing.checks[1:], bonus)))["score"] == 60


def test_shares_are_whole_and_complete() -> None:
    """Largest remainder: nothing is lost to rounding."""
    assert shares((1, 1, 1), 100) == (34, 33, 33)
    assert shares((5, 3, 2), 10) == (5, 3, 2)
    assert shares((0, 0), 10) == (0, 0)
    assert shares((), 10) == ()


def test_check50_tells_three_outcomes(failing: Report) -> None:
    """Passed, failed, and null for what was skipped, with the check that it depends on."""
    data = read(check50.render, failing)
    by_name = {item["name"]: item for item in data["results"]}
    assert by_name["register-creates-account"] == {
        "name": "register-creates-account",
        "description": "Registering creates an account",
        "passed": True,
        "log": [],
        "cause": None,
        "data": {"points": 5, "max_points": 5, "severity": "required"},
        "dependency": None,
    }
    assert by_name["wrong-password-is-refused"]["passed"] is False
    assert by_name["wrong-password-is-refused"]["cause"]["help"].startswith("Compare the password")
    assert by_name["token-expires"]["passed"] is None
    assert by_name["token-expires"]["dependency"] == "wrong-password-is-refused"


def test_check50_has_an_error_instead_of_results(not_graded: Report, build_failed: Report) -> None:
    """A fault of ours is the grader's error; a build that failed is a result that others wait behind."""
    data = read(check50.render, not_graded)
    assert "results" not in data
    assert data["error"]["actions"]["show_traceback"] is False
    assert read(check50.render, build_failed)["results"][0]["name"] == START


def test_prairielearn_spends_no_attempt_on_what_could_not_run(build_failed: Report, not_graded: Report) -> None:
    """Not gradable, with the reason as a format error, and no score."""
    for report in (build_failed, not_graded):
        data = read(prairielearn.render, report)
        assert data["gradable"] is False
        assert data["format_errors"]
        assert "score" not in data


def test_prairielearn_gets_a_share_from_0_to_1(failing: Report, passing: Report) -> None:
    """Every test has points, or its points are not shown at all."""
    data = read(prairielearn.render, failing)
    assert data["score"] == pytest.approx(10 / 35)
    assert all({"points", "max_points"} <= set(test) for test in data["tests"])
    assert read(prairielearn.render, passing)["score"] == 1.0


def test_prairielearn_file_is_never_too_large(failing: Report) -> None:
    """Above its limit the explanations are left out and the points stay."""
    checks = tuple(replace(failing.checks[2], id=str(n), message="é" * 40_000) for n in range(20))
    text = prairielearn.render(replace(failing, checks=checks))
    assert len(text) <= prairielearn.LIMIT
    assert len(json.loads(text)["tests"]) == 20
