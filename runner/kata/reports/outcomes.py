"""The list of outcomes for formats that know nothing but tests: a run that stopped becomes a test of its own."""

from __future__ import annotations

from kata.reports.detail import as_text, explain, explain_stop
from kata.reports.wording import NOT_YOUR_FAULT, OUR_FAULT, status_words, stopped
from kata.results import CheckResult, Report, Severity, Status, Verdict

#: The made-up check that stands for "the server builds, starts and answers".
START = "server-can-be-graded"


def outcomes(report: Report) -> tuple[CheckResult, ...]:
    """The checks; headed, when the run stopped, by a check without points that failed (or, our fault, is an error)."""
    return (_start(report), *report.checks) if stopped(report) else report.checks


def optional(check: CheckResult) -> bool:
    """Whether a failure of it must not turn anything red: a bonus or an advice."""
    return check.severity is not Severity.REQUIRED


def headline(check: CheckResult) -> str:
    """One line for a check that did not pass: "A wrong password is refused: expected 401, got 200"."""
    first = why(check).partition("\n")[0]
    return f"{check.title or check.id}: {first}" if first else check.title or check.id


def why(check: CheckResult) -> str:
    """Why a check did not pass, in its own words or ours; nothing for one that did."""
    if check.status is Status.PASSED:
        return ""
    blocked = f"waits for {check.blocked_by}" if check.blocked_by else ""
    ours = OUR_FAULT if check.status is Status.ERROR else ""
    return check.message or blocked or ours or status_words(check.status)


def explanation(check: CheckResult) -> str:
    """Everything about a check that did not pass, as plain text."""
    blocked = f"Waits for: {check.blocked_by}" if check.blocked_by else ""
    return "\n".join(text for text in (blocked, as_text(explain(check))) if text)


def stop_text(report: Report) -> str:
    """Why the run stopped, as plain text; nothing when it was graded."""
    return as_text(explain_stop(report)) if stopped(report) else ""


def _start(report: Report) -> CheckResult:
    ours = report.verdict is Verdict.NOT_GRADED
    return CheckResult(
        id=START,
        title="The server builds, starts and can be graded",
        status=Status.ERROR if ours else Status.FAILED,
        message=report.message or report.verdict.value,
        hint=report.hint,
        cause=report.verdict.value,
        app_log=report.log_tail,
        warnings=(NOT_YOUR_FAULT,) if ours else (),
    )
