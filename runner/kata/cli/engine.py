"""`kata doctor`, `kata clean`, `kata pull`: the machine under the checks."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from kata.cli.options import library_option


@click.command("doctor")
def doctor_command() -> int:
    """Look at the machine: engine, limits in force, images present, disk, and what to do.

    \b
    Examples:
      kata doctor
    """
    from kata.doctor import examine
    from kata.engine.docker import DockerEngine
    from kata.engine.images import cache_folder, image_table

    engine = DockerEngine.connect_to_host()
    findings = examine(engine, image_table(), shutil.disk_usage(_existing(cache_folder())).free)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'LOOK'}  {finding.about}: {finding.text}")
        if finding.todo:
            click.echo(f"      {finding.todo}")
    return 0 if all(finding.good or not finding.blocking for finding in findings) else 3


@click.command("clean")
@click.option(
    "--all", "everything", is_flag=True, help="Also what belongs to runs that are still going, and kept ones."
)
@click.option("--kept", is_flag=True, help="Also what `kata check --keep` and `kata up` left running.")
@click.option("--images", is_flag=True, help="Also the cached images (dependencies, prepared services).")
def clean_command(everything: bool, kept: bool, images: bool) -> None:
    """Remove containers, networks and volumes that interrupted runs left behind.

    \b
    Examples:
      kata clean
      kata clean --kept
      kata clean --all --images
    """
    from kata.engine.docker import DockerEngine
    from kata.engine.labels import CACHE, KEEP, RUN
    from kata.engine.sweep import sweep, sweep_abandoned

    engine = DockerEngine.connect_to_host()
    swept = sweep(engine, RUN) if everything else sweep_abandoned(engine)
    if kept and not everything:
        swept += sweep(engine, KEEP, lambda labels: bool(labels.get(KEEP)))
    click.echo(f"removed {swept.containers} containers, {swept.networks} networks, {swept.volumes} volumes")
    if swept.stuck:
        click.echo(f"{swept.stuck} could not be removed: the engine still holds them. Restart it to free them.")
    if images:
        cached = engine.cached_images(CACHE)
        for _, id, _ in cached:
            engine.remove_image(id)
        click.echo(f"removed {len(cached)} cached images")


@click.command("pull")
@click.argument("exercises", nargs=-1)
@click.option(
    "--names", is_flag=True, help="Fetch nothing: print the names of these images that are here, to save them."
)
@library_option
def pull_command(exercises: tuple[str, ...], names: bool, library: tuple[Path, ...]) -> None:
    """Fetch and prepare every image that EXERCISES need (default: all), so that checks work offline.

    The dependencies of the starters are installed, too; your own are kept by the first check that needs them.

    \b
    Examples:
      kata pull
      kata pull 06-auth
      docker save --output images.tar $(kata pull 06-auth --names)
    """
    from kata.cli.live import steps
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.engine.pulling import require_image
    from kata.errors import SubmissionError
    from kata.library import Library
    from kata.preparing import prepare_starter, present, starters
    from kata.services import service
    from kata.task import Task

    found = Library.open(library)
    chosen = [found.find(name) for name in exercises] or list(found.all())
    engine, table = DockerEngine.connect_to_host(), image_table()
    needed = dict.fromkeys(name for each in chosen for need in each.needs for name in need.choices)
    services = [service(name) for name in needed]
    roles = dict.fromkeys(["forwarder", "python", "node", *(each.role for each in services)])
    if names:
        for image in present(engine, [table[role] for role in roles]):
            click.echo(image)
        return
    with steps() as step:
        for role in roles:
            require_image(engine, table[role], step.progress)
            step.done(f"{role}: {table[role]} is here")
        for each in services:
            each.prepare(engine, table[each.role], 0, step.progress)
            step.done(f"{each.name}: prepared")
        for exercise in chosen:
            for folder in starters(exercise):
                try:
                    note = prepare_starter(Task(exercise, engine, table, on_event=step.hear), folder)
                except SubmissionError as error:
                    step.done(f"{exercise.id}, {folder.name} starter: {error.message}")
                    continue
                step.done(f"{exercise.id}, {folder.name} starter: dependencies {note}")


def _existing(folder: Path) -> Path:
    """`folder` or the nearest folder above it that exists."""
    return folder if folder.exists() else _existing(folder.parent)
