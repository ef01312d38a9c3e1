"""`kata check`: grade one submission."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kata.cli.complaint import complain
from kata.cli.options import exercise_argument, known, library_option, must_exist, sound_exercise
from kata.cli.output import TERMINAL, named_output, output, tell_github, write_report
from kata.reports import WRITERS

if TYPE_CHECKING:
    from kata.exercise import Exercise
    from kata.results import Report

_FILE = click.Path(path_type=Path)


@dataclass(frozen=True)
class _Manner:
    """How one run is told."""

    form: str
    plain: bool
    quiet: bool
    verbose: bool
    reuse: bool
    ci: str

    @property
    def chatty(self) -> bool:
        return self.form == TERMINAL and not self.quiet


@click.command("check")
@exercise_argument
@click.argument("submission", type=_FILE)
@library_option
@click.option(
    "--format",
    "form",
    type=click.Choice([TERMINAL, *WRITERS]),
    metavar="FORMAT",
    default=TERMINAL,
    help="What goes to stdout: terminal, json, tap, junit ... (docs/ci.md).",
)
@click.option("--json", "json_file", type=_FILE, help="Also write the JSON report to this file.")
@click.option("--report", "page", type=_FILE, help="Also write one self-contained HTML page.")
@click.option("--har", type=_FILE, help="Also write every exchange as HAR, for a browser's developer tools.")
@click.option("--junit", type=_FILE, help="Also write JUnit XML, for GitLab, Jenkins and others.")
@click.option(
    "--output", "named", multiple=True, metavar="FORMAT=FILE", help="Also write any format (can be repeated)."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Replay a run exactly: names, passwords and values are drawn from it.",
)
@click.option("--only", multiple=True, metavar="CHECK", help="Run this check and what it needs (can be repeated).")
@click.option("--keep", is_flag=True, help="Leave the environment running and print its address.")
@click.option("--reuse", is_flag=True, help="Show the kept result when nothing has changed since, instead of running.")
@click.option("--plain", is_flag=True, help="No colour, boxes or moving lines: for logs and screen readers.")
@click.option("-q", "--quiet", is_flag=True, help="Only the verdict.")
@click.option("-v", "--verbose", is_flag=True, help="Every failure in full, and every exchange.")
def check_command(
    exercise: str,
    submission: Path,
    library: tuple[Path, ...],
    form: str,
    json_file: Path | None,
    page: Path | None,
    har: Path | None,
    junit: Path | None,
    named: tuple[str, ...],
    seed: int | None,
    only: tuple[str, ...],
    keep: bool,
    reuse: bool,
    plain: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Grade SUBMISSION (a folder or an archive) for EXERCISE ("06-auth", "06" or "auth").

    \b
    Exit codes: 0 passed, 1 not yet, 2 wrong call, 3 not graded (our fault or the machine's), 130 interrupted.

    \b
    Examples:
      kata check 06-auth ./my-api
      kata check auth ./my-api --only wrong-password-is-refused
      kata check 06 ./my-api --report report.html --har exchanges.har
      kata check 06 ./my-api --format json > report.json
      kata check 06 ./my-api --output tap=report.tap --junit junit.xml
      kata check 06 ./my-api --seed 1234 --keep
    """
    from kata import ci

    found = sound_exercise(exercise, library)
    known(only, found)
    must_exist(submission)
    files = {"json": json_file, "html": page, "har": har, "junit": junit}
    outputs = [output(name, file) for name, file in files.items() if file is not None]
    outputs += [named_output(text) for text in named]
    manner = _Manner(form, plain, quiet, verbose, reuse, ci.system(os.environ))
    report, address, fresh = _checked(found, submission, seed, only, keep, manner)
    report = replace(report, advisory=bool(manner.ci))
    write_report(report, form, outputs, plain=plain, verbosity=verbose - quiet)
    if manner.ci == "github":
        tell_github(report, annotate=form == TERMINAL)
    if keep and address:
        click.echo(
            f"Left running at {address} (every curl line above works). `kata clean --kept` removes it.",
            err=form != TERMINAL,
        )
    if fresh and not manner.ci:
        _remember(report, manner)
    return report.exit_code


def _checked(
    exercise: Exercise, submission: Path, seed: int | None, only: tuple[str, ...], keep: bool, manner: _Manner
) -> tuple[Report, str, bool]:
    """The report, the address of a server that runs on, and whether anything ran: else it is a kept report."""
    from kata import reuse
    from kata.check import check
    from kata.cli.live import watching
    from kata.engine.docker import DockerEngine
    from kata.engine.images import cache_folder, image_table
    from kata.engine.sweep import sweep_abandoned
    from kata.task import Options, Task

    folder, images = cache_folder() / "reports", image_table()
    if manner.reuse and not (only or keep):
        before = _kept(exercise, submission, seed, folder, images)
        if before is not None:
            if manner.chatty:
                click.echo(
                    f"Unchanged: this is the result of {before.started}; without --reuse it runs again.", err=True
                )
            return before, "", False
    engine = DockerEngine.connect_to_host()
    sweep_abandoned(engine)
    addresses: list[str] = []
    with watching(exercise, plain=manner.plain, quiet=not manner.chatty) as show:

        def on_event(event: Mapping[str, Any]) -> None:
            if event.get("event") == "up":
                addresses.append(event["address"])
            show(event)

        options = Options(seed=seed, only=only, keep=keep)
        report = check(Task(exercise, engine, images, options, on_event), submission)
    reuse.keep(folder, reuse.key(exercise, report.digest, images, seed), report)
    return report, addresses[0] if addresses else "", True


def _kept(
    exercise: Exercise, submission: Path, seed: int | None, folder: Path, images: Mapping[str, str]
) -> Report | None:
    from kata import reuse
    from kata.errors import SubmissionError
    from kata.submission import take

    try:
        with take(submission) as snapshot:
            return reuse.kept(folder, reuse.key(exercise, snapshot.digest, images, seed))
    except SubmissionError:
        return None  # the run itself tells why


def _remember(report: Report, manner: _Manner) -> None:
    """Keep the outcome on a person's own machine, and tell a first and an unchanged run apart from the others."""
    from kata import progress, reuse
    from kata.errors import UsageError

    try:
        file = progress.progress_file()
        before = progress.read(file).get(report.exercise)
        progress.record(file, report)
    except UsageError as error:
        complain(error.message, error.hint)
        return
    last = before.last if before is not None else None
    words = reuse.told_apart(report, last.digest if last else "", last.at if last else "")
    if words and manner.chatty:
        click.echo(words, err=True)
