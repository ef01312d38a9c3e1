"""The words that every writer shares: verdicts, scores, counts and times, so that no two writers disagree."""

from __future__ import annotations

from kata.results import CheckResult, Exchange, Family, Report, Severity, Status, Verdict

_VERDICTS = {
    Verdict.PASSED: "PASSED",
    Verdict.FAILED: "NOT YET",
    Verdict.REFUSED: "REFUSED",
    Verdict.BUILD_FAILED: "DID NOT BUILD",
    Verdict.NOT_READY: "DID NOT START",
    Verdict.CRASHED: "CRASHED",
    Verdict.RESOURCE_LIMIT: "USED TOO MUCH",
    Verdict.TIMEOUT: "TOOK TOO LONG",
    Verdict.NOT_GRADED: "NOT GRADED",
}
_STATUSES = {Status.PASSED: "passed", Status.FAILED: "failed", Status.SKIPPED: "skipped", Status.ERROR: "not checked"}

NOT_YOUR_FAULT = "This says nothing about the submission: the fault is ours or the machine's, and it costs no points."
OUR_FAULT = "The grader failed here, not the submission. It costs no points; please report it."
ADVISORY = "Advisory: only a run by the instructor counts."
PARTIAL = "Partial: not every check was run."


def verdict_words(report: Report) -> str:
    """The verdict in capital letters, for a reader: "NOT YET"."""
    return _VERDICTS[report.verdict]


def score_of(report: Report) -> int | None:
    """The points earned, bonus included, or None when nothing was graded: that is never a 0."""
    return None if report.verdict is Verdict.NOT_GRADED else report.score


def bonus_of(report: Report) -> int | None:
    """The part of the score that bonus checks gave, or None when nothing was graded."""
    return None if report.verdict is Verdict.NOT_GRADED else report.bonus


def score_words(report: Report) -> str:
    """ "61 of 100 points", "98 of 100 points + 3 bonus", or nothing where there is no score to tell."""
    score = score_of(report)
    if score is None or not (report.max_score or score):
        return ""
    bonus = f" + {report.bonus:,} bonus" if report.bonus else ""
    return f"{score - report.bonus:,} of {amount(report.max_score, 'point')}{bonus}"


def score_figures(report: Report) -> str:
    """The same for a narrow column: "61/100", "98/100 + 3"."""
    score = score_of(report)
    if score is None:
        return ""
    return f"{score - report.bonus}/{report.max_score}" + (f" + {report.bonus}" if report.bonus else "")


def count_words(report: Report) -> str:
    """ "38 passed, 6 failed, 3 skipped, 1 bonus open"; what did not occur is left out."""
    failed = [check.severity for check in report.checks if check.status is Status.FAILED]
    counts = {
        "passed": sum(check.status is Status.PASSED for check in report.checks),
        "failed": failed.count(Severity.REQUIRED),
        "skipped": sum(check.status is Status.SKIPPED for check in report.checks),
        "not checked": sum(check.status is Status.ERROR for check in report.checks),
        "bonus open": failed.count(Severity.BONUS),
        "advice": failed.count(Severity.ADVICE),
    }
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count)


def status_words(status: Status) -> str:
    """What a reader calls that status; an error of ours is "not checked"."""
    return _STATUSES[status]


def points_words(check: CheckResult) -> str:
    """ "0 of 5 points", "bonus, 0 of 5 points", "advice"; nothing where no points are at stake."""
    counted = check.max_points and check.status is not Status.ERROR
    worth = f"{check.points} of {amount(check.max_points, 'point')}" if counted else ""
    kind = "" if check.severity is Severity.REQUIRED else check.severity.value
    return ", ".join(word for word in (kind, worth) if word)


def summary(report: Report) -> str:
    """The whole verdict on one line: "NOT YET, 61 of 100 points, 38 passed, 6 failed"."""
    return ", ".join(word for word in (verdict_words(report), score_words(report), count_words(report)) if word)


def stopped(report: Report) -> bool:
    """Whether the run ended without a grade: the submission could not run, or nothing was graded."""
    return report.verdict.family is not Family.GRADED


def remarks(report: Report) -> tuple[str, ...]:
    """What a reader must know about the standing of this report."""
    told = ((report.advisory, ADVISORY), (report.partial, PARTIAL))
    return tuple(text for applies, text in told if applies) + report.warnings


def amount(count: int, noun: str) -> str:
    """ "1 point", "2 points", "1,204 points"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """A time for people: "12 ms", "0.9 s", "1 min 20 s"."""
    if seconds < 0.0995:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    return f"{round(seconds) // 60} min {round(seconds) % 60} s"


def reply_words(exchange: Exchange) -> str:
    """The first line of what came back: "404 Not Found", or what happened instead of a reply."""
    if exchange.status is None:
        return exchange.error or "no reply"
    return f"{exchange.status} {reason(exchange.status)}".rstrip()


def reason(status: int) -> str:
    """The registered reason phrase of an HTTP status (RFC 9110, section 15), or nothing for an unknown one."""
    from http import HTTPStatus

    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
