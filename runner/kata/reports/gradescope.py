"""Gradescope's results.json (https://gradescope-autograders.readthedocs.io/en/latest/specs/)."""

from __future__ import annotations

import json
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, outcomes, stop_text, why
from kata.reports.wording import points_words, score_of, summary
from kata.results import CheckResult, Report, Status


def render(report: Report) -> str:
    """The results, visible to the learner.

    A run that was not graded has neither score nor tests: Gradescope then says that the autograder failed, and
    records no 0.
    """
    return json.dumps(_results(cleaned(report)), indent=2, allow_nan=False) + "\n"


def _results(report: Report) -> dict[str, Any]:
    common = {
        "execution_time": round(sum(phase.seconds for phase in report.phases), 3),
        "output": "\n".join(text for text in (summary(report), stop_text(report)) if text),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "visible",
        "extra_data": {"verdict": report.verdict.value, "digest": report.digest, "seed": str(report.seed)},
    }
    score = score_of(report)
    if score is None:
        return common
    tests = [_test(check, number) for number, check in enumerate(outcomes(report), 1)]
    return {"score": score, "tests": tests, **common}


def _test(check: CheckResult, number: int) -> dict[str, Any]:
    return {
        "name": check.title or check.id,
        "name_format": "text",
        "number": str(number),
        "score": check.points,
        "max_score": check.max_points,
        "status": "passed" if check.status is Status.PASSED else "failed",
        "output": _output(check),
        "output_format": "text",
        "visibility": "visible",
        "tags": [check.severity.value],
        "extra_data": {"id": check.id, "status": check.status.value},
    }


def _output(check: CheckResult) -> str:
    if check.status is Status.PASSED:
        return points_words(check)
    return explanation(check) or why(check)
