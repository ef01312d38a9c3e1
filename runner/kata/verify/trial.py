"""Runs proofs in containers, several side by side, and keeps what each got."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from kata.check import grade
from kata.drafts import blank, ungraded
from kata.engine.labels import PID
from kata.engine.sweep import sweep
from kata.errors import NotGraded, SubmissionError
from kata.results import Report, Status
from kata.task import Task
from kata.verify.proofs import Proof

OnDone = Callable[["Outcome"], None]


@dataclass(frozen=True)
class Outcome:
    """What one proof got in one run. `seconds` is the whole run."""

    proof: Proof
    report: Report
    seconds: float

    def with_status(self, status: Status) -> frozenset[str]:
        return frozenset(check.id for check in self.report.checks if check.status is status)

    @property
    def failed(self) -> frozenset[str]:
        return self.with_status(Status.FAILED)

    @property
    def skipped(self) -> frozenset[str]:
        return self.with_status(Status.SKIPPED)


def run_proofs(task: Task, proofs: Sequence[Proof], jobs: int, on_done: OnDone) -> list[Outcome]:
    """Grade every proof, `jobs` at a time; outcomes in the order of `proofs`. `on_done` is told as each one ends, one
    at a time.

    An interrupt, or an exercise that turns out to be broken, ends what runs and leaves nothing.
    """

    interrupted, telling = threading.Event(), threading.Lock()

    def run(proof: Proof) -> Outcome:
        outcome = run_proof(task, proof)
        with telling:
            if not interrupted.is_set():
                on_done(outcome)
        return outcome

    pool = ThreadPoolExecutor(jobs, "kata-verify")
    try:
        return list(pool.map(run, proofs))
    except BaseException:
        interrupted.set()
        pool.shutdown(wait=False, cancel_futures=True)
        sweep(task.engine, f"{PID}={os.getpid()}")  # what runs loses its containers, and so ends at once
        raise
    finally:
        pool.shutdown()


def run_proof(task: Task, proof: Proof) -> Outcome:
    """Grade one proof. Raises BrokenExercise when it, or the grader, cannot be loaded."""
    started = time.perf_counter()
    report = blank(task.exercise, Path(proof.name), task.options)
    with proof.snapshot() as snapshot:
        try:
            report = grade(task, report, snapshot)
        except SubmissionError as error:
            report = replace(report, verdict=error.verdict, message=error.message, hint=error.hint)
        except NotGraded as error:
            report = ungraded(report, error.message, error.hint)
    return Outcome(proof, report, time.perf_counter() - started)
