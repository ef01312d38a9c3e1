"""`kata check`: grade one submission."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kata.cli.options import known, library_option, must_exist


@click.command("check")
@click.argument("exercise")
@click.argument("submission", type=click.Path(path_type=Path))
@library_option
@click.option(
    "--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", help="What goes to stdout."
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the JSON report to this file.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Replay a run exactly: names, passwords and values are drawn from it.",
)
@click.option("--only", multiple=True, metavar="CHECK", help="Run this check and what it needs (can be repeated).")
@click.option("--keep", is_flag=True, help="Leave the environment running and print its address.")
@click.option("--plain", is_flag=True, help="No colour, boxes or moving lines: for logs and screen readers.")
@click.option("-q", "--quiet", is_flag=True, help="Only the verdict.")
@click.option("-v", "--verbose", is_flag=True, help="Every failure in full, and every exchange.")
def check_command(
    exercise: str,
    submission: Path,
    library: tuple[Path, ...],
    form: str,
    json_file: Path | None,
    seed: int | None,
    only: tuple[str, ...],
    keep: bool,
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
      kata check 06 ./my-api --format json > report.json
      kata check 06 ./my-api --seed 1234 --keep
    """
    from kata.check import Options, check
    from kata.cli.live import watching
    from kata.cli.output import write_report
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.engine.sweep import sweep_abandoned
    from kata.library import Library

    found = Library.open(library).find(exercise)
    known(only, found)
    must_exist(submission)
    engine = DockerEngine.connect_to_host()
    sweep_abandoned(engine)
    options = Options(seed=seed, only=only, keep=keep)
    addresses: list[str] = []
    with watching(found, plain=plain, quiet=quiet or form == "json") as show:

        def on_event(event: Mapping[str, Any]) -> None:
            if event.get("event") == "up":
                addresses.append(event["address"])
            show(event)

        report = check(found, submission, engine, image_table(), on_event, options)
    write_report(report, form, json_file, plain=plain, verbosity=verbose - quiet)
    if keep and addresses:
        click.echo(
            f"Left running at {addresses[0]} (every curl line above works). `kata clean --all` removes it.",
            err=form == "json",
        )
    return report.exit_code
