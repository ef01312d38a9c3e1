"""`kata list` and `kata show`: what can be built, and what is graded."""

from __future__ import annotations

from pathlib import Path

import click

from kata.cli.options import folded, library_option
from kata.exercise import Exercise
from kata.results import Severity


@click.command("list")
@library_option
def list_command(library: tuple[Path, ...]) -> None:
    """List the exercises: id, title, milestone, checks and services.

    \b
    Examples:
      kata list
      kata list --library ./my-exercises
    """
    from kata.library import Library

    for exercise in Library.open(library).outlines():
        needs = ", ".join("/".join(need.choices) for need in exercise.needs) or "no services"
        facts = [exercise.milestone, f"{exercise.checks} checks", needs]
        click.echo(f"{exercise.id:<16} {exercise.title}")
        click.echo(folded(exercise.summary, indent=17))
        click.echo(folded("; ".join(filter(None, facts)), indent=17))


@click.command("show")
@click.argument("exercise")
@library_option
@click.option("--requirements", is_flag=True, help="Only the list of what is graded.")
def show_command(exercise: str, library: tuple[Path, ...], requirements: bool) -> None:
    """Show EXERCISE: the statement, then every requirement with its points.

    \b
    Examples:
      kata show 06-auth
      kata show auth --requirements
    """
    from kata.library import Library

    found = Library.open(library).find(exercise)
    if not requirements:
        click.echo(found.statement.read_text("utf-8").rstrip() + "\n")
    click.echo(f"What is graded in {found.id} {found.version} ({found.points} points)\n")
    _print_requirements(found)


def _print_requirements(exercise: Exercise) -> None:
    for requirement in exercise.requirements:
        kind = "" if requirement.severity is Severity.REQUIRED else f"  ({requirement.severity})"
        click.echo(f"{requirement.points:>4}  {requirement.id}{kind}")
        click.echo(f"      {requirement.title}")
