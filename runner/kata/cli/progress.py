"""`kata progress` and `kata next`: what has been passed, and what comes now."""

from __future__ import annotations

from pathlib import Path

import click

from kata.cli.options import folded, library_option


@click.command("progress")
@library_option
def progress_command(library: tuple[Path, ...]) -> None:
    """Show the exercises in order with what you have passed; kept in a small file on this machine alone.

    \b
    Examples:
      kata progress
      kata next
    """
    from kata.library import Library
    from kata.progress import progress_file, read, roadmap

    for line in roadmap(list(Library.open(library).all()), read(progress_file())):
        click.echo(line)


@click.command("next")
@library_option
def next_command(library: tuple[Path, ...]) -> None:
    """Name the next exercise: the first one that you have not passed.

    \b
    Examples:
      kata next
    """
    from kata.library import Library
    from kata.progress import progress_file, read, upcoming

    standings = read(progress_file())
    exercise = upcoming(list(Library.open(library).all()), standings)
    if exercise is None:
        click.echo("Every exercise is passed. `kata list` shows them all.")
        return
    click.echo(f"{exercise.id}: {exercise.title}\n{folded(exercise.summary)}\n")
    begun = standings.get(exercise.id)
    if begun is None:
        click.echo(f"Begin:  kata start {exercise.id} my-{exercise.id.split('-', 1)[-1]}")
        return
    click.echo(f"You have {begun.best.points}. In your folder:  kata check {exercise.id} .")
    if begun.last.failed:
        click.echo(f"Fix next:  kata explain {exercise.id} {begun.last.failed[0]}")
