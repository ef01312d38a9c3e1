"""The class list: a CSV of any origin with a name in it, and which of its students a submission belongs to."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kata.batch.names import Named, key_of, spellings
from kata.errors import UsageError
from kata.safe import safe_line

#: what a column means -> how it is called, in lower case, in files of several platforms.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "student", "student name", "full name", "fullname", "vollständiger name", "nom complet",
             "nombre completo"),
    "first": ("first name", "firstname", "first name(s)", "given name", "forename", "vorname", "prénom", "nombre"),
    "last": ("last name", "lastname", "surname", "family name", "nachname", "familienname", "nom", "nom de famille",
             "apellido(s)", "apellidos"),
    "number": ("id", "student id", "id number", "number", "sis user id", "id-nummer", "matrikelnummer", "matrikelnr",
               "matrikelnr.", "numéro d'identification", "número de id"),
    "email": ("email", "e-mail", "mail", "email address", "e-mail address", "e-mail-adresse", "adresse de courriel",
              "dirección de correo"),
    "login": ("login", "login id", "sis login id", "username", "user name", "user", "anmeldename", "benutzername",
              "nom d'utilisateur", "nombre de usuario"),
    "submission": ("submission", "folder", "file"),
    "repository": ("repository", "repository url", "repo", "url", "github", "gitlab"),
}  # fmt: skip
_MOST_ROWS = 100_000


@dataclass(frozen=True)
class Student:
    """One person, as far as is known. `row` is the line of the roster, 0 for one who is not on it."""

    name: str
    number: str = ""
    email: str = ""
    login: str = ""
    submission: str = ""
    row: int = 0
    repository: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Everything that this student may be called, squeezed; for comparing."""
        called = {self.login.casefold(), self.email.casefold(), self.email.partition("@")[0].casefold()}
        return (spellings(self.name) | called) - {""}


def read_roster(file: Path) -> tuple[Student, ...]:
    """The students of a CSV file. Raises UsageError with file and line when it cannot be read or names nobody."""
    numbered = _numbered(file)
    rows = [row for _, row in numbered]
    header = [" ".join(cell.replace("_", " ").casefold().split()) for cell in (rows[0] if rows else [])]
    at = {
        meaning: next((header.index(word) for word in words if word in header), -1)
        for meaning, words in _COLUMNS.items()
    }
    if at["name"] < 0 and (at["first"] < 0 or at["last"] < 0):
        raise UsageError(
            f"{file}:1: no column tells the students' names; the columns are {_told(rows[0] if rows else [])}",
            "Name one `name`, or two `first name` and `last name`. Also read: id, email, login, submission.",
        )
    students = [_student(row, at, line) for line, row in numbered[1:]]
    found = tuple(each for each in students if each.name and not each.name.startswith("Points Possible"))
    if not found:
        raise UsageError(f"{file}: the roster names nobody", "Give a CSV with one student a line below the header.")
    _check_names(file, found)
    _check_numbers(file, found)
    return found


def read_table(file: Path) -> list[list[str]]:
    """The rows of a CSV file with commas, semicolons or tabs, in UTF-8 or Windows-1252. Raises UsageError."""
    return [row for _, row in _numbered(file)]


def _numbered(file: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, and the line on which each begins."""
    text = _text(file)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{file}:{line}: is no CSV: {error}", "Export it again as CSV, in UTF-8.") from error
    if len(rows) > _MOST_ROWS:
        raise UsageError(f"{file} has {len(rows):,} lines; at most {_MOST_ROWS:,} are read")
    return rows


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", "Give a CSV file.") from error
    if (b"\0" in raw and raw[:2] not in (b"\xff\xfe", b"\xfe\xff")) or raw.startswith(b"PK\x03\x04"):
        raise UsageError(f"{file} is no CSV but a file of another form", "Save it in the spreadsheet as CSV, in UTF-8.")
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def owners(named: Named, source: str, students: Sequence[Student]) -> list[Student]:
    """The students whose submission it may be: one is certain, several are a question, none is a stranger.

    What the roster says outright wins, then a platform's number, then the name.
    """
    told = [each for each in students if each.submission and each.submission in (source, named.student)]
    if told:
        return told
    if named.platform == "canvas":
        numbered = [each for each in students if each.number == named.number]
        if numbered:
            return numbered
    called = spellings(named.student) | {named.student.casefold()}
    same = [each for each in students if called & each.names and not each.submission]
    return same or [each for each in students if each.number and each.number == named.student]


def _student(row: Sequence[str], at: Mapping[str, int], line: int) -> Student:
    def cell(meaning: str) -> str:
        index = at[meaning]
        return safe_line(row[index].strip(), 200) if 0 <= index < len(row) else ""

    name, first = cell("name") or cell("last"), cell("first")
    if first.casefold() not in name.casefold():  # "Name" beside "Vorname" is the last name
        name = f"{first} {name}".strip()
    return Student(name, cell("number"), cell("email"), cell("login"), cell("submission"), line, cell("repository"))


def _check_names(file: Path, students: Sequence[Student]) -> None:
    for each in students:
        if r"\n" in each.name:  # as what is made visible in it
            raise UsageError(
                f"{file}:{each.row}: the name goes on over several lines: {safe_line(each.name, 60)}",
                "Close the quotation mark that was opened there.",
            )


def _check_numbers(file: Path, students: Sequence[Student]) -> None:
    seen: dict[str, Student] = {}
    for each in students:
        other = seen.setdefault(each.number or f"{key_of(each.name)} {each.email} {each.login}", each)
        if other is not each and each.number:
            raise UsageError(
                f"{file}:{each.row}: {each.name} has the id {each.number}, which line {other.row} gives {other.name}",
                "Give every student an id of their own.",
            )


def _told(header: Sequence[str]) -> str:
    return ", ".join(safe_line(cell, 40) for cell in header[:12]) or "none"
