"""What has been passed, kept in one small local file; the roadmap and the next exercise. Pure but for that file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kata.errors import UsageError
from kata.exercise import Exercise
from kata.results import Family, Report, Verdict
from kata.whole import write_whole

_SCHEMA = "kata/progress/v1"


@dataclass(frozen=True)
class Attempt:
    """One finished run. `score` has the `bonus` in it; `failed` are the checks with which the next run can begin."""

    verdict: str
    score: int
    max_score: int
    at: str
    digest: str = ""
    failed: tuple[str, ...] = ()
    bonus: int = 0

    @property
    def points(self) -> str:
        """ "98 of 100 points + 4 bonus", as a report tells it."""
        bonus = f" + {self.bonus} bonus" if self.bonus else ""
        return f"{self.score - self.bonus} of {self.max_score} points{bonus}"

    @property
    def passed(self) -> bool:
        return self.verdict == Verdict.PASSED.value


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in one exercise: the best run and the last one."""

    best: Attempt
    last: Attempt
    runs: int = 1


def progress_file() -> Path:
    """Where progress is kept; KATA_DATA_DIR names another folder."""
    named = os.environ.get("KATA_DATA_DIR")
    if named:
        return Path(named) / "progress.json"
    import platformdirs

    return Path(platformdirs.user_data_dir("kata", appauthor=False)) / "progress.json"


def read(file: Path) -> dict[str, Standing]:
    """Every exercise's standing. Raises UsageError when the file is broken; it is never replaced then."""
    try:
        data = json.loads(file.read_text("utf-8"))
        if data["schema"] != _SCHEMA:
            raise ValueError(f"its schema is {data['schema']!r}")
        return {id: _standing(item) for id, item in data["exercises"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file} cannot be read: {error}", "Mend it, or move it away: the next check begins a new one."
        ) from error


def record(file: Path, report: Report) -> None:
    """Add a finished, whole run. What says nothing about the submission is not kept."""
    if report.partial or report.verdict.family is Family.NOT_GRADED:
        return
    from filelock import FileLock

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock")):
            standings = read(file)
            standings[report.exercise] = added(standings.get(report.exercise), attempt_of(report))
            _write(file, standings)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}", "Progress was not kept; KATA_DATA_DIR names another folder."
        ) from error


def attempt_of(report: Report) -> Attempt:
    """What is kept of a report."""
    failed = tuple(check.id for check in report.checks if check.status.value in ("failed", "error"))
    return Attempt(
        verdict=report.verdict.value,
        score=report.score,
        max_score=report.max_score,
        at=report.started,
        digest=report.digest,
        failed=failed,
        bonus=report.bonus,
    )


def added(before: Standing | None, attempt: Attempt) -> Standing:
    """The standing after one more attempt; the best one passed, or has more points."""
    if before is None:
        return Standing(attempt, attempt)
    better = (attempt.passed, attempt.score) > (before.best.passed, before.best.score)
    return Standing(attempt if better else before.best, attempt, before.runs + 1)


def upcoming(exercises: Sequence[Exercise], standings: Mapping[str, Standing]) -> Exercise | None:
    """The first exercise that has not been passed; None when all of them have."""
    return next((each for each in exercises if each.id not in standings or not standings[each.id].best.passed), None)


def roadmap(exercises: Sequence[Exercise], standings: Mapping[str, Standing]) -> Iterator[str]:
    """One line an exercise, with its standing in words, and a last line that counts."""
    following = upcoming(exercises, standings)
    for exercise in exercises:
        mark = "next" if exercise is following else ""
        yield f"{mark:<4} {exercise.id:<12} {_words(standings.get(exercise.id)):<35} {exercise.title}".rstrip()
    passed = sum(1 for each in exercises if each.id in standings and standings[each.id].best.passed)
    yield ""
    yield f"{passed} of {len(exercises)} passed"


def _words(standing: Standing | None) -> str:
    if standing is None:
        return "not begun"
    best = standing.best
    return f"{'passed' if best.passed else 'begun'}, {best.points}"


def _standing(item: Mapping[str, Any]) -> Standing:
    return Standing(_attempt(item["best"]), _attempt(item["last"]), int(item["runs"]))


def _attempt(item: Mapping[str, Any]) -> Attempt:
    above = max(0, item["score"] - item["max_score"])  # all that is known of a bonus where none was kept
    return Attempt(**{"bonus": above, **item, "failed": tuple(item.get("failed", ()))})


def _write(file: Path, standings: Mapping[str, Standing]) -> None:
    text = json.dumps({"schema": _SCHEMA, "exercises": {id: asdict(each) for id, each in standings.items()}}, indent=1)
    write_whole(file, text + "\n")
