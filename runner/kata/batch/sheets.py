"""Grades for a learning platform: the instructor's own exported sheet, filled in; every other cell stays as it was.

Canvas  instructure/canvas-lms, lib/gradebook_importer.rb: identity columns, then `Title (id)`; row 2 Points Possible.
Moodle  mod/assign/feedback/offline/importgradeslib.php: the offline grading worksheet, in the site's own language;
        mod/assign/gradingtable.php: grade, maximum or scale, workflow state if there is one, whether it can be changed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kata.batch.gradebook import Gradebook, Row, inert, quoted, table
from kata.batch.names import named, spellings
from kata.batch.roster import read_table
from kata.errors import UsageError
from kata.reports.wording import stopped, summary
from kata.results import Severity, Status
from kata.safe import safe_line

_CANVAS_IDENTITY = ("student", "id", "sis user id", "sis login id", "integration id", "root account", "section")
#: "Grade", "Maximum Grade", "Feedback comments" and "Identifier" in the languages that Moodle is most used in.
_GRADE = ("grade", "bewertung", "note", "calificación", "nota", "valutazione", "cijfer", "ocena", "betyg")
_MAXIMUM = (
    "maximum grade",
    "bestwertung",
    "note maximale",
    "calificación máxima",
    "nota máxima",
    "valutazione massima",
)
_COMMENTS = (
    "feedback comments",
    "feedback als kommentar",
    "commentaires de feedback",
    "comentarios de retroalimentación",
)
_IDENTIFIER = ("identifier", "id", "identifiant", "identificador", "identificativo")
_EMAIL = ("email address", "e-mail-adresse", "adresse de courriel", "dirección de correo", "email")
_NAME = ("full name", "vollständiger name", "nom complet", "nombre completo", "nome completo", "cognome e nome")
#: "Yes" and "No", as Moodle says them in "Grade can be changed".
_YES = ("yes", "ja", "oui", "sí", "sì", "si", "sim", "tak", "kyllä", "ano", "evet", "да", "так", "はい", "是")
_NO = ("no", "nein", "non", "não", "nee", "nej", "nei", "nie", "ei", "ne", "hayır", "нет", "ні", "いいえ", "否")


@dataclass(frozen=True)
class Filled:
    """A sheet to be imported, and what has to be said about it."""

    text: str
    notes: tuple[str, ...]


def canvas(book: Gradebook) -> str:
    """A sheet of our own for Canvas; a new assignment is made there under the exercise's name."""
    lines: list[list[str]] = [["Student", "ID", "SIS Login ID", "Section", book.exercise]]
    lines.append(["Points Possible", "", "", "", str(book.max_score)])
    for row in book.rows:
        student = row.unit.student
        lines.append([student.name, student.number, student.login, "", _points(row, book.max_score, None)])
    return table(lines)


def canvas_filled(book: Gradebook, sheet: Path, column: str = "") -> Filled:
    """The gradebook that Canvas exported: its identity columns and one assignment's, with the points filled in."""
    rows = read_table(sheet)
    header = [cell.strip() for cell in rows[0]] if rows else []
    lower = [cell.casefold() for cell in header]
    if len(header) < 4 or "student" not in lower[0] or lower[1] != "id":
        raise UsageError(f"{sheet}:1: is no gradebook of Canvas", "Export it there: Grades, Export, Export Entire.")
    at = _assignment(sheet, header, book, column)
    kept = [index for index, name in enumerate(lower) if name in _CANVAS_IDENTITY] + [at]
    possible = next((_amount(_cell(row, at)) for row in rows[1:3] if "points possible" in row[0].casefold()), None)
    login = lower.index("sis login id") if "sis login id" in lower else -1

    def who(row: Sequence[str]) -> list[str]:
        return [f"#{_cell(row, 1)}", _cell(row, login) if login >= 0 else "", _cell(row, 0)]

    return _fill(book, sheet, rows, who, lambda row: f"#{row.unit.student.number}", at, possible, kept)


