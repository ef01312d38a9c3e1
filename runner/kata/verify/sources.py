"""A grader read without running it: its syntax, the checks it defines, and what they need."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kata.errors import BrokenExercise
from kata.exercise import Exercise, text_of
from kata.grader.needs import ordered
from kata.toml_lines import line_of
from kata.verify.matrix import Problem


@dataclass(frozen=True)
class _Check:
    """A check as it is written down: where, and what it needs."""

    id: str
    place: str
    needs: tuple[str, ...]


def grader_problems(exercise: Exercise) -> Iterator[Problem]:
    """What keeps the grader from proving the requirements, with file and line; empty when the ids are the same."""
    broken, checks = [], []
    for file in _files(exercise):
        try:
            found = list(_checks(file, _tree(file)))
        except _Unreadable as error:
            broken.append(error.problem)
            continue
        checks += found if _holds_checks(file) else []
    yield from broken or _ids(exercise, checks) or _needs(checks)


def bare_asserts(exercise: Exercise) -> Iterator[Problem]:
    """Every plain assert says what it expected: a bare one would fail without a word."""
    for file in _files(exercise):
        try:
            tree = _tree(file)
        except _Unreadable:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield Problem(f"{file}:{node.lineno}", "an assert without a message explains nothing to a learner")


class _Unreadable(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def _files(exercise: Exercise) -> Sequence[Path]:
    return sorted(exercise.grader.rglob("*.py"))


def _holds_checks(file: Path) -> bool:
    """Whether pytest looks for checks in it."""
    return file.name.startswith("test_") or file.name.endswith("_test.py")


def _tree(file: Path) -> ast.Module:
    try:
        return ast.parse(text_of(file))
    except BrokenExercise as error:
        place, _, what = error.message.partition(": ")
        raise _Unreadable(Problem(place, what)) from error
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes, before Python 3.12
        line = getattr(error, "lineno", None) or 1
        raise _Unreadable(Problem(f"{file}:{line}", f"syntax error: {getattr(error, 'msg', error)}")) from error


def _checks(file: Path, tree: ast.Module) -> Iterator[_Check]:
    """Functions, methods of Test classes, and names that are imported or assigned: whatever pytest calls a check."""
    bodies = [tree.body, *(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name.startswith("Test"))]
    for node in (node for body in bodies for node in body):
        for name in _names(node):
            if name.startswith("test_"):
                id = name.removeprefix("test_").replace("_", "-")
                yield _Check(id, f"{file}:{node.lineno}", tuple(_needed(node)))


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return []


def _needed(node: ast.stmt) -> Iterator[str]:
    for call in getattr(node, "decorator_list", []):
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) == "needs":
            yield from (
                word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)
            )


def _ids(exercise: Exercise, checks: Sequence[_Check]) -> list[Problem]:
    """The two sets of ids are equal, both ways, and none stands twice."""
    if not checks:
        return [Problem(str(exercise.grader), "there is no check in it: it needs a file test_*.py")]
    file = exercise.folder / "exercise.toml"
    text = text_of(file)
    written = {check.id: check for check in reversed(checks)}
    found = []
    for index, requirement in enumerate(exercise.requirements):
        if requirement.id not in written:
            place = f"{file}:{line_of(text, ('requirements', index, 'id'))}"
            what = f"write `def {requirement.test_name}(...)` in {exercise.grader}"
            found.append(Problem(place, f"requirement {requirement.id!r} has no check: {what}"))
    for check in checks:
        if exercise.requirement(check.id) is None:
            found.append(Problem(check.place, f"check {check.id!r} has no requirement in {file}"))
        elif written[check.id] is not check:
            found.append(Problem(check.place, f"check {check.id!r} stands twice, first at {written[check.id].place}"))
    return found


def _needs(checks: Sequence[_Check]) -> list[Problem]:
    """Every needed check is there, and none needs itself by a detour."""
    needed: Mapping[str, tuple[str, ...]] = {check.id: check.needs for check in checks}
    for check in checks:
        try:
            ordered([check.id], needed)
        except ValueError as error:
            return [Problem(check.place, str(error))]
    return []
