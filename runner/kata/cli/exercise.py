"""`kata exercise new`: write a small exercise that already verifies."""

from __future__ import annotations

from pathlib import Path

import click

from kata.cli.options import library_option


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
    """Write exercise ID (such as 21-my-topic): statement, contract, grader, starters, right and wrong submissions.

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


@exercise_command.command("examples")
@click.argument("exercise")
@click.argument("submission", type=click.Path(path_type=Path))
@library_option
def examples(exercise: str, submission: Path, library: tuple[Path, ...]) -> int:
    """Check a right SUBMISSION and keep its exchanges beside EXERCISE, for `kata explain` to show.

    \b
    Examples:
      kata exercise examples 06-auth tests/submissions/06-auth/right/fastapi
    """
    from kata.check import check
    from kata.cli.live import watching
    from kata.cli.output import write_file
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.explain import recording
    from kata.library import Library
    from kata.task import Options, Task

    found = Library.open(library).find(exercise)
    with watching(found, plain=True, quiet=False) as show:
        report = check(Task(found, DockerEngine.connect_to_host(), image_table(), Options(seed=7), show), submission)
    if report.exit_code:
        click.echo(f"{submission} does not pass: {report.message}", err=True)
        return 1
    write_file(found.folder / "examples.json", recording(report))
    click.echo(f"wrote {found.folder / 'examples.json'}")
    return 0
