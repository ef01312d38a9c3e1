"""A results folder: its header, who was handed in, and one file for every result, written once and never changed.

results/
  store/batch.json              exercise, digests, profile and seed; no other exercise may use the folder
  store/intake.json             every student and where the submission was
  store/journal.jsonl           what happened (journal.py)
  store/results/KEY.json        one result; KEY.2.json is the second, asked for with --regrade
  store/tries/KEY.json          the last try that was not graded; not a result
  store/reserve                 while a runner works: room for its last lines when the disk is full
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kata.batch import durable
from kata.batch.intake import Intake, Part, Unit
from kata.batch.journal import Journal
from kata.batch.roster import Student
from kata.errors import NotGraded, UsageError
from kata.results import Report

if TYPE_CHECKING:
    from filelock import AcquireReturnProxy

_FORMAT = 1
Read = TypeVar("Read")


@dataclass(frozen=True)
class Header:
    """What all results of a folder have in common. `seed` is the batch's; `source` the folder that was graded."""

    exercise: str
    exercise_digest: str
    grader_digest: str
    profile: str
    seed: int
    source: str = ""
    format: int = _FORMAT


class Store:
    """The results folder on disk. `taken` makes it this process's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._inside = folder / "store"
        self._results = self._inside / "results"
        self._tries = self._inside / "tries"
        self._reserve = self._inside / "reserve"
        self.journal = Journal(self._inside / "journal.jsonl")

    def exists(self) -> bool:
        return (self._inside / "batch.json").exists()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Make the folder and keep other runners out. Raises UsageError when one is in, or it is not ours."""
        self._make()
        with self._locked():
            for left in (*self._results.glob(".new-*"), *self._inside.glob(".new-*"), *self._tries.glob(".new-*")):
                left.unlink(missing_ok=True)
            durable.reserve(self._reserve)
            try:
                yield
            finally:
                self.free_reserve()

    def _locked(self) -> AcquireReturnProxy:
        from filelock import FileLock, Timeout

        try:
            return FileLock(self._inside / "lock").acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"another kata is working on {self.folder}", "Wait for it, or give another folder with --out."
            ) from error
        except OSError as error:
            raise _not_ours(
                f"{self.folder} cannot be written", error, "Make it writable, or work on a copy."
            ) from error

    def free_reserve(self) -> None:
        """Give back the room that was kept for the last lines."""
        self._reserve.unlink(missing_ok=True)

    def header(self) -> Header:
        """What the folder holds. Raises UsageError when it is no results folder of this version."""

        def read(data: dict[str, Any]) -> Header:
            if data["format"] != _FORMAT:
                raise UsageError(
                    f"{self.folder} was written by another version of kata", "Use that version, or a new folder."
                )
            return Header(**data)

        return self._read("batch.json", read)

    def save_header(self, header: Header) -> None:
        durable.write_again(self._inside / "batch.json", json.dumps(asdict(header), indent=2) + "\n")

    def save_intake(self, intake: Intake) -> None:
        data = {"notes": list(intake.notes), "units": [_unit_data(unit) for unit in intake.units]}
        durable.write_again(self._inside / "intake.json", json.dumps(data, indent=1) + "\n")

    def intake(self) -> Intake:
        def read(data: dict[str, Any]) -> Intake:
            return Intake(tuple(_unit_from(unit) for unit in data["units"]), tuple(data["notes"]))

        return self._read("intake.json", read)

    def has(self, key: str, generation: int = 1) -> bool:
        return self._file(key, generation).exists()

    def latest(self, key: str) -> int:
        """The newest generation that is there, 0 for none."""
        generation = 0
        while self.has(key, generation + 1):
            generation += 1
        return generation

    def keep(self, key: str, generation: int, report: Report) -> bool:
        """Store a result; False when there is one already, which then stands."""
        from kata.reports.json import render

        kept = durable.write_once(self._file(key, generation), render(report))
        self._try(key).unlink(missing_ok=True)
        return kept

    def keep_try(self, key: str, report: Report) -> None:
        """Remember a try that was not graded; the next one takes its place."""
        from kata.reports.json import render

        durable.write_again(self._try(key), render(report))

    def report(self, key: str, name: str) -> Report | None:
        """The newest result, else the last try, under the student's `name`; None when there is neither."""
        from kata.reports.json import parse

        latest = self.latest(key)
        file = self._file(key, latest) if latest else self._try(key)
        if not file.exists():
            return None
        try:
            return replace(parse(file.read_text("utf-8")), submission=name)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}", "Mend its permissions or the disk.") from error
        except ValueError as error:
            raise UsageError(
                f"{file}: {error}", "The file was changed. Remove it and run `kata batch` again to grade it anew."
            ) from error

    def _file(self, key: str, generation: int) -> Path:
        return self._results / (f"{key}.json" if generation == 1 else f"{key}.{generation}.json")

    def _try(self, key: str) -> Path:
        return self._tries / f"{key}.json"

    def _make(self) -> None:
        if not self.exists() and self.folder.is_dir():
            strangers = [entry.name for entry in self.folder.iterdir() if entry.name != "store"]
            if strangers:
                raise UsageError(
                    f"{self.folder} is not empty and holds no results of kata ({sorted(strangers)[0]} is there)",
                    "Give a new folder with --out.",
                )
        try:
            durable.make_folder(self._results)
            durable.make_folder(self._tries)
        except OSError as error:
            raise _not_ours(f"{self.folder} cannot be made", error, "Give another --out.") from error

    def _read(self, name: str, meaning: Callable[[dict[str, Any]], Read]) -> Read:
        file = self._inside / name
        try:
            return meaning(json.loads(file.read_text("utf-8")))
        except FileNotFoundError as error:
            raise UsageError(
                f"{self.folder} holds no results of `kata batch`", "Give the folder that --out named."
            ) from error
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}", "Take it back from a copy.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{file} was changed and cannot be understood: {error}", "Take it back from a copy."
            ) from error


