"""`kata start`: a folder to begin in."""

from __future__ import annotations

from pathlib import Path

import click

from kata.cli.options import exercise_argument, library_option


@click.command("start")
@exercise_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--stack", default="", metavar="NAME", help="A language or framework: python, node, fastapi, express ...")
@library_option
def start_command(exercise: str, folder: Path, stack: str, library: tuple[Path, ...]) -> None:
    """Begin EXERCISE in a new or empty FOLDER: starter, statement, kata.toml, CI workflow and .gitignore.

    \b
    Examples:
      kata start 06-auth my-api
      kata start auth my-api --stack express
    """
    from kata.library import Library
    from kata.starting import write_project

    found = Library.open(library).find(exercise)
    for file in write_project(found, folder, stack):
        click.echo(f"wrote {folder / file}")
    click.echo(f"\n{found.id} {found.title}: {len(found.requirements)} checks, {found.points} points. Next:\n")
    for words, why in (
        (f"cd {folder}", "STATEMENT.md says what to build, word by word"),
        (f"kata check {found.id} .", "what is missing, the first thing to fix first"),
        (f"kata watch {found.id} .", "the same, again whenever you save"),
        (f"kata up {found.id} .", "run it with its services, to try it by hand"),
    ):
        click.echo(f"  {words:<28} {why}")
