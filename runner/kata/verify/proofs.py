"""The submissions that prove a grader, and what each is expected to get."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from kata.errors import BrokenExercise
from kata.exercise import Exercise, text_of
from kata.results import Severity, Verdict
from kata.schemas import first_error
from kata.submission import Snapshot, take
from kata.verify.patching import PatchError, changed_files


class Kind(StrEnum):
    """What a submission proves: full score, a failure exactly as expected, or that the starter starts and fails."""

    RIGHT = "right"
    WRONG = "wrong"
    STARTER = "starter"


@dataclass(frozen=True)
class Expected:
    """What a proof must get: the verdict, and exactly which checks fail and which are skipped because of them."""

    verdict: Verdict
    failed: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proof:
    """One submission. A wrong one is a patch on a right one, or a folder of its own; the others are folders.

    `why` is the mistake in one sentence.
    """

    name: str
    kind: Kind
    folder: Path
    base: Path
    expected: Expected
    why: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def patch(self) -> Path:
        return self.folder / "change.patch"

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The submission as it is graded. Raises BrokenExercise, with file and line, when the patch does not apply."""
        with take(self.base) as base:
            if self.kind is not Kind.WRONG or not self.patch.is_file():
                yield base
                return
            files = self._changes(base)
            with base.overlay(files) as changed:
                yield changed

    def _changes(self, base: Snapshot) -> Mapping[str, bytes | None]:
        try:
            return changed_files(text_of(self.patch), lambda path: base.content(path) if base.has(path) else None)
        except PatchError as error:
            raise BrokenExercise(
                f"{self.patch}:{error.line}: the patch does not apply: {error}", f"Make it again on {self.base}."
            ) from error


def proofs_of(exercise: Exercise, submissions: Path) -> tuple[Proof, ...]:
    """Every proof in `submissions`/right and `submissions`/wrong, right ones first, and the starters last."""
    right = [_right(folder, exercise) for folder in _folders(submissions / "right")]
    wrong = [_wrong(folder, submissions / "right", exercise) for folder in _folders(submissions / "wrong")]
    starters = [
        Proof(folder.name, Kind.STARTER, folder, folder, Expected(Verdict.FAILED))
        for folder in _folders(exercise.starters)
    ]
    return (*right, *wrong, *starters)


def unproven(exercise: Exercise, proofs: Sequence[Proof]) -> list[str]:
    """Checks that no wrong submission is expected to fail: a check nothing fails proves nothing."""
    failed = {id for proof in proofs for id in proof.expected.failed}
    return [requirement.id for requirement in exercise.requirements if requirement.id not in failed]


def submissions_of(exercise: Exercise, given: Path | None) -> Path:
    """Where the proofs of an exercise are: `given`/ID, `given` itself, or tests/submissions/ID beside the library."""
    places = [exercise.folder.parent.parent / "tests" / "submissions" / exercise.id]
    if given is not None:
        places = [given / exercise.id, given]
    for place in places:
        if (place / "right").is_dir() or (place / "wrong").is_dir():
            return place
    raise BrokenExercise(
        f"{exercise.id} has no proofs: {places[0]} has neither right/ nor wrong/ in it",
        "Put at least one right and one wrong submission there, or name the folder with --submissions.",
    )


def require_applicable(proofs: Sequence[Proof]) -> None:
    """Raise BrokenExercise for the first patch that does not apply, before anything has run."""
    for proof in proofs:
        if proof.kind is Kind.WRONG:
            with proof.snapshot():
                pass


def _right(folder: Path, exercise: Exercise) -> Proof:
    file = folder / "expected.json"
    expected = _expected(file, exercise)[0] if file.is_file() else Expected(Verdict.PASSED)
    return Proof(folder.name, Kind.RIGHT, folder, folder, expected)


def _wrong(folder: Path, right: Path, exercise: Exercise) -> Proof:
    file = folder / "expected.json"
    expected, data = _expected(file, exercise)
    proof = Proof(folder.name, Kind.WRONG, folder, folder, expected, data.get("why", ""))
    if "base" not in data:
        if proof.patch.is_file():
            raise BrokenExercise(f"{file}:1: there is a change.patch but no base", "Say which right one it changes.")
        return proof
    base = right / data["base"]
    if not base.is_dir():
        where = _line(text_of(file), "base")
        raise BrokenExercise(f"{file}:{where}: base {data['base']!r} is no folder in {right}", _one_of(_folders(right)))
    if not proof.patch.is_file():
        raise BrokenExercise(
            f"{proof.patch} is missing: a submission with a base is a patch on it",
            f"`diff -u` between {base} and the changed copy makes it; a whole submission has no base.",
        )
    return replace(proof, base=base)


def _expected(file: Path, exercise: Exercise) -> tuple[Expected, dict[str, Any]]:
    text, data = _data(file)
    error = first_error("expected", data)
    if error is not None:
        where = _line(text, *(part for part in error.path if isinstance(part, str)))
        raise BrokenExercise(f"{file}:{where}: {error.where}: {error.message}", "See CONTRIBUTING.md for an example.")
    for key in ("failed", "skipped"):
        for id in data.get(key, []):
            if exercise.requirement(id) is None:
                raise BrokenExercise(
                    f"{file}:{_line(text, key, id)}: {key} names {id!r}, which is no check of {exercise.id}",
                    f"`kata show {exercise.id}` lists its checks.",
                )
    expected = Expected(Verdict(data["verdict"]), frozenset(data.get("failed", [])), frozenset(data.get("skipped", [])))
    return expected, data


def _data(file: Path) -> tuple[str, Any]:
    if not file.is_file():
        raise BrokenExercise(f"{file} is missing", "Each wrong submission says what it is expected to fail.")
    text = text_of(file)
    try:
        return text, json.loads(text)
    except json.JSONDecodeError as error:
        raise BrokenExercise(f"{file}:{error.lineno}: {error.msg}", "Mend the JSON at that line.") from error


def _line(text: str, *words: str) -> int:
    """The line (from 1) where the last of the JSON strings `words` stands, each looked for behind the one before it."""
    position = 0
    for word in words:
        position = max(position, text.find(json.dumps(word), position))
    return text.count("\n", 0, position) + 1


def _one_of(folders: Sequence[Path]) -> str:
    return f"There are {', '.join(folder.name for folder in folders)}." if folders else "There is none yet; write one."


def _folders(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def expected_full_score(exercise: Exercise) -> int:
    """What a right submission gets: required points and every bonus."""
    return sum(r.points for r in exercise.requirements if r.severity is not Severity.ADVICE)
