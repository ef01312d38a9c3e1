"""The submissions that prove a grader, and what each is expected to get."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kata.errors import BrokenExercise
from kata.exercise import Exercise
from kata.results import Severity, Verdict
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
            try:
                files = changed_files(self.patch.read_text("utf-8"), _reader(base))
            except PatchError as error:
                raise BrokenExercise(
                    f"{self.patch}:{error.line}: {error}", f"Make the patch again on {self.base}."
                ) from error
            with base.overlay(files) as changed:
                yield changed


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


def _right(folder: Path, exercise: Exercise) -> Proof:
    file = folder / "expected.json"
    expected = _expected(file, exercise) if file.is_file() else Expected(Verdict.PASSED)
    return Proof(folder.name, Kind.RIGHT, folder, folder, expected)


def _wrong(folder: Path, right: Path, exercise: Exercise) -> Proof:
    file = folder / "expected.json"
    data = _data(file)
    base = right / str(data["base"]) if "base" in data else folder
    if not base.is_dir():
        raise BrokenExercise(f"{file}: base {data['base']!r} is no folder in {right}", "Name one of the right ones.")
    return Proof(folder.name, Kind.WRONG, folder, base, _expected(file, exercise), str(data.get("why", "")))


def _expected(file: Path, exercise: Exercise) -> Expected:
    data = _data(file)
    ids = {requirement.id for requirement in exercise.requirements}
    for key in ("failed", "skipped"):
        unknown = sorted(set(data.get(key, [])) - ids)
        if unknown:
            raise BrokenExercise(
                f"{file}: {key} names {unknown[0]!r}, which is no check of {exercise.id}", "Correct it."
            )
    try:
        verdict = Verdict(data["verdict"])
    except (KeyError, ValueError) as error:
        raise BrokenExercise(f"{file}: verdict must be one of {', '.join(Verdict)}", "Correct it.") from error
    return Expected(verdict, frozenset(data.get("failed", [])), frozenset(data.get("skipped", [])))


def _data(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BrokenExercise(f"{file} is missing", "Each wrong submission says what it is expected to fail.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenExercise(f"{file}: {error}", "Mend that file.") from error
    except json.JSONDecodeError as error:
        raise BrokenExercise(f"{file}:{error.lineno}: {error.msg}", "Mend the JSON at that line.") from error
    if not isinstance(data, dict):
        raise BrokenExercise(f"{file}:1: expected a JSON object", "See CONTRIBUTING.md for an example.")
    return data


def _folders(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def _reader(snapshot: Snapshot) -> Any:
    return lambda path: snapshot.content(path) if snapshot.has(path) else None


def expected_full_score(exercise: Exercise) -> int:
    """What a right submission gets: required points and every bonus."""
    return sum(r.points for r in exercise.requirements if r.severity is not Severity.ADVICE)
