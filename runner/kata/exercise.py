"""An exercise: its statement, its contract and the requirements that its grader proves. Pure after reading one file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kata.errors import BrokenExercise
from kata.results import Severity
from kata.toml_lines import line_of


@dataclass(frozen=True)
class Requirement:
    """One MUST of the statement. `test_wrong_password_is_refused` proves `wrong-password-is-refused`."""

    id: str
    title: str
    sentence: str
    points: int
    hint: str
    see: str
    severity: Severity = Severity.REQUIRED
    why: str = ""

    @property
    def test_name(self) -> str:
        return "test_" + self.id.replace("-", "_")


@dataclass(frozen=True)
class Need:
    """A service beside the server: one name, or alternatives of which the learner picks one (the first by default)."""

    choices: tuple[str, ...]

    @property
    def default(self) -> str:
        return self.choices[0]


@dataclass(frozen=True)
class Secret:
    """An environment value drawn from the run's seed, `length` characters long."""

    length: int


@dataclass(frozen=True)
class Exercise:
    """exercise.toml as data, with the folders that belong to it."""

    id: str
    version: str
    title: str
    summary: str
    kind: str
    requirements: tuple[Requirement, ...]
    folder: Path
    grader: Path
    milestone: str = ""
    health: str = "/"
    replicas: int = 1
    environment: tuple[tuple[str, str | Secret], ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def statement(self) -> Path:
        return self.folder / "README.md"

    @property
    def contract(self) -> Path:
        return self.folder / "openapi.yaml"

    @property
    def starters(self) -> Path:
        return self.folder / "starter"

    @property
    def points(self) -> int:
        """The full score: the points of all required checks."""
        return sum(r.points for r in self.requirements if r.severity is Severity.REQUIRED)

    def requirement(self, id: str) -> Requirement | None:
        return next((r for r in self.requirements if r.id == id), None)


@dataclass(frozen=True)
class Outline:
    """What a list of exercises shows; read without the requirements, so that a list is instant."""

    id: str
    title: str
    summary: str
    milestone: str
    checks: int
    needs: tuple[Need, ...]


def outline(folder: Path) -> Outline:
    """The head of `folder`/exercise.toml. A file that is not as it should be raises what `load` raises."""
    head, *requirements = (folder / "exercise.toml").read_text("utf-8", "replace").split("\n[[requirements]]")
    try:
        data = tomllib.loads(head)
        needs = tuple(_need(item) for item in data.get("services", []))
        return Outline(data["id"], data["title"], data["summary"], data.get("milestone", ""), len(requirements), needs)
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        whole = load(folder, folder)
        return Outline(whole.id, whole.title, whole.summary, whole.milestone, len(whole.requirements), whole.needs)


def load(folder: Path, grader: Path) -> Exercise:
    """Read and validate `folder`/exercise.toml. Raises BrokenExercise with file and line."""
    file = folder / "exercise.toml"
    data, text = _read(file)
    _validate(file, text, data)
    exercise = Exercise(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        summary=data["summary"],
        kind=data["kind"],
        requirements=tuple(_requirement(item) for item in data["requirements"]),
        folder=folder,
        grader=grader,
        milestone=data.get("milestone", ""),
        health=data.get("health", "/"),
        replicas=data.get("replicas", 1),
        environment=tuple((name, _value(value)) for name, value in data.get("environment", {}).items()),
        needs=tuple(_need(item) for item in data.get("services", [])),
    )
    _check_ids(exercise, file, text)
    return exercise


def text_of(file: Path) -> str:
    """The text of one of an exercise's files. Raises BrokenExercise, with the line when it is no UTF-8."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BrokenExercise(f"{file}: cannot be read: {error.strerror}", "Put it there, as a text file.") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenExercise(
            f"{file}:{line}: no UTF-8: byte 0x{data[error.start]:02x}", "Save the file as UTF-8."
        ) from error


def _read(file: Path) -> tuple[dict[str, Any], str]:
    text = text_of(file)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column \d+", str(error))
        line = place[1] if place else len(text.splitlines())
        raise BrokenExercise(f"{file}:{line}: {error}", "Mend the TOML syntax at that line.") from error


def _validate(file: Path, text: str, data: Mapping[str, Any]) -> None:
    from kata.schemas import first_error

    error = first_error("exercise", data)
    if error is not None:
        where = line_of(text, error.path)
        raise BrokenExercise(
            f"{file}:{where}: {error.where}: {error.message}", "See schemas/exercise.schema.json for every field."
        )


def _check_ids(exercise: Exercise, file: Path, text: str) -> None:
    if exercise.folder.name != exercise.id:
        raise BrokenExercise(
            f"{file}:{line_of(text, ('id',))}: id is {exercise.id!r} but the folder is {exercise.folder.name!r}",
            "Give both the same name.",
        )
    seen: set[str] = set()
    for index, requirement in enumerate(exercise.requirements):
        if requirement.id in seen:
            where = line_of(text, ("requirements", index, "id"))
            raise BrokenExercise(f"{file}:{where}: requirement {requirement.id!r} stands twice", "Rename one of them.")
        seen.add(requirement.id)


def _requirement(item: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=item["id"],
        title=item["title"],
        sentence=item["sentence"],
        points=item["points"],
        hint=item["hint"],
        see=item["see"],
        severity=Severity(item.get("severity", "required")),
        why=item.get("why", ""),
    )


def _need(item: str | Mapping[str, Any]) -> Need:
    return Need((item,)) if isinstance(item, str) else Need(tuple(item["any"]))


def _value(value: str | Mapping[str, Any]) -> str | Secret:
    return value if isinstance(value, str) else Secret(value["secret"])
