"""A new project for an exercise: the starter of a stack, and what belongs around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path

from kata.ci import PLACES, pipeline
from kata.errors import UsageError
from kata.exercise import Exercise
from kata.services import service

#: Other words for a starter's folder; the frameworks are found in the starter's own dependency files.
_ALIASES = {"py": "python", "js": "node", "javascript": "node", "nodejs": "node", "typescript": "node"}
_DEPENDENCIES = ("requirements.txt", "pyproject.toml", "package.json")


def write_project(exercise: Exercise, folder: Path, stack: str = "") -> list[str]:
    """Write the project into `folder`; the files written, relative to it. Nothing is ever overwritten.

    Raises UsageError for a folder that is not empty, an unknown stack, and when the disk refuses: then nothing is left.
    """
    files = project(exercise, starter(exercise, stack))
    existed = folder.is_dir()
    try:
        _must_be_empty(folder)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    except OSError as error:
        _take_back(folder, files, existed)
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}; nothing was left in it",
            "Name a folder that you may write to, on a disk that has room.",
        ) from error
    return list(files)


def starter(exercise: Exercise, stack: str = "") -> Path:
    """The starter folder that `stack` means: its name, a language or a framework; the first one when it is empty."""
    found = sorted(entry for entry in exercise.starters.glob("*") if entry.is_dir())
    if not found:
        raise UsageError(f"{exercise.id} has no starter", f"`kata show {exercise.id}` says what to build.")
    names = [entry.name for entry in found]
    wanted = stack.strip().lower()
    if not wanted:
        return found[names.index("python") if "python" in names else 0]
    match = [each for each in found if each.name == _ALIASES.get(wanted, wanted) or wanted in _words(each)]
    if not match:
        raise UsageError(
            f"{exercise.id} has no starter for {stack!r}",
            f"There are {', '.join(names)}; any other stack works too: `kata show {exercise.id}` says what to build.",
        )
    return match[0]


def project(exercise: Exercise, starter: Path) -> Mapping[str, bytes]:
    """Every file of a new project by its path. What the starter brings itself is left as it is."""
    own = {
        path.relative_to(starter).as_posix(): path.read_bytes()
        for path in sorted(starter.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and "node_modules" not in path.parts
    }
    around = {
        "README.md": _readme(exercise, own.pop("README.md", b"").decode("utf-8")),
        "STATEMENT.md": exercise.statement.read_text("utf-8"),
        "kata.toml": _shipped("kata.toml") + _choices(exercise),
        ".gitignore": _shipped("gitignore"),
        PLACES["github"]: pipeline("github", exercise.id),
    }
    if exercise.contract.is_file():
        around["openapi.yaml"] = exercise.contract.read_text("utf-8")
    around |= _named_beside(exercise)
    return {**{path: text.encode() for path, text in around.items()}, **own}


def _named_beside(exercise: Exercise) -> dict[str, str]:
    """The files that lie beside the statement and are named in it, such as the contract."""
    text = exercise.statement.read_text("utf-8")
    beside = sorted(path for path in exercise.statement.parent.iterdir() if path.is_file())
    return {path.name: path.read_text("utf-8") for path in beside if f"`{path.name}`" in text}


def _choices(exercise: Exercise) -> str:
    """The lines of kata.toml that choose a service; nothing where the exercise leaves no choice."""
    lines = [
        f'# {service(need.default).kind} = "{other}"  # in place of {need.default}'
        for need in exercise.needs
        for other in need.choices[1:]
    ]
    return "\n".join(["", "# [services]", *lines, ""]) if lines else ""


def _readme(exercise: Exercise, of_starter: str) -> str:
    """The starter's own README without its title, below what every project says."""
    notes = re.sub(r"\A# [^\n]*\n+", "", of_starter).strip()
    text = _shipped("README.md").replace("@TITLE@", exercise.title).replace("@ID@", exercise.id)
    return text.replace("@SUMMARY@", exercise.summary).replace("@NOTES@", notes).rstrip() + "\n"


def _shipped(name: str) -> str:
    return resources.files("kata").joinpath("project", name).read_text("utf-8")


def _words(folder: Path) -> set[str]:
    """The words of a starter's dependency files, so that "fastapi" finds the starter that uses it."""
    texts = [(folder / name).read_text("utf-8") for name in _DEPENDENCIES if (folder / name).is_file()]
    return set(re.findall(r"[a-z0-9][a-z0-9-]+", " ".join(texts).lower()))


def _must_be_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        what = "is not empty" if folder.is_dir() else "is a file"
        raise UsageError(f"{folder} {what}; nothing was written", "Name a folder that is new or empty.")


def _take_back(folder: Path, files: Mapping[str, bytes], existed: bool) -> None:
    """Remove what was written of `files`, and the folders that were made for them."""
    for path in files:
        with suppress(OSError):
            (folder / path).unlink()
    below = sorted((each for each in folder.rglob("*") if each.is_dir()), reverse=True)
    for each in [*below, *([] if existed else [folder])]:
        with suppress(OSError):
            each.rmdir()
