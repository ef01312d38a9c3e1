"""check50's JSON (https://cs50.readthedocs.io/projects/check50/en/latest/json_specification/)."""

from __future__ import annotations

import json
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, outcomes, stop_text, why
from kata.results import CheckResult, Report, Status, Verdict

_PASSED = {Status.PASSED: True, Status.FAILED: False, Status.SKIPPED: None, Status.ERROR: None}


def render(report: Report) -> str:
    """One result a check; a run that was not graded is an error of the grader, without results."""
    return json.dumps(_results(cleaned(report)), indent=2, allow_nan=False) + "\n"


def _results(report: Report) -> dict[str, Any]:
    head = {"slug": f"kata/{report.exercise}", "version": report.kata_version}
    if report.verdict is Verdict.NOT_GRADED:
        return {**head, "error": _error("NotGraded", report.message, stop_text(report))}
    return {**head, "results": [_result(check) for check in outcomes(report)]}


def _result(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.id,
        "description": check.title or check.id,
        "passed": _PASSED[check.status],
        "log": explanation(check).split("\n") if check.status is not Status.PASSED else [],
        "cause": _cause(check),
        "data": {"points": check.points, "max_points": check.max_points, "severity": check.severity.value},
        "dependency": check.blocked_by or None,
    }


def _cause(check: CheckResult) -> dict[str, Any] | None:
    if check.status is Status.PASSED:
        return None
    cause: dict[str, Any] = {"rationale": why(check), "help": check.hint or None}
    if check.status is Status.ERROR:
        cause["error"] = {"type": "GraderError", "value": why(check), "traceback": [], "data": {}}
    return cause


def _error(type: str, value: str, message: str) -> dict[str, Any]:
    actions = {"show_traceback": False, "message": message}
    return {"type": type, "value": value, "traceback": [], "data": {}, "actions": actions}
