"""The dependencies of the starters, installed ahead: a project begun from one of them then needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kata import settings
from kata.engine.docker import DockerEngine
from kata.engine.labels import CACHE, new_run
from kata.exercise import Exercise
from kata.launching import build
from kata.stacks import detect
from kata.submission import take
from kata.task import Task


def starters(exercise: Exercise) -> Iterator[Path]:
    """The folders that `kata start` copies."""
    yield from sorted(entry for entry in exercise.starters.glob("*") if entry.is_dir())


def prepare_starter(task: Task, folder: Path) -> str:
    """Build what a check of the starter would build; "built" or "cached". Raises SubmissionError when that fails."""
    with take(folder) as snapshot:
        built = build(task, snapshot, detect(snapshot, settings.load(snapshot)), new_run())
    return "cached" if built.cached else "built"


def present(engine: DockerEngine, named: Iterable[str]) -> Iterator[str]:
    """Those of the named images that are here, and what kata itself has made of them; nobody else's images."""
    yield from (name for name in named if engine.image(name) is not None)
    yield from (tag for tag, _, _ in engine.cached_images(CACHE) if not tag.startswith("<none>"))
