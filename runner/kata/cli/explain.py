"""`kata explain`: one requirement, and an exchange that passes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from kata.cli.options import check_argument, exercise_argument, known, library_option


@click.command("explain")
@exercise_argument
@check_argument
@library_option
def explain_command(exercise: str, check: str, library: tuple[Path, ...]) -> None:
    """Explain CHECK of EXERCISE: the statement, why it matters, where to read on, and an exchange that passes.

    \b
    Examples:
      kata explain 06-auth wrong-password-is-refused
      kata show 06-auth --requirements              the names of all checks
    """
    from kata.explain import as_lines, explained
    from kata.library import Library

    found = Library.open(library).find(exercise)
    known([check], found)
    requirement = found.requirement(check)
    assert requirement is not None
    click.secho(f"{requirement.title}\n", bold=True)
    for line in as_lines(explained(found, requirement), min(100, shutil.get_terminal_size().columns)):
        click.echo(line)
