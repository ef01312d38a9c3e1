"""One self-contained page: no script, no network, readable with a keyboard, on a phone, on paper and in the dark."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from kata.reports import wording
from kata.reports.cleaning import cleaned
from kata.reports.detail import explain, explain_stop
from kata.reports.grouping import groups, unexplained
from kata.results import CheckResult, Report, Severity, Status

if TYPE_CHECKING:
    from jinja2 import Template


def render(report: Report) -> str:
    """The page. Its content security policy allows its own style sheet, by its digest, and nothing else."""
    report = cleaned(report)
    style = _resource("page.css")
    return _template().render(
        report=report,
        style=style,
        style_digest=_digest(style),
        bar=_bar(report),
        groups=groups(report.checks),
        faults=[check for check in report.checks if check.status is Status.ERROR],
        skipped=unexplained(report.checks),
        stop=explain_stop(report) if wording.stopped(report) else (),
        explain=explain,
        is_link=_is_link,
        mark=_mark,
        runs=_runs,
        words=wording,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("page.html.jinja"))


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(style: str) -> str:
    """The source expression of the content security policy for that style (CSP Level 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _bar(report: Report) -> list[tuple[str, float, float]]:
    """(mark, start, width) in percent for each kind of outcome that occurred, in one row."""
    marks = [_mark(check) for check in report.checks]
    start, pieces = 0.0, []
    for mark in ("passed", "failed", "optional", "skipped", "error"):
        width = 100 * marks.count(mark) / max(1, len(marks))
        if width:
            pieces.append((mark, round(start, 3), round(width, 3)))
        start += width
    return pieces


def _is_link(text: str) -> bool:
    return text.startswith(("https://", "http://")) and not any(character.isspace() for character in text)


def _mark(check: CheckResult) -> str:
    """The class that colours a check; the words beside it say the same."""
    if check.status is Status.FAILED and check.severity is not Severity.REQUIRED:
        return "optional"
    return check.status.value


def _runs(text: str) -> list[tuple[bool, str]]:
    """The text in runs: True for what stands between two backticks, which a page shows as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return [(False, text)]
    return [(index % 2 == 1, piece) for index, piece in enumerate(pieces) if piece]
