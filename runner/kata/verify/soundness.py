"""The exercise by itself, before any container: statement, contract, links, points, starters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kata.exercise import Exercise
from kata.results import Severity
from kata.toml_lines import line_of
from kata.verify.matrix import Problem

_FULL_SCORE = 100
_STARTERS = ("python", "node")


def unsound(exercise: Exercise, shipped: bool = False) -> list[Problem]:
    """What is wrong with the exercise's own files, with file and line. `shipped` also asks for what ours all have."""
    found = [*_sentences(exercise), *_contract(exercise), *_points(exercise), *_grader(exercise)]
    return [*found, *_starters(exercise)] if shipped else found


def plain_words(text: str) -> str:
    """`text` with every run of white space as one blank: line breaks in a statement do not matter."""
    return re.sub(r"\s+", " ", text).strip()


def _sentences(exercise: Exercise) -> Iterator[Problem]:
    file = exercise.folder / "exercise.toml"
    if not exercise.statement.is_file():
        yield Problem(str(exercise.statement), "the statement is missing")
        return
    statement = plain_words(exercise.statement.read_text("utf-8"))
    text = file.read_text("utf-8")
    for index, requirement in enumerate(exercise.requirements):
        if plain_words(requirement.sentence) not in statement:
            where = line_of(text, ("requirements", index, "sentence"))
            yield Problem(f"{file}:{where}", f"the sentence of {requirement.id!r} does not stand in the statement")


def _contract(exercise: Exercise) -> Iterator[Problem]:
    if exercise.kind != "http" or not exercise.contract.is_file():
        return
    try:
        from openapi_spec_validator import OpenAPIV31SpecValidator
    except ImportError:
        return
    import yaml

    try:
        document = yaml.safe_load(exercise.contract.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield Problem(
            f"{exercise.contract}:{mark.line + 1 if mark else 1}", f"no YAML: {getattr(error, 'problem', error)}"
        )
        return
    for mismatch in OpenAPIV31SpecValidator(document).iter_errors():
        yield Problem(str(exercise.contract), f"no OpenAPI 3.1: {mismatch.message[:300]}")


def _points(exercise: Exercise) -> Iterator[Problem]:
    if exercise.points != _FULL_SCORE:
        file = exercise.folder / "exercise.toml"
        yield Problem(str(file), f"the points of the required checks add up to {exercise.points}, not {_FULL_SCORE}")
    for requirement in exercise.requirements:
        if requirement.severity is Severity.REQUIRED and not requirement.points:
            yield Problem(requirement.id, "a required check is worth nothing; make it advice or give it points")


def _grader(exercise: Exercise) -> Iterator[Problem]:
    """Every plain assert says what it expected: a bare one would fail without a word."""
    import ast

    for file in sorted(exercise.grader.glob("*.py")):
        try:
            tree = ast.parse(file.read_text("utf-8"))
        except SyntaxError as error:
            yield Problem(f"{file}:{error.lineno}", f"syntax error: {error.msg}")
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield Problem(f"{file}:{node.lineno}", "an assert without a message explains nothing to a learner")


def _starters(exercise: Exercise) -> Iterator[Problem]:
    for name in _STARTERS:
        if not (exercise.starters / name).is_dir():
            yield Problem(str(exercise.starters), f"there is no starter for {name}")
