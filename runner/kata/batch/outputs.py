"""Everything that is made from the results, and can be made again: tables, feedback, the overview, the database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kata.batch.database import write_database
from kata.batch.durable import is_full
from kata.batch.gradebook import Gradebook, as_csv, gradebook_of
from kata.batch.overview import as_page
from kata.batch.sheets import Filled, canvas, canvas_filled, moodle_filled
from kata.batch.store import Store
from kata.errors import NotGraded
from kata.reports import WRITERS

_FEEDBACK = ("text", "json", "html")


@dataclass(frozen=True)
class Sheets:
    """The sheets that the instructor exported from a platform; `column` names the grade's column in them."""

    canvas: Path | None = None
    moodle: Path | None = None
    column: str = ""


def write_outputs(store: Store, sheets: Sheets) -> tuple[Gradebook, tuple[str, ...]]:
    """Make every output anew; returns the table and what has to be said. Raises UsageError for a wrong sheet.

    index.html is the overview, feedback/KEY/ holds one student's reports; canvas.csv and moodle.csv are filled in from
    the sheets that were given.
    """
    book = gradebook_of(store)
    filled = _filled(book, sheets)
    try:
        for name, text in _texts(book, filled):
            _write(store.folder / name, text)
        _write_feedback(store, book)
        write_database(store.folder / "gradebook.sqlite", book)
    except (OSError, sqlite3.Error) as error:
        what = getattr(error, "filename2", None) or getattr(error, "filename", None) or store.folder
        remedy = "make room" if is_full(error) or "full" in str(error) else "mend that"
        raise NotGraded(
            f"{what} cannot be written: {getattr(error, 'strerror', '') or error}",
            f"The results are safe; {remedy} and run `kata report` on the folder.",
        ) from error
    return book, tuple(note for each in filled.values() for note in each.notes)


def _filled(book: Gradebook, sheets: Sheets) -> dict[str, Filled]:
    filled = {}
    if sheets.canvas is not None:
        filled["canvas.csv"] = canvas_filled(book, sheets.canvas, sheets.column)
    if sheets.moodle is not None:
        filled["moodle.csv"] = moodle_filled(book, sheets.moodle, sheets.column)
    return filled


def _texts(book: Gradebook, filled: dict[str, Filled]) -> Iterator[tuple[str, str]]:
    yield "index.html", as_page(book)
    yield "gradebook.csv", as_csv(book)
    if "canvas.csv" not in filled:
        yield "canvas.csv", canvas(book)
    for name, each in filled.items():
        yield name, each.text


def _write_feedback(store: Store, book: Gradebook) -> None:
    """One folder for each student with a report; the whole reports are in memory one at a time."""
    _remove_feedback(store.folder / "feedback", {row.unit.key for row in book.rows if row.report is not None})
    for row in book.rows:
        report = store.report(row.key, row.unit.student.name) if row.key else None
        if report is not None:
            folder = store.folder / "feedback" / row.unit.key
            folder.mkdir(parents=True, exist_ok=True)
            for name in _FEEDBACK:
                _write(folder / WRITERS[name].file_name, WRITERS[name].render(report))


def _remove_feedback(folder: Path, kept: set[str]) -> None:
    """Take away what was written for a name that is no longer in the table, so that nobody gets another's feedback."""
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.is_dir() and old.name not in kept:
            for name in _FEEDBACK:
                (old / WRITERS[name].file_name).unlink(missing_ok=True)
            with suppress(OSError):  # somebody keeps files of their own there
                old.rmdir()


def _write(file: Path, text: str) -> None:
    """Put `text` there as a whole; a file that says the same already is left alone."""
    content = text.encode("utf-8", "backslashreplace")
    if file.exists() and file.read_bytes() == content:
        return
    made = file.with_name(f".new-{file.name}")
    try:
        made.write_bytes(content)
        os.replace(made, file)
    except OSError:
        made.unlink(missing_ok=True)
        raise
