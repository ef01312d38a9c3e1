"""Options and argument checks that several commands share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import click

from kata.errors import UsageError
from kata.exercise import Exercise


def _exercise_names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """The ids that fit what a shell has so far."""
    from kata.errors import KataError
    from kata.library import Library

    try:
        ids = Library.open(context.params.get("library") or ()).ids()
    except KataError:
        return []
    return [id for id in ids if id.startswith(begun) or id.split("-", 1)[-1].startswith(begun)]


def _check_names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """The checks of the exercise that stands on the line already."""
    from kata.errors import KataError
    from kata.library import Library

    try:
        found = Library.open(context.params.get("library") or ()).find(context.params.get("exercise") or "")
    except KataError:
        return []
    return [requirement.id for requirement in found.requirements if requirement.id.startswith(begun)]


exercise_argument = click.argument("exercise", shell_complete=_exercise_names)
check_argument = click.argument("check", shell_complete=_check_names)
library_option = click.option(
    "--library",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder with exercises/ and graders/ of your own (also: KATA_LIBRARY).",
)


def sound_exercise(name: str, library: Sequence[Path]) -> Exercise:
    """The exercise of that name. Raises UnknownExercise, or BrokenExercise when its files are not sound."""
    from kata.library import Library
    from kata.verify.soundness import require_sound

    found = Library.open(library).find(name)
    require_sound(found)
    return found


def known(only: Sequence[str], exercise: Exercise) -> None:
    """Raise UsageError with the nearest names when `only` names a check that the exercise does not have."""
    ids = [requirement.id for requirement in exercise.requirements]
    titles = {requirement.title.casefold(): requirement.id for requirement in exercise.requirements}
    for id in only:
        if id not in ids:
            titled = titles.get(id.casefold())
            near = [titled] if titled else difflib.get_close_matches(id, ids, n=3, cutoff=0.5)
            every = f"`kata show {exercise.id} --requirements` lists its checks."
            raise UsageError(
                f"{exercise.id} has no check {id!r}", f"Did you mean {', '.join(near)}? {every}" if near else every
            )


def must_exist(submission: Path) -> None:
    """Raise UsageError with the nearest names when there is nothing at `submission`."""
    if submission.exists() or submission.is_symlink():
        return
    parent = submission.parent
    names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    near = difflib.get_close_matches(submission.name, names, n=3, cutoff=0.5)
    hint = f"Did you mean {', '.join(str(parent / name) for name in near)}?" if near else "Give a folder or an archive."
    raise UsageError(f"there is nothing at {submission}", hint)


def folded(text: str, indent: int = 0) -> str:
    """A sentence in lines that fit the terminal, none longer than a hundred columns."""
    import shutil

    width = min(100, shutil.get_terminal_size().columns)
    return click.wrap_text(text, max(40, width), initial_indent=" " * indent, subsequent_indent=" " * indent)
