"""`kata batch` and `kata report`: grade a whole class, and make its tables and pages again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kata.cli.options import library_option, sound_exercise

if TYPE_CHECKING:
    from kata.batch.gradebook import Gradebook
    from kata.batch.request import Request
    from kata.batch.running import Batch, Grader

_MOST_NOTES = 40
_FILE = click.Path(path_type=Path)
_canvas = click.option("--canvas", type=_FILE, help="Your gradebook as Canvas exported it; canvas.csv fills it in.")
_moodle = click.option("--moodle", type=_FILE, help="Moodle's offline grading worksheet; moodle.csv fills it in.")
_column = click.option("--column", default="", metavar="NAME", help="The grade's column in these sheets.")


@click.command("batch")
@click.argument("exercise")
@click.argument("submissions", type=_FILE)
@click.option("--out", type=_FILE, default=Path("results"), show_default=True, help="The folder for the results.")
@library_option
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 28), help="Submissions at a time (default: what the machine bears)."
)
@click.option("--roster", type=_FILE, help="Your class list as CSV: name, and id, email, login, submission if known.")
@click.option("--strict/--learner", default=True, help="Limits for strangers' code (default), or for known code.")
@click.option("--regrade", multiple=True, metavar="WHO", help="Grade this student again (can be repeated).")
@click.option("--failed", is_flag=True, help="Grade everybody again who did not pass.")
@click.option("--changed", is_flag=True, help="Grade again whose submission, or the grader, has changed.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Draw all values from this number.")
@click.option("--cluster", metavar="ADDRESS", help="Grade on a Dask cluster, for example tcp://10.0.0.5:8786.")
@_canvas
@_moodle
@_column
@click.option("--plain", is_flag=True, help="One line for each submission: for logs and screen readers.")
def batch_command(
    exercise: str,
    submissions: Path,
    out: Path,
    library: tuple[Path, ...],
    jobs: int | None,
    roster: Path | None,
    strict: bool,
    regrade: tuple[str, ...],
    failed: bool,
    changed: bool,
    seed: int | None,
    cluster: str | None,
    canvas: Path | None,
    moodle: Path | None,
    column: str,
    plain: bool,
) -> int:
    """Grade every submission in SUBMISSIONS for EXERCISE.

    SUBMISSIONS is a folder with one folder, archive or file for each student, or a CSV with a column `repository`.

    Interrupted in any way, the same command goes on where it was. A result is never overwritten.

    \b
    Exit codes: 0 everybody graded, 2 wrong call, 3 somebody could not be graded (our fault), 130 interrupted.

    \b
    Examples:
      kata batch 06-auth submissions/ --out results/
      kata batch 06-auth submissions/ --roster students.csv --canvas export.csv
      kata batch 06-auth submissions/ --regrade jane-doe
      kata batch 06-auth submissions/ --cluster tcp://10.0.0.5:8786
    """
    from kata.batch.outputs import Sheets
    from kata.batch.request import Again, Request
    from kata.profile import LEARNER, STRICT

    request = Request(
        exercise=sound_exercise(exercise, library),
        submissions=submissions,
        out=out,
        profile=STRICT if strict else LEARNER,
        roster=roster,
        seed=seed,
        again=Again(regrade, failed, changed),
        sheets=Sheets(canvas, moodle, column),
    )
    return _graded(request, jobs, cluster, plain)


@click.command("report")
@click.argument("results", type=_FILE)
@_canvas
@_moodle
@_column
def report_command(results: Path, canvas: Path | None, moodle: Path | None, column: str) -> int:
    """Make the tables, feedback and pages of RESULTS again, without grading anything.

    \b
    Examples:
      kata report results/
      kata report results/ --moodle worksheet.csv
    """
    from kata.batch.outputs import Sheets, write_outputs
    from kata.batch.store import Store

    store = Store(results)
    store.header()
    with store.taken():
        book, notes = write_outputs(store, Sheets(canvas, moodle, column))
    return _told(book, notes, results)


def _graded(request: Request, jobs: int | None, cluster: str | None, plain: bool) -> int:
    from kata.batch.outputs import write_outputs
    from kata.batch.pace import Pace
    from kata.batch.request import open_batch, take_in_request
    from kata.batch.running import Runner
    from kata.batch.store import Store
    from kata.cli.batch_live import watching

    intake = take_in_request(request)
    store = Store(request.out)
    with _machines(cluster, jobs) as (grader_of, most), store.taken():
        batch, notes = open_batch(request, store, intake)
        _say([*intake.notes, *(f"{unit.key}: {note}" for unit in intake.units for note in unit.notes), *notes])
        with watching(sum(not unit.missing for unit in intake.units), most, plain) as show:
            Runner(batch, store, grader_of(batch), Pace(most), show).run(intake.units)
        book, notes = write_outputs(store, request.sheets)
    return _told(book, notes, request.out)


@contextmanager
def _machines(cluster: str | None, jobs: int | None) -> Iterator[tuple[Callable[[Batch], Grader], int]]:
    """Where submissions are graded, as a maker of graders, and how many at a time."""
    if cluster is None:
        with _this_machine(jobs) as here:
            yield here
        return
    from kata.batch.cluster import ClusterGrader, joined

    with joined(cluster) as (executor, places):
        yield (
            lambda batch: ClusterGrader(batch.exercise.id, batch.graded, batch.profile.name, executor),
            min(jobs or places, places),
        )


@contextmanager
def _this_machine(jobs: int | None) -> Iterator[tuple[Callable[[Batch], Grader], int]]:
    """Threads on this machine; on an interrupt, what runs loses its containers and so ends at once."""
    from kata.batch.local import LocalGrader
    from kata.batch.pace import default_jobs
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.engine.labels import PID
    from kata.engine.sweep import sweep, sweep_abandoned

    engine, images = DockerEngine.connect_to_host(), image_table()
    info = engine.info()
    most = jobs or default_jobs(info.cpus, info.memory)
    sweep_abandoned(engine)
    executor = ThreadPoolExecutor(most, "kata-batch")
    try:
        yield lambda batch: LocalGrader(batch.exercise, engine, images, batch.profile, executor), most
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        sweep(engine, f"{PID}={os.getpid()}")
        raise
    executor.shutdown()


def _say(notes: Sequence[str]) -> None:
    """What was decided about names, before anything is graded."""
    for note in notes[:_MOST_NOTES]:
        click.echo(f"note: {note}", err=True)
    if len(notes) > _MOST_NOTES:
        click.echo(f"note: and {len(notes) - _MOST_NOTES} more; gradebook.csv has them all", err=True)


def _told(book: Gradebook, notes: Sequence[str], folder: Path) -> int:
    """The end of the story on stdout; 3 when somebody could not be graded."""
    from collections import Counter

    for note in notes:
        click.echo(note)
    for state, count in Counter(row.state for row in book.rows).most_common():
        click.echo(f"{count:>6}  {state.replace('_', ' ')}")
    click.echo(f"\nOverview: {folder / 'index.html'}\nTable:    {folder / 'gradebook.csv'}")
    if not book.ungraded:
        return 0
    for told in _ungraded_words(book):
        click.echo(told, err=True)
    return 3


def _ungraded_words(book: Gradebook) -> Iterator[str]:
    """What to do about those who could not be graded: correct the list where that is it, and run it again."""
    wrong = [row.unit for row in book.ungraded if row.unit.correct]
    for unit in wrong[:_MOST_NOTES]:
        yield f"Not graded until it is corrected: {unit.key}: {unit.correct}"
    if len(wrong) > _MOST_NOTES:
        yield f"and {len(wrong) - _MOST_NOTES} more; gradebook.csv has them all"
    keys = [row.unit.key for row in book.ungraded if not row.unit.correct]
    more = f" and {len(keys) - 10} more" if len(keys) > 10 else ""
    if keys:
        yield f"Not graded, by no fault of theirs: {', '.join(keys[:10])}{more}. Run the same command again."
