"""The gradebook as a SQLite file, to be asked questions; made anew from the results each time, never the original."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kata.batch.gradebook import Gradebook
from kata.results import CheckResult, Report

_TABLES = """
CREATE TABLE students (key TEXT PRIMARY KEY, name TEXT, id TEXT, email TEXT, login TEXT, notes TEXT) STRICT;
CREATE TABLE results (
    student TEXT PRIMARY KEY REFERENCES students, verdict TEXT, family TEXT, score INTEGER, max_score INTEGER,
    bonus INTEGER, message TEXT, hint TEXT, stack TEXT, digest TEXT, seed INTEGER, started TEXT, seconds REAL) STRICT;
CREATE TABLE checks (
    student TEXT REFERENCES students, id TEXT, title TEXT, status TEXT, severity TEXT, points INTEGER,
    max_points INTEGER, cause TEXT, message TEXT, seconds REAL, PRIMARY KEY (student, id)) STRICT, WITHOUT ROWID;
CREATE INDEX checks_by_id ON checks (id, status);
"""
_RESULT = "INSERT INTO results VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
_CHECK = "INSERT INTO checks VALUES (?,?,?,?,?,?,?,?,?,?)"


def write_database(file: Path, book: Gradebook) -> None:
    """Put a new database in the place of the old one; readers of the old one are not disturbed.

    Raises OSError or sqlite3.Error, and leaves the old one, when there is no room.
    """
    made = file.with_name(f".new-{file.name}")
    made.unlink(missing_ok=True)
    try:
        _write(made, book)
        os.replace(made, file)
    except (OSError, sqlite3.Error):
        made.unlink(missing_ok=True)
        raise


def _write(file: Path, book: Gradebook) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA journal_mode = OFF")  # what breaks off is thrown away
        database.executescript(_TABLES)
        for row in book.rows:
            student = row.unit.student
            database.execute(
                "INSERT INTO students VALUES (?,?,?,?,?,?)",
                (row.unit.key, student.name, student.number, student.email, student.login, "; ".join(row.unit.notes)),
            )
            if row.report is not None:
                _write_report(database, row.unit.key, row.report, row.score)


def _write_report(database: sqlite3.Connection, student: str, report: Report, score: int | None) -> None:
    seconds = sum(phase.seconds for phase in report.phases)
    verdict = (report.verdict.value, report.verdict.family.value, score, report.max_score, report.bonus)
    rest = (report.message, report.hint, report.stack, report.digest, report.seed, report.started, seconds)
    database.execute(_RESULT, (student, *verdict, *rest))
    database.executemany(_CHECK, [(student, *_values(check)) for check in report.checks])


def _values(check: CheckResult) -> tuple[str | int | float, ...]:
    named = (check.id, check.title, check.status.value, check.severity.value)
    return (*named, check.points, check.max_points, check.cause, check.message, check.seconds)
