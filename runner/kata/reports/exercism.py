"""Exercism's test runner interface, version 3 (https://exercism.org/docs/building/tooling/test-runners/interface)."""

from __future__ import annotations

import json
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.detail import as_text, explain
from kata.reports.outcomes import stop_text, why
from kata.reports.wording import stopped
from kata.results import CheckResult, Report, Status, Verdict

MESSAGE = 65_535
OUTPUT = 500
_STATUSES = {Status.PASSED: "pass", Status.ERROR: "error", Status.FAILED: "fail", Status.SKIPPED: "fail"}


def render(report: Report) -> str:
    """results.json; `error` only when no test could be run. The tests stand in the exercise's order."""
    return json.dumps(_results(cleaned(report)), indent=2, allow_nan=False) + "\n"


def _results(report: Report) -> dict[str, Any]:
    if stopped(report):
        return {"version": 3, "status": "error", "message": _cut(stop_text(report) or report.verdict.value, MESSAGE)}
    status = "pass" if report.verdict is Verdict.PASSED else "fail"
    return {"version": 3, "status": status, "message": None, "tests": [_test(check) for check in report.checks]}


def _test(check: CheckResult) -> dict[str, Any]:
    test = {"name": check.title or check.id, "status": _STATUSES[check.status], "test_code": _code(check)}
    if check.status is not Status.PASSED:
        test["message"] = _cut(as_text(explain(check)) or why(check), MESSAGE)
    if check.app_log:
        test["output"] = _cut("\n".join(check.app_log), OUTPUT)
    return test


def _code(check: CheckResult) -> str:
    """What the learner sees as the test: the statement's sentence and the requests that were sent."""
    return "\n".join((check.sentence or check.id, *(exchange.as_curl() for exchange in check.exchanges)))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    note = f"\n(cut, {len(text)} characters in all)"
    return text[: limit - len(note)] + note
