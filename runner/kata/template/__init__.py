"""A small exercise that already verifies: `kata exercise new` copies it, and an instructor changes a working thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from kata.errors import UsageError

_ID = re.compile(r"[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*")
_PLACES = {
    "exercise": "exercises/{id}",
    "grader": "graders/{id}",
    "right": "tests/submissions/{id}/right",
    "wrong": "tests/submissions/{id}/wrong",
}


def write_exercise(id: str, library: Path) -> list[Path]:
    """Write exercise `id` into the library folder; the files written. Nothing is ever overwritten.

    Raises UsageError for an id of another form, and when the exercise is there already.
    """
    if not _ID.fullmatch(id):
        raise UsageError(
            f"{id!r} is no id for an exercise", "Two digits, a dash, small letters and digits: 21-my-topic."
        )
    files = {library / path: text.replace("@ID@", id) for path, text in _files(id)}
    for file in files:
        if file.exists():
            raise UsageError(f"{file} is there already; nothing was written", "Choose another id or another folder.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return list(files)


def _files(id: str) -> Iterator[tuple[str, str]]:
    root = resources.files(__package__)
    for part, place in _PLACES.items():
        for path, text in _below(root.joinpath(part), ""):
            yield f"{place.format(id=id)}/{path}".replace("test_checks", f"test_{id[3:].replace('-', '_')}"), text


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _below(entry, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield (
                f"{prefix}{entry.name}".removesuffix(".txt")
                if entry.name.endswith(".py.txt")
                else f"{prefix}{entry.name}",
                entry.read_text("utf-8"),
            )