def moodle_filled(book: Gradebook, sheet: Path, column: str = "") -> Filled:
    """The offline grading worksheet that Moodle exported, with grades and, where it has them, comments filled in."""
    rows = read_table(sheet)
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    at = _first(header, (column.casefold(),) if column else _GRADE)
    identifier = _first(header, _IDENTIFIER)
    if at < 0 or identifier < 0:
        raise UsageError(
            f"{sheet}:1: is no offline grading worksheet of Moodle that kata can read; its columns are "
            f"{', '.join(header) or 'none'}",
            "Switch the worksheet on in the assignment's settings; --column names the grade's column.",
        )
    maximum, comments = _first(header, _MAXIMUM), _first(header, _COMMENTS)
    possible = _amount(_cell(rows[1], maximum)) if maximum >= 0 and len(rows) > 1 else None
    email, name = _first(header, _EMAIL), _first(header, _NAME)

    def who(row: Sequence[str]) -> list[str]:
        number = re.sub(r"\D", "", _cell(row, identifier))
        return [f"#{number}", _cell(row, email) if email >= 0 else "", _cell(row, name) if name >= 0 else ""]

    everything = list(range(len(header)))
    return _fill(book, sheet, rows, who, _participant, at, possible, everything, comments, _locked(rows, at), True)


def _fill(
    book: Gradebook,
    sheet: Path,
    rows: Sequence[Sequence[str]],
    who: Callable[[Sequence[str]], list[str]],
    number: Callable[[Row], str],
    at: int,
    possible: float | None,
    kept: Sequence[int],
    comments: int = -1,
    locked: int = -1,
    capped: bool = False,
) -> Filled:
    """The sheet with points and comments, but where the column `locked` says No.

    `capped` keeps a bonus from going above what is possible there.
    """
    found = _Finder(book, number)
    lines, done = [list(rows[0])], _Done()
    comma = any(re.fullmatch(r"\d+,\d+", cell.strip()) for row in rows[1:] for cell in row)
    for row in rows[1:]:
        line = [row[index] if index < len(row) else "" for index in range(len(rows[0]))]
        match = found(who(row))
        points = _points(match, book.max_score, possible, capped) if match else ""
        if match and points and _cell(row, locked).casefold() in _NO:
            done.locked.append(match)
        elif match and points:
            points = points.replace(".", ",") if comma else points
            done.grades += bool(line[at].strip(" -")) and _amount(line[at]) != _amount(points)
            done.filled.append(match)
            line[at] = points
            if comments >= 0:
                comment = inert(_comment(match))
                done.comments += line[comments].strip() not in ("", comment)
                line[comments] = comment
        lines.append(line)
    notes = _notes(book, done, possible, capped)
    return Filled(quoted([line[index] for index in kept] for line in lines), tuple(f"{sheet.name}: {n}" for n in notes))


@dataclass
class _Done:
    """What was filled in and what the sheet has locked; how many grades and comments differed from the new ones."""

    filled: list[Row] = field(default_factory=list)
    locked: list[Row] = field(default_factory=list)
    grades: int = 0
    comments: int = 0


def _notes(book: Gradebook, done: _Done, possible: float | None, capped: bool) -> list[str]:
    graded = [row for row in book.rows if row.score is not None]
    filled = done.filled
    notes = [f"{len(filled)} of {len(graded)} graded submissions filled in."]
    left = [row for row in graded if row not in filled and row not in done.locked]
    if left:
        notes.append(f"No line there is certainly theirs, so fill in by hand: {_named(left)}.")
    if done.locked:
        notes.append(f"The grade cannot be changed there, so it is left as it was: {_named(done.locked)}.")
    if done.grades:
        notes.append(f"{done.grades} grades there differ from the new ones; the sheet that you gave is kept.")
    if done.comments:
        notes.append(
            f"{done.comments} comments there are others than the new ones, which take their place; a comment of "
            "your own stands in the sheet that you gave."
        )
    if possible and possible != book.max_score:
        notes.append(f"{book.max_score} points of kata are {possible:g} there.")
    above = sum((row.score or 0) > book.max_score for row in filled)
    if capped and above:
        notes.append(f"{above} scores with a bonus are entered as the maximum: Moodle skips a grade above it.")
    return notes


