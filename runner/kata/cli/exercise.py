"""`kata exercise new`: write a small exercise that already verifies."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("exercise")
def exercise_command() -> None:
    """Write exercises of your own.

    \b
    Examples:
      kata exercise new 21-my-topic
      kata verify 21-my-topic --library .
    """


@exercise_command.command("new")
@click.argument("id")
@click.option(
    "--in",
    "library",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The library folder (default: here).",
)
def new(id: str, library: Path) -> None:
    """Write exercise ID (such as 21-my-topic) with statement, contract, grader, starters, a right and three wrong submissions.

    \b
    Examples:
      kata exercise new 21-my-topic
      kata exercise new 21-my-topic --in ~/my-exercises
    """
    from kata.template import write_exercise

    files = write_exercise(id, library)
    for file in files:
        click.echo(f"wrote {file}")
    where = "" if library == Path() else f" {library}"
    click.echo(
        f"\nNext: `kata verify {id} --library{where or ' .'}` proves it as it is; then change it, piece by piece."
    )
