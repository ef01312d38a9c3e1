"""`kata verify`: prove a grader against submissions that must pass and submissions that must fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kata.cli.options import library_option

if TYPE_CHECKING:
    from kata.exercise import Exercise
    from kata.verify.matrix import Problem
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
      kata verify 21-my-topic --library . -j 4 --page matrix.html
    """
    from kata.errors import UsageError
    from kata.library import Library

    found = Library.open(library)
    chosen = list(found.all()) if everything else [found.find(name) for name in exercises]
    if not chosen:
        raise UsageError("name an exercise, or say --all", f"There are {', '.join(found.ids())}.")
    results = []
    for exercise in chosen:
        trouble, outcomes = _verify(exercise, submissions, jobs, only, repeat, stress, write_matrix, no_run)
        results.append((exercise, trouble, outcomes))
    _write(results, json_file, page)
    return 1 if any(trouble for _, trouble, _ in results) else 0


def _verify(
    exercise: Exercise,
    submissions: Path | None,
    jobs: int,
    only: tuple[str, ...],
    repeat: int,
    stress: bool,
    write_matrix: Path | None,
    no_run: bool,
) -> tuple[list[Problem], list[Outcome]]:
    from kata.check import Options
    from kata.cli.output import write_file
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.verify.load import kept_busy
    from kata.verify.matrix import document, matrix, problems
    from kata.verify.proofs import Kind, proofs_of, submissions_of
    from kata.verify.soundness import unsound
    from kata.verify.trial import run_proofs

    trouble = unsound(exercise)
    proofs = proofs_of(exercise, submissions_of(exercise, submissions))
    if write_matrix is not None:
        write_file(write_matrix / f"{exercise.id}.md", document(exercise, proofs))
    chosen = [proof for proof in proofs if not only or any(part in proof.id for part in only)]
    outcomes: list[Outcome] = []
    if not no_run:
        click.echo(f"{exercise.id}: {len(chosen)} submissions{f', {repeat} times each' if repeat > 1 else ''}")
        with kept_busy(stress):
            outcomes = run_proofs(
                exercise, chosen * repeat, DockerEngine.connect_to_host(), image_table(), jobs, _say, Options()
            )
        wrong = {each.proof.name: each for each in outcomes if each.proof.kind is Kind.WRONG}
        if wrong:
            click.echo(
                matrix(exercise, {n: o.failed for n, o in wrong.items()}, {n: o.skipped for n, o in wrong.items()})
            )
        for number, name in enumerate(wrong, 1):
            click.echo(f"{number:>4}  {name}")
        found = problems(exercise, outcomes)
        trouble += [each for each in found if not only or "/" in each.about]
    for problem in trouble:
        click.echo(f"PROBLEM  {problem.about}: {problem.text}")
    click.echo(f"{exercise.id}: {'proven' if not trouble else f'{len(trouble)} problems'}\n")
    return trouble, outcomes


def _say(outcome: Outcome) -> None:
    report = outcome.report
    failed = ", ".join(sorted(outcome.failed))
    click.echo(f"  {outcome.seconds:5.1f}s  {outcome.proof.id:<44} {report.verdict:<10} {failed}")


def _write(
    results: list[tuple[Exercise, list[Problem], list[Outcome]]], json_file: Path | None, page: Path | None
) -> None:
    from kata.cli.output import write_file
    from kata.verify.pages import as_data, as_page

    data = [as_data(exercise, trouble, outcomes) for exercise, trouble, outcomes in results]
    if json_file is not None:
        write_file(json_file, json.dumps(data, indent=2) + "\n")
    if page is not None:
        write_file(page, as_page(data))
