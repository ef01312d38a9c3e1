"""Test Anything Protocol, version 14 (https://testanything.org/tap-version-14-specification.html)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, optional, outcomes, why
from kata.reports.wording import score_of, summary
from kata.results import CheckResult, Report, Status, Verdict


def render(report: Report) -> str:
    """One test point a check; a missed bonus or advice is TODO, and a run that was not graded bails out."""
    report = cleaned(report)
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    checks = outcomes(report)
    yield "TAP version 14"
    yield f"# {_escape(f'{report.exercise} {report.exercise_version}'.strip())}: {summary(report)}"
    yield f"# verdict {report.verdict.value}"
    yield f"# score {score_of(report)}" if score_of(report) is not None else "# no score"
    yield f"1..{len(checks)}"
    for number, check in enumerate(checks, 1):
        yield from _point(check, number)
    if report.verdict is Verdict.NOT_GRADED:
        yield f"Bail out! {_escape(_first_line(report.message))}".rstrip()


def _point(check: CheckResult, number: int) -> Iterator[str]:
    word = "ok" if check.status in (Status.PASSED, Status.SKIPPED) else "not ok"
    yield f"{word} {number} - {_escape(check.title or check.id)}{_directive(check)}"
    yield "  ---"
    yield f"  id: {json.dumps(check.id)}"
    yield f"  status: {check.status.value}"
    yield f"  points: {check.points}"
    yield f"  max_points: {check.max_points}"
    if check.status is not Status.PASSED:
        yield "  message:"
        yield from (f"    - {json.dumps(line)}" for line in (explanation(check) or why(check)).split("\n"))
    yield "  ..."


def _directive(check: CheckResult) -> str:
    if check.status is Status.SKIPPED:
        return f" # SKIP {_escape(_first_line(why(check)))}"
    return f" # TODO {check.severity.value}" if check.status is Status.FAILED and optional(check) else ""


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("#", "\\#")
