"""What a result depends on, as digests: when none of them changed, nothing is graded again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kata import __version__
from kata.exercise import Exercise

_LENGTH = 16


@dataclass(frozen=True)
class Graded:
    """The exercise and the grader as they are now."""

    exercise: str
    grader: str

    def key(self, snapshot: str) -> str:
        """The name of the result for a submission with that digest."""
        return f"{self.exercise}-{self.grader}-{snapshot}"


def digests_of(exercise: Exercise) -> Graded:
    """Digests over what is asked (exercise.toml, contract) and over how it is checked (grader and kata itself)."""
    asked = [exercise.folder / "exercise.toml", exercise.contract]
    checked = [file for file in sorted(exercise.grader.rglob("*")) if "__pycache__" not in file.parts]
    return Graded(_over(asked, exercise.folder), _over(checked, exercise.grader, __version__))


def _over(files: Iterable[Path], root: Path, also: str = "") -> str:
    digest = hashlib.sha256(also.encode())
    for file in files:
        if file.is_file():
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(root).as_posix()}:{content}\n".encode())
    return digest.hexdigest()[:_LENGTH]
