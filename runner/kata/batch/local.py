"""Grades on this machine, in threads.

Threads and not processes: what a submission costs here is waiting (for containers and for its grader, which is a
process of its own anyway), a thread shares the snapshot and the engine's connection, and a kill -9 takes all of the
runner at once, so that the reapers see it. The runner knows nothing but `concurrent.futures.Executor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from kata.batch.grading import graded
from kata.engine.docker import DockerEngine
from kata.exercise import Exercise
from kata.profile import Profile
from kata.results import Report
from kata.submission import Snapshot
from kata.task import Options, Task


@dataclass(frozen=True)
class LocalGrader:
    """One engine, one executor of threads."""

    exercise: Exercise
    engine: DockerEngine
    images: Mapping[str, str]
    profile: Profile
    executor: Executor

    def submit(self, snapshot: Snapshot, seed: int) -> Future[Report]:
        """Grade `snapshot`, which is closed afterwards."""
        options = Options(seed=seed, profile=self.profile)
        return self.executor.submit(_grade, Task(self.exercise, self.engine, self.images, options), snapshot)


def _grade(task: Task, snapshot: Snapshot) -> Report:
    with snapshot:
        return graded(task, snapshot)
