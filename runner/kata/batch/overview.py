"""One page for the instructor: who got what, which checks fail most, every student by every check. No server needed."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote

from kata.batch.gradebook import MISSING, WAITING, Gradebook, Row
from kata.reports.wording import verdict_words
from kata.results import CheckResult, Severity, Status, Verdict
from kata.safe import safe_line

if TYPE_CHECKING:
    from jinja2 import Template

_BINS = 10
#: status -> (one letter in the matrix, the word for it)
_LETTERS = {
    Status.PASSED: ("p", "passed"),
    Status.FAILED: ("f", "failed"),
    Status.SKIPPED: ("s", "skipped"),
    Status.ERROR: ("e", "not checked"),
}


@dataclass(frozen=True)
class Line:
    """One student on the page. `marks` holds one letter for each check: p, f, s, e, or - for none."""

    key: str
    name: str
    number: str
    state: str
    words: str
    score: int | None
    bonus: int
    message: str
    notes: tuple[str, ...]
    link: str
    marks: str


@dataclass(frozen=True)
class Column:
    """One check: how many of those who were graded failed it, and how many did not come to it."""

    id: str
    title: str
    severity: str
    failed: int
    skipped: int
    percent: float


def as_page(book: Gradebook) -> str:
    """The page. Its content security policy allows its own style and script, by their digests, and nothing else."""
    style, script = _resource("overview.css"), _resource("overview.js")
    called = Counter(row.unit.student.name.casefold() for row in book.rows)
    lines = [_line(row, book, called[row.unit.student.name.casefold()] > 1) for row in book.rows]
    states = Counter((line.state, line.words) for line in lines)
    scores = [row.score - row.bonus for row in book.rows if row.score is not None]
    return _template().render(
        book=book,
        lines=lines,
        states=states.most_common(),
        bins=_bins(scores, book.max_score),
        median=_median(scores),
        graded=len(scores),
        columns=_columns(book),
        worst=sorted(_columns(book), key=lambda column: (-column.failed, -column.skipped))[:12],
        words=dict(_LETTERS.values()),
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def _line(row: Row, book: Gradebook, has_namesake: bool) -> Line:
    by_id = {check.id: check for check in row.report.checks} if row.report else {}
    marks = "".join(_LETTERS[by_id[id].status][0] if id in by_id else "-" for id in book.checks)
    words = (
        verdict_words(row.report)
        if row.report
        else {MISSING: "NOTHING HANDED IN", WAITING: "NOT GRADED YET"}[row.state]
    )
    number = row.unit.student.number or row.unit.student.login or (row.unit.key if has_namesake else "")
    return Line(
        key=row.unit.key,
        name=safe_line(row.unit.student.name, 120),
        number=safe_line(number, 60),
        state=row.state,
        words=words.capitalize(),
        score=row.score,
        bonus=row.bonus,
        message="" if row.state == Verdict.PASSED else safe_line(row.message, 300),
        notes=tuple(safe_line(note, 300) for note in row.unit.notes),
        link=f"feedback/{quote(row.unit.key)}/report.html" if row.report else "",
        marks=marks,
    )


def _columns(book: Gradebook) -> list[Column]:
    reports = [row.report for row in book.rows if row.report is not None and row.score is not None]
    by_check: dict[str, list[CheckResult]] = {id: [] for id in book.checks}
    for report in reports:
        for check in report.checks:
            by_check[check.id].append(check)
    return [_column(id, checks) for id, checks in by_check.items()]


def _column(id: str, checks: list[CheckResult]) -> Column:
    counts = Counter(check.status for check in checks)
    failed = counts[Status.FAILED]
    title = checks[0].title if checks else id
    severity = checks[0].severity if checks else Severity.REQUIRED
    percent = 100 * failed / max(1, len(checks))
    return Column(id, title, severity.value, failed, counts[Status.SKIPPED], percent)


def _bins(scores: list[int], most: int) -> list[tuple[str, int, float]]:
    """(from-to in percent, students, height in percent of the highest); the last one is the full score."""
    counts = [0] * (_BINS + 1)
    for score in scores if most else ():
        counts[min(_BINS, int(_BINS * score / most))] += 1
    names = [f"{10 * index}–{10 * index + 9} %" for index in range(_BINS)] + ["100 %"]
    highest = max(*counts, 1)
    return [(name, count, 100 * count / highest) for name, count in zip(names, counts, strict=True)]


def _median(scores: list[int]) -> float | None:
    from statistics import median

    return median(scores) if scores else None


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    return environment.from_string(_resource("overview.html.jinja"))


def _shown(value: object) -> object:
    """Plain text without invisible characters; our own style and script, which are marked as safe, as they are."""
    return safe_line(value, 1000) if type(value) is str else value


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    """The source expression of the content security policy for that text (CSP Level 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
