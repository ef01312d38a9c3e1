"""PrairieLearn's results.json for external graders (https://prairielearn.readthedocs.io/en/latest/externalGrading/)."""

from __future__ import annotations

import json
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, stop_text, why
from kata.reports.wording import stopped, summary
from kata.results import CheckResult, Report, Status, Verdict

#: PrairieLearn refuses a larger file.
LIMIT = 1_000_000


def render(report: Report) -> str:
    """The results. A submission that could not run, or was not graded, is not gradable: no attempt is spent on it."""
    report = cleaned(report)
    text = json.dumps(_results(report, whole=True), indent=2, allow_nan=False) + "\n"
    return text if len(text) <= LIMIT else json.dumps(_results(report, whole=False), allow_nan=False) + "\n"


def _results(report: Report, whole: bool) -> dict[str, Any]:
    if stopped(report):
        told = stop_text(report)[:100_000]
        return {"gradable": False, "format_errors": [told], "message": summary(report), "output": told}
    return {
        "gradable": True,
        "score": _share(report),
        "message": summary(report),
        "tests": [_test(check, whole) for check in report.checks],
    }


def _share(report: Report) -> float:
    """The score from 0 to 1; a bonus cannot lift it above 1."""
    if report.max_score == 0:
        return 1.0 if report.verdict is Verdict.PASSED else 0.0
    return min(1.0, max(0.0, report.score / report.max_score))


def _test(check: CheckResult, whole: bool) -> dict[str, Any]:
    return {
        "name": check.title[:500] or check.id[:500],
        "description": check.sentence if whole else "",
        "points": check.points,
        "max_points": check.max_points,
        "message": (why(check) or check.status.value)[: None if whole else 200],
        "output": explanation(check) if whole and check.status is not Status.PASSED else "",
    }
