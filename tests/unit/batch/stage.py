"""A batch without containers: a grader whose verdict stands in the submission, and a stage to run it on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.tiny import LIBRARY

from kata.batch.digests import Graded
from kata.batch.intake import take_in
from kata.batch.pace import Pace
from kata.batch.running import Batch, Runner
from kata.batch.store import Header, Store
from kata.exercise import Exercise
from kata.library import Library, Shelf
from kata.profile import STRICT
from kata.results import CheckResult, Phase, Report, Status, Verdict
from kata.submission import Snapshot


def tiny_exercise() -> Exercise:
    return Library((Shelf(LIBRARY),)).find("90-tiny")


@dataclass
class ScriptedGrader:
    """Says what main.py says: "passed", "failed", or "passed after 2" for two tries that are not graded before.

    `boots` tells how long the server of the nth submission took to start, in seconds.
    """

    executor: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))
    graded: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    before: Callable[[str], None] = lambda text: None
    boots: Callable[[int], float] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tries: dict[str, int] = field(default_factory=dict)

    def submit(self, snapshot: Snapshot, seed: int) -> Future[Report]:
        return self.executor.submit(self._grade, snapshot, seed)

    def _grade(self, snapshot: Snapshot, seed: int) -> Report:
        with snapshot, self._lock:
            text = snapshot.text("main.py").strip()
            self.graded.append(text)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.before(text)
            told = report(self._verdict(text, snapshot.digest), snapshot.digest, seed)
            boot = () if self.boots is None else (Phase("boot", self.boots(len(self.graded))),)
            return replace(told, phases=boot)
        finally:
            with self._lock:
                self.at_once -= 1

    def _verdict(self, text: str, digest: str) -> Verdict:
        word, _, after = text.split("#")[0].strip().partition(" after ")
        tries = self._tries.get(digest, 0)
        self._tries[digest] = tries + 1
        return Verdict.NOT_GRADED if tries < int(after or 0) else Verdict(word)


def report(verdict: Verdict, digest: str = "", seed: int = 0) -> Report:
    """A report on 90-tiny with that verdict; half of the points when it failed."""
    exercise = tiny_exercise()
    statuses = {Verdict.PASSED: [Status.PASSED] * 3, Verdict.FAILED: [Status.PASSED, Status.FAILED, Status.SKIPPED]}
    checks = tuple(
        CheckResult(
            id=each.id,
            title=each.title,
            status=status,
            severity=each.severity,
            points=each.points if status is Status.PASSED else 0,
            max_points=each.points,
            message="" if status is Status.PASSED else "it did not",
        )
        for each, status in zip(exercise.requirements, statuses.get(verdict, [Status.SKIPPED] * 3), strict=True)
    )
    return Report(
        exercise=exercise.id,
        exercise_version=exercise.version,
        title=exercise.title,
        verdict=verdict,
        digest=digest,
        seed=seed,
        checks=() if verdict is Verdict.NOT_GRADED else checks,
        message="as told",
    )


def submissions(folder: Path, said: Mapping[str, str]) -> Path:
    """One folder for each student, whose main.py holds that text (and the name, so that no two are the same)."""
    for name, text in said.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "main.py").write_text(f"{text} # {name}\n")
    return folder


@dataclass
class Stage:
    """Runs batches over `submissions` into `results`, and remembers the events."""

    submissions: Path
    results: Path
    grader: ScriptedGrader = field(default_factory=ScriptedGrader)
    jobs: int = 2
    events: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return Store(self.results)

    def run(
        self, grader_digest: str = "bb", changed: tuple[str, ...] = (), regrade: Mapping[str, int] | None = None
    ) -> None:
        store = self.store
        with store.taken():
            store.save_header(Header("90-tiny", "aa", grader_digest, "strict", 7, str(self.submissions)))
            intake = take_in(self.submissions)
            store.save_intake(intake)
            if regrade:
                store.journal.regrade(regrade)
            batch = Batch(tiny_exercise(), Graded("aa", grader_digest), STRICT, 7, frozenset(changed))
            Runner(batch, store, self.grader, Pace(self.jobs), self.events.append).run(intake.units)

    def verdicts(self) -> dict[str, str]:
        store = self.store
        assigned = store.journal.read().assigned
        found = {}
        for unit in store.intake().units:
            kept = store.report(assigned[unit.key], unit.key) if unit.key in assigned else None
            found[unit.key] = kept.verdict.value if kept else "none"
        return found
