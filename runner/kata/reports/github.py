"""GitHub Actions: annotations, the step summary, step outputs, and a guard for printed text.

Formats: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kata.reports import markdown
from kata.reports.cleaning import cleaned
from kata.reports.detail import advise, as_text
from kata.reports.grouping import groups
from kata.reports.outcomes import explanation, headline, stop_text
from kata.reports.wording import score_of, stopped, summary, verdict_words
from kata.results import CheckResult, Report, Severity, Status

#: A step shows ten annotations of each level; the tenth says how many more there are.
CAP = 9
#: GitHub refuses a summary of a step above this size, in bytes.
SUMMARY_LIMIT = 1024 * 1024
_LEVELS = {"error": Severity.REQUIRED, "warning": Severity.BONUS, "notice": Severity.ADVICE}
_MARKS = {Status.PASSED: "passed", Status.FAILED: "**failed**", Status.SKIPPED: "skipped", Status.ERROR: "not checked"}


def render(report: Report) -> str:
    """The annotations: errors for what is required, warnings for a missed bonus, notices for advice and the verdict."""
    report = cleaned(report)
    failed = [check for group in groups(report.checks) for check in (group.first, *group.others)]
    verdict_level = "error" if stopped(report) else "notice"
    lines = [_verdict(report, verdict_level)]
    for level, severity in _LEVELS.items():
        checks = [check for check in failed if check.severity is severity]
        lines += _annotations(level, checks, CAP - (level == verdict_level))
    return "\n".join(lines) + "\n"


def guarded(text: str, token: str) -> str:
    """`text` so that GitHub obeys no command in it. `token` is random, and must not occur in the text."""
    if not token or token in text:
        raise ValueError("the token has to be random: it occurs in the text that it guards")
    return f"::stop-commands::{token}\n{text.rstrip(chr(10))}\n::{token}::\n"


def outputs(report: Report, token: str) -> str:
    """The outputs score, max_score and verdict; the score of a run that was not graded is empty."""
    if not token:
        raise ValueError("outputs are fenced by a random token, and there is none")
    score = score_of(report)
    values = {
        "score": "" if score is None else str(score),
        "max_score": str(report.max_score),
        "verdict": report.verdict.value,
    }
    return "".join(f"{name}<<{token}\n{value}\n{token}\n" for name, value in values.items())


def step_summary(report: Report) -> str:
    """The report as Markdown; details are left out from the end where the page would be too large."""
    report = cleaned(report)
    head = "\n".join(_head(report))
    room = SUMMARY_LIMIT - len(head.encode()) - 1000
    return head + "\n" + "".join(_fitting(_details(report), room))


def _verdict(report: Report, level: str) -> str:
    words = summary(report) + (f"\n{stop_text(report)}" if stopped(report) else "")
    return _command(level, f"kata {report.exercise}", words)


def _annotations(level: str, checks: list[CheckResult], cap: int) -> list[str]:
    lines = [
        _command(level, check.title or check.id, as_text(advise(check)) or headline(check)) for check in checks[:cap]
    ]
    more = len(checks) - cap
    return lines + ([_command(level, "kata", f"{more} more in the summary")] if more > 0 else [])


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    """Escaped as a command's message; the older command form is broken up too."""
    text = text.replace("##[", "##\\[")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _head(report: Report) -> Iterator[str]:
    yield f"## {markdown.escaped(f'{report.exercise} {report.exercise_version}: {report.title}')}\n"
    yield f"**{markdown.escaped(summary(report))}**\n"
    if stopped(report):
        yield markdown.fenced(stop_text(report) or verdict_words(report))
    if report.checks:
        yield "| | Check | Points |\n|---|---|---|"
        yield from (_row(check) for check in report.checks)
        yield ""


def _row(check: CheckResult) -> str:
    kind = "" if check.severity is Severity.REQUIRED else f" ({check.severity.value})"
    title = markdown.escaped(check.title or check.id)
    return f"| {_MARKS[check.status]} | {title}{kind} | {check.points}/{check.max_points} |"


def _details(report: Report) -> Iterator[str]:
    for group in groups(report.checks):
        for check in (group.first, *group.others):
            title = markdown.escaped_html(check.title or check.id)
            yield f"<details><summary>{title}</summary>\n\n{markdown.fenced(explanation(check))}\n</details>\n\n"


def _fitting(pieces: Iterable[str], room: int) -> Iterator[str]:
    left_out = 0
    for piece in pieces:
        size = len(piece.encode())
        if left_out or size > room:
            left_out += 1
            continue
        room -= size
        yield piece
    if left_out:
        yield f"{left_out} more in the JSON report.\n"
