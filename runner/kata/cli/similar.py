"""`kata similar`: which submissions of a class have code in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kata.cli.options import library_option
from kata.errors import UsageError

if TYPE_CHECKING:
    from kata.batch.intake import Unit
    from kata.batch.similarity import Source

_MOST_PAGES = 200


@click.command("similar")
@click.argument("results", type=click.Path(path_type=Path))
@library_option
@click.option(
    "--above", type=click.IntRange(1, 100), default=40, show_default=True, metavar="PERCENT", help="Leave out the rest."
)
def similar_command(results: Path, library: tuple[Path, ...], above: int) -> int:
    """Compare the submissions that RESULTS came from, and write the pairs to RESULTS/similar/index.html.

    A signal and no verdict: names and layout do not matter, and the starter's code is left out. The submissions
    have to be where `kata batch` read them.

    \b
    Examples:
      kata similar results/
      kata similar results/ --above 60
    """
    from kata.batch.similar_pages import index_page, pair_file, pair_page
    from kata.batch.similarity import pairs_of, starter_sources
    from kata.batch.store import Store
    from kata.cli.output import write_file
    from kata.library import Library
    from kata.profile import LEARNER

    store = Store(results)
    header, intake = store.header(), store.intake()
    exercise = Library.open(library).find(header.exercise)
    sources, notes = _sources(intake.units)
    compared = len({source.key for source in sources})
    if compared == 0 and notes:
        raise UsageError(f"no submission can be read any more; {notes[0]}", f"They were in {header.source}.")
    pairs = pairs_of(sources, starter_sources(exercise.starters, LEARNER.snapshot), above / 100)
    names = {unit.key: unit.student.name for unit in intake.units}
    folder = results / "similar"
    _cleared(folder)
    shown = pairs[:_MOST_PAGES]
    for number, pair in enumerate(shown, 1):
        write_file(folder / pair_file(number), pair_page(exercise.id, pair, names))
    write_file(folder / "index.html", index_page(exercise.id, shown, names, notes))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for pair in shown[:20]:
        click.echo(f"{100 * pair.share:>5.0f} %  {pair.left.key} and {pair.right.key} ({pair.left.language})")
    click.echo(f"{compared} submissions compared, {len(pairs)} pairs above {above} %: {folder / 'index.html'}")
    return 0


def _cleared(folder: Path) -> None:
    """Make the folder for the pages, without those of the last time. Raises UsageError."""
    try:
        folder.mkdir(exist_ok=True)
        for old in folder.glob("pair-*.html"):
            old.unlink()
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}", "Make it writable.") from error


def _sources(units: Sequence[Unit]) -> tuple[list[Source], list[str]]:
    """The code of everybody who can be opened, and who cannot."""
    from kata.batch.opening import snapshot_of
    from kata.batch.similarity import sources_of
    from kata.errors import NotGraded, SubmissionError
    from kata.submission import STRICT

    sources: list[Source] = []
    notes: list[str] = []
    for unit in units:
        if unit.missing:
            continue
        try:
            with snapshot_of(unit, STRICT) as snapshot:
                sources += sources_of(unit.key, snapshot)
        except (SubmissionError, NotGraded) as error:
            notes.append(f"{unit.key} is left out: {error.message}")
    return sources, notes
