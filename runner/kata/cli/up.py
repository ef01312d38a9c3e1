"""`kata up`, `kata down`, `kata logs`: a submission left running with its services, to be tried by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kata.cli.options import exercise_argument, library_option, must_exist

if TYPE_CHECKING:
    from kata.exercise import Exercise
    from kata.running import Running

_LOOK_EVERY = 0.5


@click.command("up")
@exercise_argument
@click.argument("submission", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), help="The port on 127.0.0.1 (default: a free one).")
@library_option
@click.option("--plain", is_flag=True, help="No moving lines: for logs and screen readers.")
@click.option("-q", "--quiet", is_flag=True, help="Only the address.")
def up_command(
    exercise: str, submission: Path, port: int | None, library: tuple[Path, ...], plain: bool, quiet: bool
) -> None:
    """Build and start SUBMISSION for EXERCISE with its services, and leave it running.

    Prints the address, the credentials and ready curl lines. What ran for the same exercise before is ended first.

    \b
    Examples:
      kata up 06-auth ./my-api
      kata up auth ./my-api --port 8000
      kata logs --follow
      kata down
    """
    from kata.cli.live import watching
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.errors import SubmissionError, UsageError
    from kata.library import Library
    from kata.mistakes import in_log
    from kata.running import end, remember, remembered, start

    found = Library.open(library).find(exercise)
    must_exist(submission)
    engine = DockerEngine.connect_to_host()
    for before in remembered(_folder()):
        if before.exercise == found.id:
            end(_folder(), before, engine)
            click.echo(f"ended what ran before at {before.address}", err=True)
    try:
        with watching(found, plain=plain, quiet=quiet) as show:
            running = start(found, submission, engine, image_table(), show, port)
    except SubmissionError as error:
        for line in error.log_tail:
            click.echo(f"  {line}", err=True)
        error.hint = f"{in_log(error.log_tail)} {error.hint}".strip()
        raise
    try:
        remember(_folder(), running)
    except UsageError:
        end(_folder(), running, engine)  # nobody could find it again
        raise
    for line in [running.address] if quiet else _told(running, found):
        click.echo(line)


@click.command("down")
@click.argument("exercise", required=False)
@library_option
def down_command(exercise: str | None, library: tuple[Path, ...]) -> None:
    """End what `kata up` left running, for EXERCISE or for all, and remove its containers and data.

    \b
    Examples:
      kata down
      kata down 06-auth
    """
    from kata.engine.docker import DockerEngine
    from kata.library import Library
    from kata.running import end, remembered

    name = Library.open(library).find(exercise).id if exercise else None
    wanted = [each for each in remembered(_folder()) if name in (None, each.exercise)]
    if not wanted:
        click.echo("Nothing is up.")
        return
    engine = DockerEngine.connect_to_host()
    for each in wanted:
        end(_folder(), each, engine)
        click.echo(f"{each.exercise}: ended and removed")


@click.command("logs")
@click.argument("exercise", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with what the server says, until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(0), default=40, show_default=True, help="The last lines to show.")
@library_option
def logs_command(exercise: str | None, follow: bool, lines: int, library: tuple[Path, ...]) -> None:
    """Show what the server that `kata up` left running has said.

    \b
    Examples:
      kata logs
      kata logs 06-auth --follow
    """
    from kata.engine.docker import DockerEngine
    from kata.library import Library
    from kata.running import fresh, log_lines, require_alive, the_one

    running = the_one(_folder(), Library.open(library).find(exercise).id if exercise else None)
    engine = DockerEngine.connect_to_host()
    require_alive(_folder(), running, engine)
    lines_so_far = log_lines(engine, running.container)
    for line in lines_so_far[-lines:] if lines else ():
        click.echo(line)
    with suppress(KeyboardInterrupt):  # the usual way to stop looking; the server runs on
        while follow:
            time.sleep(_LOOK_EVERY)
            now = log_lines(engine, running.container)
            for line in fresh(now, len(lines_so_far)):
                click.echo(line)
            lines_so_far = now


def _told(running: Running, exercise: Exercise) -> Iterator[str]:
    from kata.samples import read_contract, samples

    yield f"{running.exercise} is up at {running.address}  ({running.stack})"
    yield ""
    for name, address in running.services:
        yield f"  {name}: {address}"
    for name, value in running.environment:
        yield f"  {name}={value}"
    yield ""
    for sample in samples(read_contract(exercise.contract)):
        yield f"# {sample.summary}"
        yield sample.as_curl(running.address)
    yield ""
    yield f"`kata logs {running.exercise}` shows what it says; `kata down {running.exercise}` ends it."


def _folder() -> Path:
    from kata.engine.images import cache_folder

    return cache_folder() / "up"