def _named(rows: Sequence[Row]) -> str:
    more = f" and {len(rows) - 10} more" if len(rows) > 10 else ""
    return ", ".join(row.unit.key for row in rows[:10]) + more


class _Finder:
    """Finds the one row of the gradebook that a line of a sheet means, by number, then address, then name."""

    def __init__(self, book: Gradebook, number: Callable[[Row], str]) -> None:
        self._rows: dict[str, list[Row]] = {}
        for row in book.rows:
            student = row.unit.student
            names = {number(row), student.email.casefold(), student.login.casefold(), *spellings(student.name)}
            for name in names - {"", "#"}:
                self._rows.setdefault(name, []).append(row)

    def __call__(self, words: Sequence[str]) -> Row | None:
        called = [{words[0]}, *({word.casefold()} for word in words[1:-1]), spellings(words[-1])]
        for names in called:
            hits = {row.unit.key: row for name in names for row in self._rows.get(name, [])}
            if len(hits) == 1:
                return next(iter(hits.values()))
        return None


def _assignment(sheet: Path, header: Sequence[str], book: Gradebook, column: str) -> int:
    wanted = {column.casefold()} if column else {book.exercise.casefold(), book.title.casefold()}
    titles = [re.sub(r"\s*\(\d+\)$", "", name).casefold() for name in header]
    hits = [i for i, title in enumerate(titles) if {title, header[i].casefold()} & wanted and i > 1]
    if len(hits) == 1:
        return hits[0]
    others = [name for name in header if re.search(r"\(\d+\)$", name)]
    raise UsageError(
        f"{sheet}:1: {'several columns are' if hits else 'no column is'} called {column or book.exercise}",
        f"Say --column with one of: {', '.join(others[:10]) or 'none there'}.",
    )


def _points(row: Row | None, max_score: int, possible: float | None, capped: bool = False) -> str:
    """The score on the sheet's scale, with at most two decimals; nothing when there is none."""
    if row is None or row.score is None:
        return ""
    score = min(row.score, max_score) if capped else row.score
    points = score * possible / max_score if possible and max_score else float(score)
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _comment(row: Row) -> str:
    """The verdict and what failed, or why nothing ran, for Moodle, which takes comments for HTML."""
    if row.report is None:
        return ""
    if stopped(row.report):
        told = (summary(row.report), row.report.message, row.report.hint)
        return "".join(f"<p>{html.escape(safe_line(each, 1000))}</p>" for each in told if each)
    failed = [c.title for c in row.report.checks if c.status is Status.FAILED and c.severity is Severity.REQUIRED]
    items = "".join(f"<li>{html.escape(safe_line(title))}</li>" for title in failed)
    return f"<p>{html.escape(safe_line(summary(row.report), 1000))}</p>" + (f"<ul>{items}</ul>" if items else "")


def _locked(rows: Sequence[Sequence[str]], grade: int) -> int:
    """The column that says whether a grade can be changed, known by its place and its cells; -1 when in doubt."""
    for column in (grade + 2, grade + 3):
        cells = {_cell(row, column).casefold() for row in rows[1:]}
        if cells and cells <= {*_YES, *_NO}:
            return column
    return -1


def _participant(row: Row) -> str:
    names = [named(part.path.name) for part in row.unit.parts]
    return "#" + next((name.number for name in names if name.platform == "moodle"), "")


def _first(header: Sequence[str], names: Sequence[str]) -> int:
    return next((header.index(name) for name in names if name in header), -1)


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if 0 <= index < len(row) else ""


def _amount(cell: str) -> float | None:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None
