"""The dependencies of the starters, installed ahead: a project begun from one of them then needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kata import settings
from kata.engine import Progress
from kata.engine.docker import DockerEngine
from kata.engine.labels import CACHE, new_run
from kata.exercise import Exercise
from kata.launching import prepare_launch
from kata.profile import LEARNER
from kata.stacks import detect
from kata.stopwatch import Stopwatch
from kata.submission import take


def starters(exercise: Exercise) -> Iterator[Path]:
    """The folders that `kata start` copies."""
    yield from sorted(entry for entry in exercise.starters.glob("*") if entry.is_dir())


def prepare_starter(
    exercise: Exercise, folder: Path, engine: DockerEngine, images: Mapping[str, str], progress: Progress
) -> str:
    """Build what a check of the starter would build; "built" or "cached". Raises SubmissionError when that fails."""
    stopwatch = Stopwatch()
    with take(folder) as snapshot:
        plan = detect(snapshot, settings.load(snapshot))
        prepare_launch(engine, exercise, snapshot, plan, images, LEARNER, 0, {}, stopwatch, progress, new_run())
    return stopwatch.phases[-1].note


def present(engine: DockerEngine, named: Iterable[str]) -> Iterator[str]:
    """Those of the named images that are here, and what kata itself has made of them; nobody else's images."""
    yield from (name for name in named if engine.image(name) is not None)
    yield from (tag for tag, _, _ in engine.cached_images(CACHE) if not tag.startswith("<none>"))
