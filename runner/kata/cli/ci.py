"""`kata ci`: write the pipeline of a CI system."""

from __future__ import annotations

from pathlib import Path

import click

from kata.cli.options import library_option


@click.command("ci")
@click.argument("system", type=click.Choice(["github", "gitlab"]))
@click.argument("exercise")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--print", "only_print", is_flag=True, help="Print it and write nothing.")
@library_option
def ci_command(system: str, exercise: str, folder: Path, only_print: bool, library: tuple[Path, ...]) -> None:
    """Write the pipeline that checks the repository in FOLDER (default: here) for EXERCISE on every push.

    It keeps images and dependencies from run to run. A run in your own CI is advisory: an instructor's run decides.

    \b
    Examples:
      kata ci github 06-auth
      kata ci gitlab auth ./my-api
      kata ci github 06 --print
    """
    from kata.ci import pipeline, write_pipeline
    from kata.library import Library

    found = Library.open(library).find(exercise)
    if only_print:
        click.echo(pipeline(system, found.id), nl=False)
        return
    click.echo(f"wrote {write_pipeline(system, found.id, folder)}")
    click.echo("\nNext: commit and push it; the first run fetches everything, the ones after it start from that.")
