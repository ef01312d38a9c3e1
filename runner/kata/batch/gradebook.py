"""The final table: one row for every student, from the store alone, the same however often and in whatever order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from sys import intern

from kata.batch.intake import Unit
from kata.batch.store import Store
from kata.reports.wording import bonus_of, score_of
from kata.results import CheckResult, Family, Report
from kata.safe import safe

MISSING, WAITING = "missing", "waiting"
#: The wide forms are taken for the narrow ones by some.
_DANGEROUS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Characters that a spreadsheet keeps in one cell.
_LONGEST = 30_000


@dataclass(frozen=True)
class Row:
    """One student. `report` is None while there is nothing to tell: the submission is missing or waits its turn.

    Exchanges and logs are not in it, so that a large class fits into memory; `key` finds the whole one in the store.
    """

    unit: Unit
    report: Report | None
    key: str = ""

    @property
    def state(self) -> str:
        """The verdict, or "missing", or "waiting"."""
        if self.report is not None:
            return self.report.verdict.value
        return MISSING if self.unit.missing and not self.unit.unfetched else WAITING

    @property
    def score(self) -> int | None:
        """The points; None, never 0, for what was not graded and for what was not handed in."""
        return None if self.report is None else score_of(self.report)

    @property
    def bonus(self) -> int:
        """The points of `score` that bonus checks gave."""
        return 0 if self.report is None else bonus_of(self.report) or 0

    @property
    def message(self) -> str:
        """Why there is no full score, on one line."""
        return "" if self.report is None else self.report.message.partition("\n")[0]


@dataclass(frozen=True)
class Gradebook:
    """All rows, in the order of their keys, and the checks that are their columns."""

    exercise: str
    title: str
    rows: tuple[Row, ...]
    checks: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def max_score(self) -> int:
        return max((row.report.max_score for row in self.rows if row.report is not None), default=0)

    @property
    def ungraded(self) -> list[Row]:
        """Rows that a further run may still change."""
        ours = Family.NOT_GRADED
        return [row for row in self.rows if row.state == WAITING or (row.report and row.report.verdict.family is ours)]


def gradebook_of(store: Store) -> Gradebook:
    """Read every result of the folder. Raises UsageError when it is none, or a result was changed by hand."""
    header, intake, assigned = store.header(), store.intake(), store.journal.read().assigned
    rows = []
    for unit in intake.units:
        key = None if unit.missing and not unit.unfetched else assigned.get(unit.key)
        report = store.report(key, unit.student.name) if key else None
        rows.append(Row(unit, None if report is None else _slim(report), key or ""))
    checks = dict.fromkeys(check.id for row in rows if row.report for check in row.report.checks)
    title = next((row.report.title for row in rows if row.report), header.exercise)
    return Gradebook(header.exercise, title, tuple(rows), tuple(checks), intake.notes)


def as_csv(book: Gradebook) -> str:
    """The table for a spreadsheet: no time and no seed in it, so that two runs can be compared byte for byte."""
    header = ["key", "name", "id", "email", "login", "verdict", "score", "max_score", "bonus", "message", "notes"]
    lines = [[*header, "digest", *book.checks]]
    for row in book.rows:
        student, report = row.unit.student, row.report
        points = ["", "", ""] if report is None else [_number(row.score), report.max_score or "", report.bonus]
        status = {} if report is None else {check.id: check.status.value for check in report.checks}
        line = [row.unit.key, student.name, student.number, student.email, student.login, row.state, *points]
        line += [row.message, "; ".join(row.unit.notes), report.digest if report else ""]
        lines.append([*(str(cell) for cell in line), *(status.get(check, "") for check in book.checks)])
    return table(lines)


def table(lines: Iterable[Sequence[str]]) -> str:
    """Every cell quoted, and none that a spreadsheet would compute."""
    return quoted([inert(cell) for cell in line] for line in lines)


def quoted(lines: Iterable[Sequence[str]]) -> str:
    """Every cell quoted and as it is: for what came from the platform itself."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def inert(cell: str) -> str:
    """The cell as harmless text: what a spreadsheet takes for a formula gets an apostrophe in front."""
    cell = safe(cell, _LONGEST)
    return f"'{cell}" if cell.lstrip().startswith(_DANGEROUS) else cell


def _slim(report: Report) -> Report:
    """What the tables say of it. The words of the exercise, the same in every report, are kept once."""
    return replace(report, checks=tuple(map(_slim_check, report.checks)), log_tail=())


def _slim_check(check: CheckResult) -> CheckResult:
    without = replace(check, exchanges=(), app_log=(), warnings=(), sentence="", hint="", see="", blocked_by="")
    return replace(without, id=intern(check.id), title=intern(check.title), cause=intern(check.cause))


def _number(score: int | None) -> str:
    return "" if score is None else str(score)
