"""The story of a batch: units -> snapshots -> an executor -> the store. Nothing is graded twice, nothing is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kata.batch import durable
from kata.batch.digests import Graded
from kata.batch.grading import seed_of
from kata.batch.intake import Unit
from kata.batch.journal import History
from kata.batch.opening import Unreadable, snapshot_of
from kata.batch.pace import Pace
from kata.batch.queue import MOST_CRASHES, Decision, Step, decide
from kata.batch.store import Store
from kata.drafts import blank, refused, ungraded
from kata.errors import EngineUnavailable, NotGraded, SubmissionError, UsageError
from kata.exercise import Exercise
from kata.profile import Profile
from kata.results import Family, Report, Verdict
from kata.submission import Snapshot
from kata.task import Options

MOST_TRIES = 3
OnEvent = Callable[[Mapping[str, Any]], None]


class Grader(Protocol):
    """Grades snapshots elsewhere: in a thread, in a process, on another machine. The snapshot is closed by it."""

    def submit(self, snapshot: Snapshot, seed: int) -> Future[Report]: ...


@dataclass(frozen=True)
class Batch:
    """What is the same for every submission of a batch. `changed` are the students graded anew when they changed."""

    exercise: Exercise
    graded: Graded
    profile: Profile
    seed: int
    changed: frozenset[str] = frozenset()


@dataclass
class _Flight:
    unit: Unit
    decision: Decision
    digest: str
    tries: int = 1


@dataclass
class Runner:
    """Works through the units of one batch; the only writer of its store."""

    batch: Batch
    store: Store
    grader: Grader
    pace: Pace
    on_event: OnEvent
    history: History = field(init=False)
    _flying: dict[Future[Report], _Flight] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)
    _stored: set[str] = field(default_factory=set)

    def run(self, units: Iterable[Unit]) -> None:
        """Grade what has no result yet.

        Raises UsageError when the exercise is broken, NotGraded when we cannot write, EngineUnavailable when no engine
        comes back.

        Whatever is raised, what is in the store stays and the same call goes on from there.
        """
        journal = self.store.journal
        self.history = journal.read()
        journal.began()
        try:
            suspects = self._pass([unit for unit in units if not unit.missing], alone=False)
            for unit in suspects:
                self.pace.most = self.pace.limit = 1
                self._pass([unit], alone=True)
        except BaseException:
            self._give_back()
            raise
        journal.complete()

    def _pass(self, units: Iterable[Unit], alone: bool) -> list[Unit]:
        """One way through `units`; what has to run alone is handed back."""
        suspects = []
        for unit in units:
            if self._begin(unit, alone) is Step.SUSPECT:
                suspects.append(unit)
            while len(self._flying) >= self.pace.limit:
                self._land()
        while self._flying:
            self._land()
        return suspects

    def _begin(self, unit: Unit, alone: bool) -> Step:
        try:
            snapshot = snapshot_of(unit, self.batch.profile.snapshot)
        except (SubmissionError, Unreadable) as error:
            return self._unopened(unit, error)
        decision = self._decide(unit, self.batch.graded.key(snapshot.digest), alone)
        flying = {flight.decision.key for flight in self._flying.values()}
        if decision.step is not Step.GRADE or decision.key in flying:
            snapshot.close()
            self._settle(unit, decision)
            return decision.step
        self._fly(_Flight(unit, decision, snapshot.digest), snapshot)
        return decision.step

    def _decide(self, unit: Unit, key: str, alone: bool) -> Decision:
        changed = unit.key in self.batch.changed
        decision = decide(unit.key, key, self.history, self.store.latest, changed, alone)
        if self.history.assigned.get(unit.key) != decision.key:
            self.store.journal.assigned(unit.key, decision.key)
            self.history.assigned[unit.key] = decision.key
        return decision

    def _settle(self, unit: Unit, decision: Decision) -> None:
        """Say what became of a unit that is not graded now."""
        shared = decision.shared or decision.key in self._stored
        if decision.step is Step.DONE and not shared:
            self.on_event({"event": "kept", "unit": unit, "changed": decision.kept_old})
        elif decision.step is Step.SET_ASIDE:
            report = ungraded(
                self._blank(),
                f"set aside: the runner died {MOST_CRASHES} times while this was graded",
                f"Look at it, then `--regrade {unit.key}` tries again.",
            )
            self.store.keep_try(decision.key, report)
            self.on_event({"event": "landed", "unit": unit, "report": report})
        elif decision.step is not Step.SUSPECT:
            self.on_event({"event": "same", "unit": unit, "as": self._other_with(decision.key, unit)})

    def _fly(self, flight: _Flight, snapshot: Snapshot) -> None:
        self._begun.add(flight.decision.key)
        self.store.journal.started(flight.decision.key)
        self.on_event({"event": "started", "unit": flight.unit})
        self._flying[self.grader.submit(snapshot, seed_of(self.batch.seed, flight.digest))] = flight

    def _other_with(self, key: str, unit: Unit) -> str:
        """The first student but this one whose result it is, too."""
        others = (who for who, assigned in self.history.assigned.items() if assigned == key and who != unit.key)
        return next(others, "another submission")

    def _land(self) -> None:
        """Wait for the next result, and store it."""
        finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        for future in finished:
            flight = self._flying[future]
            report = self._report_of(future)
            self.pace.saw(report)
            if report.verdict.family is Family.NOT_GRADED:
                self.store.keep_try(flight.decision.key, report)
            else:
                self.store.keep(flight.decision.key, flight.decision.generation, report)
                self._stored.add(flight.decision.key)
            self.store.journal.ended(flight.decision.key, report.verdict.value, report.message)
            self._begun.discard(flight.decision.key)
            del self._flying[future]
            self._after(flight, report)

    def _after(self, flight: _Flight, report: Report) -> None:
        if report.verdict.family is Family.NOT_GRADED and flight.tries < MOST_TRIES:
            self.on_event({"event": "again", "unit": flight.unit, "report": report})
            try:
                snapshot = snapshot_of(flight.unit, self.batch.profile.snapshot)
            except (SubmissionError, Unreadable) as error:
                self._unopened(flight.unit, error)
                return
            if snapshot.digest == flight.digest:
                self._fly(_Flight(flight.unit, flight.decision, flight.digest, flight.tries + 1), snapshot)
                return
            snapshot.close()
        self.on_event({"event": "landed", "unit": flight.unit, "report": report})

    def _report_of(self, future: Future[Report]) -> Report:
        """The result, or an honest account of why there is none.

        Raises what nobody else could be graded with either: UsageError, the exercise itself is broken,
        EngineUnavailable, and the OSError of a full disk.
        """
        error = future.exception()
        if error is None:
            return future.result()
        if (
            isinstance(error, (UsageError, EngineUnavailable))
            or not isinstance(error, Exception)
            or durable.is_full(error)
        ):
            raise error
        if isinstance(error, NotGraded):
            return ungraded(self._blank(), error.message, error.hint)
        return ungraded(
            self._blank(),
            f"kata itself failed: {type(error).__name__}: {str(error)[:300]}",
            "This is a fault of kata. Please report it.",
        )

    def _unopened(self, unit: Unit, error: SubmissionError | Unreadable) -> Step:
        """A submission that cannot even be opened has its message for a digest: the same one is refused once.

        What this machine could not read is not graded, and so tried again by the next run.
        """
        verdict = error.verdict if isinstance(error, SubmissionError) else Verdict.NOT_GRADED
        digest = hashlib.sha256(
            f"{verdict}\n{error.message}\n{error.hint}".encode("utf-8", "backslashreplace")
        ).hexdigest()
        decision = self._decide(unit, self.batch.graded.key(f"refused-{digest[:40]}"), alone=True)
        if decision.step is Step.DONE and not decision.shared:
            self._settle(unit, decision)
            return Step.DONE
        if isinstance(error, SubmissionError):
            report = refused(self._blank(), self.batch.exercise, error)
            self.store.keep(decision.key, decision.generation, report)
        else:
            report = ungraded(self._blank(), error.message, error.hint)
            self.store.keep_try(decision.key, report)
        self.on_event({"event": "landed", "unit": unit, "report": report})
        return Step.DONE

    def _give_back(self) -> None:
        """What was interrupted politely did not crash: it is not counted against the submission."""
        for future in self._flying:
            future.cancel()
        self.store.free_reserve()
        for key in sorted(self._begun):
            self.store.journal.ended(key, "interrupted", "")

    def _blank(self) -> Report:
        return blank(self.batch.exercise, Path("submission"), Options(seed=self.batch.seed, profile=self.batch.profile))
