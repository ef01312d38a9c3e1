"""Results that need not be found again: kept by everything that decides them, used only when asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from kata import __version__
from kata.exercise import Exercise
from kata.results import Family, Report
from kata.whole import write_whole

#: A build that took longer than this, in seconds, is worth a word on why the next run is quicker.
_NOTICEABLE = 2.0


def key(exercise: Exercise, digest: str, images: Mapping[str, str], seed: int | None) -> str:
    """What decides a result: exercise, grader, kata, the images' names, the submission's digest and a given seed."""
    found = hashlib.sha256()
    for folder in (exercise.folder, exercise.grader):
        for file in _files(folder):
            content = file.read_bytes()
            found.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            found.update(content)
    found.update(repr((__version__, sorted(images.items()), digest, seed)).encode())
    return found.hexdigest()[:32]


def kept(folder: Path, key: str) -> Report | None:
    """The report kept under that key; None when there is none that can be read."""
    from kata.reports.json import parse

    with suppress(OSError, ValueError):
        return parse((folder / f"{key}.json").read_text("utf-8"))
    return None


def keep(folder: Path, key: str, report: Report) -> None:
    """Keep a whole, graded report. A disk that refuses costs nothing but the next run's time."""
    if report.partial or report.verdict.family is not Family.GRADED:
        return
    from kata.reports.json import render

    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{key}.json", render(report))


def told_apart(report: Report, last_digest: str, last_at: str) -> str:
    """What kind of run this was: one that built what later runs keep, or one of unchanged code; else nothing."""
    built = [phase for phase in report.phases if phase.name == "build" and phase.note == "built"]
    if built and built[0].seconds >= _NOTICEABLE:
        return (
            f"This run built the dependencies ({built[0].seconds:.0f} s). They are kept: the next run starts from them."
        )
    if report.digest and report.digest == last_digest and report.verdict.family is not Family.NOT_GRADED:
        return f"Nothing has changed since the run of {last_at}. `--reuse` shows a result again without running."
    return ""


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and "starter" not in path.relative_to(folder).parts:
            yield path
