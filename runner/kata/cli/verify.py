"""`kata verify`: prove a grader against submissions that must pass and submissions that must fail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kata.cli.options import library_option

if TYPE_CHECKING:
    from kata.exercise import Exercise
    from kata.verify.matrix import Problem
    from kata.verify.proofs import Kind, Proof
    from kata.verify.trial import Outcome


@click.command("verify")
@click.argument("exercises", nargs=-1)
@library_option
@click.option("--all", "everything", is_flag=True, help="Every exercise of the library.")
@click.option(
    "--submissions",
    type=click.Path(path_type=Path),
    help="Where right/ and wrong/ are (default: tests/submissions/ID).",
)
@click.option("-j", "--jobs", type=click.IntRange(1, 30), default=2, show_default=True, help="Submissions at a time.")
@click.option("--only", multiple=True, metavar="NAME", help="Only these submissions (part of the name).")
@click.option("--repeat", type=click.IntRange(1, 1000), default=1, show_default=True, help="Run each so many times.")
@click.option("--stress", is_flag=True, help="Keep the processors busy meanwhile.")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="Keep what each run got in this folder, and go on where an earlier call was interrupted.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the outcome as JSON.")
@click.option("--page", type=click.Path(path_type=Path), help="Write the kill matrix as a page.")
@click.option("--write-matrix", type=click.Path(path_type=Path), help="Write docs/matrix/ID.md into this folder.")
@click.option("--no-run", is_flag=True, help="Only check the exercise's own files; start nothing.")
def verify_command(
    exercises: tuple[str, ...],
    library: tuple[Path, ...],
    everything: bool,
    submissions: Path | None,
    jobs: int,
    only: tuple[str, ...],
    repeat: int,
    stress: bool,
    results: Path | None,
    json_file: Path | None,
    page: Path | None,
    write_matrix: Path | None,
    no_run: bool,
) -> int:
    """Prove the graders of EXERCISES and print their kill matrix.

    Every right submission must get full score, every wrong one must fail exactly what its expected.json says, and
    every check must be failed by at least one of them. Exit 0 only when all of it holds.

    \b
    Examples:
      kata verify 06-auth
      kata verify 06-auth --only jwt --repeat 20 --stress
      kata verify --all --repeat 20 --stress --results overnight
      kata verify 21-my-topic --library . -j 4 --page matrix.html
    """
    from kata.errors import UsageError
    from kata.library import Library

    found = Library.open(library)
    chosen = list(found.all()) if everything else [found.find(name) for name in exercises]
    if not chosen:
        raise UsageError("name an exercise, or say --all", f"There are {', '.join(found.ids())}.")
    manner = _Manner(jobs, only, repeat, stress, results, no_run)
    verified: list[_Result] = []
    try:
        for exercise in chosen:
            result = _prepared(exercise, submissions, manner)
            if write_matrix is not None:
                _write_matrix(result, write_matrix)
            verified.append(result)
            _run(result, manner)
    finally:  # an interrupted run tells what it has, too
        _write(verified, json_file, page)
    return 1 if any(result.problems for result in verified) else 0


@dataclass(frozen=True)
class _Manner:
    """How submissions are run."""

    jobs: int
    only: tuple[str, ...]
    repeat: int
    stress: bool
    results: Path | None
    no_run: bool


@dataclass
class _Result:
    """What is known of one exercise so far: its submissions, those that are to run, and what came of them."""

    exercise: Exercise
    proofs: Sequence[Proof]
    chosen: Sequence[Proof]
    outcomes: list[Outcome]
    problems: list[Problem]
    unfinished: list[str]


def _prepared(exercise: Exercise, submissions: Path | None, manner: _Manner) -> _Result:
    """Raises BrokenExercise, before anything runs, when exercise, grader or a submission is not as it should be."""
    import difflib

    from kata.errors import UsageError
    from kata.verify.proofs import proofs_of, require_applicable, submissions_of
    from kata.verify.soundness import require_loadable, require_sound
    from kata.verify.sources import bare_asserts

    require_sound(exercise, whole=True)
    proofs = proofs_of(exercise, submissions_of(exercise, submissions))
    require_applicable(proofs)
    require_loadable(exercise)
    for part in manner.only:
        if not any(part in proof.id for proof in proofs):
            near = difflib.get_close_matches(part, [proof.name for proof in proofs], n=3, cutoff=0.4)
            raise UsageError(
                f"{exercise.id} has no submission with {part!r} in its name",
                f"Did you mean {', '.join(near)}?" if near else f"There are {', '.join(each.id for each in proofs)}.",
            )
    chosen = [proof for proof in proofs if not manner.only or any(part in proof.id for part in manner.only)]
    return _Result(exercise, proofs, chosen, [], list(bare_asserts(exercise)), [])


def _run(result: _Result, manner: _Manner) -> None:
    """Run the chosen submissions, tell what each got, then the matrix and what is wrong with it."""
    from kata.verify.matrix import problems
    from kata.verify.proofs import Kind
    from kata.verify.telling import grid, interrupted_lines, verdict_line

    exercise, width = result.exercise, _width()
    if not manner.no_run:
        try:
            _run_proofs(result, manner, width)
        except KeyboardInterrupt:
            done = [outcome.proof.id for outcome in result.outcomes]
            result.unfinished += [proof.id for proof in result.chosen if done.count(proof.id) < manner.repeat]
            _echo(interrupted_lines(result.chosen, result.outcomes, manner.repeat, width))
            raise
        _echo(grid(exercise, _latest(result.outcomes, Kind.WRONG), width))
        _echo(_repeated(result, manner, width))
        found = problems(exercise, result.outcomes)
        result.problems += [each for each in found if not manner.only or "/" in each.about]
    click.echo()
    for problem in result.problems:
        click.echo(f"PROBLEM  {problem.about}: {problem.text}")
    ran = 0 if manner.no_run else len(result.chosen)
    click.echo(verdict_line(exercise, result.problems, ran, len(result.proofs)))


def _run_proofs(result: _Result, manner: _Manner, width: int) -> None:
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.engine.sweep import sweep_abandoned
    from kata.task import Task
    from kata.verify.kept import KeptRuns, missing
    from kata.verify.load import kept_busy
    from kata.verify.telling import heading, kept_line, outcome_lines
    from kata.verify.trial import run_proofs

    engine = DockerEngine.connect_to_host()
    task = Task(result.exercise, engine, image_table())
    kept = None if manner.results is None else KeptRuns(manner.results, task, manner.stress)

    def done(outcome: Outcome) -> None:
        result.outcomes.append(outcome)
        if kept is not None:
            kept.add(outcome)
        _echo(outcome_lines(result.exercise, outcome, width))

    if kept is not None:
        kept.require_writable()
    sweep_abandoned(engine)
    click.echo(
        heading(result.exercise, len(result.chosen), len(result.proofs), manner.repeat, manner.jobs, manner.stress)
    )
    if kept is not None:
        result.outcomes += [each for proof in result.chosen for each in kept.of(proof, manner.repeat)]
        _echo(kept_line(len(result.outcomes), len(result.chosen) * manner.repeat, manner.results))
    with kept_busy(manner.stress):
        run_proofs(task, missing(result.chosen, manner.repeat, result.outcomes), manner.jobs, done)
    order = [proof.id for proof in result.chosen]
    result.outcomes.sort(key=lambda outcome: order.index(outcome.proof.id))


def _latest(outcomes: Sequence[Outcome], kind: Kind) -> list[Outcome]:
    """The last outcome of each submission of one kind."""
    return list({each.proof.id: each for each in outcomes if each.proof.kind is kind}.values())


def _repeated(result: _Result, manner: _Manner, width: int) -> Iterator[str]:
    from kata.verify.repeats import repeats
    from kata.verify.telling import wrapped

    if manner.repeat > 1:
        yield ""
        for each in repeats(result.outcomes):
            yield from wrapped(f"  {each.id}: {each}", width)


def _width() -> int:
    """The terminal's width; eighty where there is none."""
    return max(60, shutil.get_terminal_size().columns)


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _write_matrix(result: _Result, folder: Path) -> None:
    from kata.cli.output import write_file
    from kata.verify.matrix import document

    write_file(folder / f"{result.exercise.id}.md", document(result.exercise, result.proofs))


def _write(results: Sequence[_Result], json_file: Path | None, page: Path | None) -> None:
    from kata.cli.output import write_file
    from kata.verify.pages import as_data, as_page

    data = [
        as_data(each.exercise, each.problems, each.outcomes, each.unfinished, len(each.chosen) == len(each.proofs))
        for each in results
    ]
    if json_file is not None:
        write_file(json_file, json.dumps(data, indent=2) + "\n")
    if page is not None:
        write_file(page, as_page(data))
