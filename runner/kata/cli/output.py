"""Writes finished reports where the user asked for them, and where a CI system looks for them."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kata.errors import UsageError
from kata.results import Report
from kata.whole import write_whole

if TYPE_CHECKING:
    from rich.console import Console

    from kata.reports import Writer

TERMINAL = "terminal"


@dataclass(frozen=True)
class Output:
    """A format and the file that it is written into."""

    writer: Writer
    file: Path


def output(name: str, file: Path) -> Output:
    """Raises UsageError, before anything runs, for an unknown format and a file that could not be written."""
    from kata.reports import WRITERS

    if name not in WRITERS:
        raise UsageError(f"there is no format {name!r}", f"There are {', '.join(WRITERS)}.")
    if not file.parent.is_dir() or file.is_dir():
        raise UsageError(f"{file} cannot be written: no such folder", "Name a file in a folder that exists.")
    return Output(WRITERS[name], file)


def named_output(text: str) -> Output:
    """FORMAT=FILE as an Output."""
    name, sign, file = text.partition("=")
    if not sign or not file:
        raise UsageError(f"--output {text!r} names no file", "Write FORMAT=FILE, such as junit=report.xml.")
    return output(name, Path(file))


def write_report(report: Report, form: str, outputs: Sequence[Output], plain: bool, verbosity: int) -> None:
    """The report on stdout in `form`, then in every file, so that a full disk costs no result."""
    if form == TERMINAL:
        print_terminal(report, plain, verbosity)
    else:
        from kata.reports import WRITERS

        click.echo(_rendered(WRITERS[form], report), nl=False)
    for each in outputs:
        write_file(each.file, _rendered(each.writer, report))


def print_terminal(report: Report, plain: bool, verbosity: int) -> None:
    """The report for people, on stdout; where GitHub Actions reads it, nothing in it is obeyed."""
    from rich.console import Console

    if os.environ.get("GITHUB_ACTIONS") != "true":
        _print(report, Console(markup=False, emoji=False, highlight=False, no_color=plain or None), plain, verbosity)
        return
    from kata.reports.github import guarded

    text = io.StringIO()
    _print(report, Console(file=text, width=120, color_system=None), True, verbosity)
    click.echo(guarded(text.getvalue(), secrets.token_hex(16)), nl=False)


def tell_github(report: Report, annotate: bool) -> None:
    """Annotations on stdout, the step's summary and its outputs into the files that GitHub Actions names."""
    from kata.reports import WRITERS

    token = secrets.token_hex(16)
    if annotate:
        click.echo(WRITERS["github"].render(report), nl=False)
    for variable, name in (("GITHUB_STEP_SUMMARY", "github-summary"), ("GITHUB_OUTPUT", "github-output")):
        if os.environ.get(variable):
            _append(Path(os.environ[variable]), WRITERS[name].render(report, token=token))


def write_file(file: Path, text: str) -> None:
    """Write `text` whole or not at all. Raises UsageError when the place cannot be written to."""
    try:
        write_whole(file, text)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}", "Name a file in a folder that exists, on a disk with room."
        ) from error


def _print(report: Report, console: Console, plain: bool, verbosity: int) -> None:
    from kata.reports.terminal import print_report

    print_report(report, console, verbose=verbosity, plain=plain)


def _rendered(writer: Writer, report: Report) -> str:
    try:
        return writer.render(report, token=secrets.token_hex(16), environment=os.environ)
    except ValueError as error:
        raise UsageError(
            f"the format {writer.name} cannot be written here: {error}", "Choose another format."
        ) from error


def _append(file: Path, text: str) -> None:
    try:
        with file.open("a", encoding="utf-8") as made:
            made.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "GitHub Actions names this file.") from error