def _not_ours(said: str, error: OSError, hint: str) -> NotGraded | UsageError:
    """What to raise for a folder that cannot be used: a full disk is the machine's fault, the rest a wrong call."""
    if durable.is_full(error):
        return NotGraded(f"{said}: {error.strerror}", "Make room and run the same command again.")
    return UsageError(f"{said}: {error.strerror}", hint)


def same_batch(known: Header, now: Header, changed: bool) -> None:
    """Raise UsageError when `now` may not write into a folder of `known`; `changed` allows another grader."""
    for what, old, new in (("exercise", known.exercise, now.exercise), ("profile", known.profile, now.profile)):
        if old != new:
            raise UsageError(f"the results there are of {what} {old!r}, not {new!r}", "Give a new folder with --out.")
    if (known.exercise_digest, known.grader_digest) != (now.exercise_digest, now.grader_digest) and not changed:
        raise UsageError(
            f"{now.exercise} or its grader was changed since the results there were made",
            "Add --changed to grade everybody with the new one (the old results are kept), or use a new --out.",
        )


def _unit_data(unit: Unit) -> dict[str, Any]:
    parts = [{"name": part.name, "path": str(part.path)} for part in unit.parts]
    said = {"notes": list(unit.notes), "unfetched": unit.unfetched, "correct": unit.correct}
    return {"key": unit.key, "student": asdict(unit.student), "parts": parts, **said}


def _unit_from(data: dict[str, Any]) -> Unit:
    parts: Sequence[Part] = [Part(each["name"], Path(each["path"])) for each in data["parts"]]
    later = (data.get("unfetched", False), data.get("correct", ""))  # what an older kata did not write
    return Unit(data["key"], Student(**data["student"]), tuple(parts), tuple(data["notes"]), *later)
