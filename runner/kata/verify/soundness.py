"""The exercise by itself, before any container: statement, contract, points, services, grader, starters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kata import library
from kata.errors import BrokenExercise
from kata.exercise import Exercise, text_of
from kata.grading import GraderProcess
from kata.results import Severity
from kata.services import service
from kata.toml_lines import line_of
from kata.verify.contracts import contract_problems
from kata.verify.matrix import Problem
from kata.verify.sources import bare_asserts, grader_problems

_FULL_SCORE = 100
_STARTERS = ("python", "node")
_MOST_TOLD = 10


def unsound(exercise: Exercise, shipped: bool = False) -> list[Problem]:
    """What is wrong with the exercise's own files, with file and line. `shipped` also asks for what ours all have."""
    found = [*_broken(exercise), *_contract(exercise), *bare_asserts(exercise)]
    return [*found, *_complete(exercise)] if shipped else found


def require_sound(exercise: Exercise, whole: bool = False) -> None:
    """Raise BrokenExercise where its files contradict one another: such an exercise can say nothing about anybody.

    The contract of a shipped exercise is held by our own tests, and read here only when the `whole` is wanted.
    """
    found = list(_broken(exercise))
    if whole or not exercise.folder.is_relative_to(library.shipped()):
        found += _contract(exercise)
    _refuse(found, f"Mend that; `kata verify {exercise.id} --no-run` looks again without starting anything.")


def require_loadable(exercise: Exercise) -> None:
    """Raise BrokenExercise when the grader cannot be imported: it is run as far as its first check."""
    with GraderProcess(exercise) as grader:
        grader.ready()


def plain_words(text: str) -> str:
    """`text` with every run of white space as one blank: line breaks in a statement do not matter."""
    return re.sub(r"\s+", " ", text).strip()


def _refuse(found: list[Problem], hint: str) -> None:
    """One line for each problem."""
    if not found:
        return
    lines = [f"{problem.about}: {problem.text}" for problem in found[:_MOST_TOLD]]
    if len(found) > _MOST_TOLD:
        lines.append(f"and {len(found) - _MOST_TOLD} more")
    raise BrokenExercise("\n      ".join(lines), hint)


def _broken(exercise: Exercise) -> Iterator[Problem]:
    yield from _sentences(exercise)
    yield from _points(exercise)
    yield from _services(exercise)
    yield from grader_problems(exercise)


def _sentences(exercise: Exercise) -> Iterator[Problem]:
    file = exercise.folder / "exercise.toml"
    statement = plain_words(text_of(exercise.statement))
    text = text_of(file)
    for index, requirement in enumerate(exercise.requirements):
        if plain_words(requirement.sentence) not in statement:
            where = line_of(text, ("requirements", index, "sentence"))
            yield Problem(
                f"{file}:{where}", f"the sentence of {requirement.id!r} does not stand in {exercise.statement.name}"
            )


def _contract(exercise: Exercise) -> Iterator[Problem]:
    if exercise.contract.is_file():
        yield from contract_problems(exercise.contract)


def _points(exercise: Exercise) -> Iterator[Problem]:
    file = exercise.folder / "exercise.toml"
    text = text_of(file)
    required = [each for each in enumerate(exercise.requirements) if each[1].severity is Severity.REQUIRED]
    for index, requirement in required:
        if not requirement.points:
            where = line_of(text, ("requirements", index, "points"))
            yield Problem(
                f"{file}:{where}", f"{requirement.id!r} is required and worth nothing: give it points, or say advice"
            )
    if exercise.points != _FULL_SCORE:
        where = line_of(text, ("requirements", required[-1][0] if required else 0, "points"))
        terms = " + ".join(str(requirement.points) for _, requirement in required) or "nothing"
        yield Problem(
            f"{file}:{where}",
            f"the points of the required checks do not add up to {_FULL_SCORE}: {terms} = {exercise.points}",
        )


def _services(exercise: Exercise) -> Iterator[Problem]:
    file = exercise.folder / "exercise.toml"
    for index, need in enumerate(exercise.needs):
        for name in need.choices:
            try:
                service(name)
            except BrokenExercise as error:
                where = line_of(text_of(file), ("services", index))
                yield Problem(f"{file}:{where}", f"{error.message}. {error.hint}")


def _complete(exercise: Exercise) -> Iterator[Problem]:
    if not exercise.contract.is_file():
        yield Problem(str(exercise.contract), "the contract is missing")
    for name in _STARTERS:
        if not (exercise.starters / name).is_dir():
            yield Problem(str(exercise.starters), f"there is no starter for {name}")
