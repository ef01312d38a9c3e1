"""Writes finished reports where the user asked for them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from kata.errors import UsageError
from kata.results import Report


def write_report(report: Report, form: str, json_file: Path | None, plain: bool, verbosity: int) -> None:
    """The report on stdout in `form`, and as JSON in `json_file` when it is named."""
    if json_file is not None:
        from kata.reports.json import render

        write_file(json_file, render(report))
    if form == "json":
        from kata.reports.json import render

        click.echo(render(report), nl=False)
        return
    print_terminal(report, plain, verbosity)


def print_terminal(report: Report, plain: bool, verbosity: int) -> None:
    """The report for people, on stdout."""
    from rich.console import Console

    from kata.reports.terminal import print_report

    console = Console(markup=False, emoji=False, highlight=False, no_color=True if plain else None)
    print_report(report, console, verbose=verbosity, plain=plain)


def write_file(file: Path, text: str) -> None:
    """Write `text` whole or not at all. Raises UsageError when the place cannot be written to."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as made:
            made.write(text)
        os.chmod(made.name, 0o644)
        os.replace(made.name, file)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}", "Name a file in a folder that exists."
        ) from error
