"""Every submission is graded once, whatever happens; our own faults are tried again and never cost points."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest
from tests.unit.batch.stage import ScriptedGrader, Stage, report, submissions

from kata.batch import durable
from kata.batch.grading import await_engine, seed_of
from kata.batch.journal import History
from kata.batch.pace import MOST, Pace, default_jobs
from kata.batch.queue import Step, decide
from kata.errors import EngineUnavailable
from kata.results import Phase, Verdict

CLASS = {"ada": "passed", "bob": "failed", "cem": "not_ready", "dan": "passed", "eva": "failed"}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(submissions(tmp_path / "in", CLASS), tmp_path / "results")


def test_everybody_is_graded_and_a_second_call_does_nothing(stage: Stage) -> None:
    stage.run()
    assert stage.verdicts() == CLASS
    stage.run()
    assert len(stage.grader.graded) == 5


def test_what_the_machine_cannot_read_costs_no_points_and_is_graded_when_it_can(tmp_path: Path) -> None:
    """A share that goes away in the middle: the folder is gone when its turn comes, and back in the next run."""
    folder = submissions(tmp_path / "in", {"ada": "passed", "bob": "passed"})
    stage = Stage(folder, tmp_path / "results", jobs=1)
    stage.grader.before = lambda text: (folder / "bob").rename(tmp_path / "away") if (folder / "bob").exists() else None
    stage.run()
    assert stage.verdicts() == {"ada": "passed", "bob": "not_graded"}
    stage.grader.before = lambda text: None
    (tmp_path / "away").rename(folder / "bob")
    stage.run()
    assert stage.verdicts() == {"ada": "passed", "bob": "passed"}
    assert len(stage.grader.graded) == 2


def test_never_more_at_once_than_the_pace_allows(stage: Stage) -> None:
    stage.grader.before = lambda text: time.sleep(0.02)
    stage.run()
    assert stage.grader.most_at_once <= 2


def test_a_batch_runs_one_at_a_time_on_a_machine_that_has_become_slow(tmp_path: Path) -> None:
    """Boots of a second become boots of ten: place after place is closed, while the class goes on."""
    folder = submissions(tmp_path / "in", {f"s{number:02}": "passed" for number in range(60)})
    grader = ScriptedGrader(boots=lambda number: 1.0 if number <= 6 else 10.0)
    stage = Stage(folder, tmp_path / "results", grader, jobs=4)
    stage.run()
    flying = in_flight(stage)
    assert max(flying[:12]) == 4
    assert max(flying[-20:]) == 1
    assert set(stage.verdicts().values()) == {"passed"}


def test_a_batch_never_needs_more_than_thirty_networks(tmp_path: Path) -> None:
    """Each submission that runs has one network, and Docker's own pools hold about thirty; a retry needs no other."""
    folder = submissions(tmp_path / "in", {f"s{number:02}": "passed after 1" for number in range(60)})
    stage = Stage(folder, tmp_path / "results", jobs=default_jobs(128, 1 << 50))
    stage.run()
    assert max(in_flight(stage)) == 28
    assert set(stage.verdicts().values()) == {"passed"}


def in_flight(stage: Stage) -> list[int]:
    """How many submissions were being graded after each event."""
    steps = {"started": 1, "landed": -1, "again": -1}
    return list(accumulate(steps.get(event["event"], 0) for event in stage.events))


def test_our_faults_are_tried_three_times_and_never_scored(tmp_path: Path) -> None:
    stage = Stage(submissions(tmp_path / "in", {"a": "passed after 2", "b": "passed after 3"}), tmp_path / "results")
    stage.run()
    assert stage.verdicts() == {"a": "passed", "b": "not_graded"}
    assert len(stage.grader.graded) == 6
    stage.run()
    assert stage.verdicts()["b"] == "passed"


def test_a_bug_of_ours_costs_one_submission_no_grade_and_nobody_else(stage: Stage) -> None:
    def before(text: str) -> None:
        if "ada" in text:
            raise RuntimeError("boom")

    stage.grader.before = before
    stage.run()
    assert stage.verdicts() == {**CLASS, "ada": "not_graded"}


def test_an_engine_that_does_not_come_back_ends_the_batch_and_is_nobodys_crash(stage: Stage) -> None:
    def away(text: str) -> None:
        raise EngineUnavailable("the engine did not come back")

    stage.grader.before = away
    with pytest.raises(EngineUnavailable):
        stage.run()
    assert stage.store.journal.read().crashes == {}
    stage.grader = ScriptedGrader()
    stage.run()
    assert stage.verdicts() == CLASS


def test_two_students_with_one_text_are_graded_once(tmp_path: Path) -> None:
    stage = Stage(submissions(tmp_path / "in", {"a": "passed", "b": "passed"}), tmp_path / "results")
    for name in "ab":
        (tmp_path / "in" / name / "main.py").write_text("failed")
    stage.run()
    assert stage.verdicts() == {"a": "failed", "b": "failed"}
    assert len(stage.grader.graded) == 1


def test_one_text_is_told_with_whose_it_is_too_while_that_runs_and_when_it_is_done(tmp_path: Path) -> None:
    stage = Stage(submissions(tmp_path / "in", {"a": "passed", "b": "passed", "z": "passed"}), tmp_path / "results")
    for name in "abz":
        (tmp_path / "in" / name / "main.py").write_text("failed")
    stage.run()
    assert [(e["unit"].key, e["as"]) for e in stage.events if e["event"] == "same"] == [("b", "a"), ("z", "a")]
    submissions(tmp_path / "in", {"late": "x"})
    (tmp_path / "in/late/main.py").write_text("failed")
    stage.events.clear()
    stage.run()
    said = {each["unit"].key: each["event"] for each in stage.events}
    assert said == {"a": "kept", "b": "kept", "late": "same", "z": "kept"}


def test_who_has_a_result_through_another_only_now_is_not_told_to_be_as_before(tmp_path: Path) -> None:
    stage = Stage(submissions(tmp_path / "in", {"a": "passed", "b": "passed"}), tmp_path / "results", jobs=1)
    for name in "ab":
        (tmp_path / "in" / name / "main.py").write_text("passed after 6")
    stage.run()
    assert stage.verdicts() == {"a": "not_graded", "b": "not_graded"}
    stage.events.clear()
    stage.run()
    assert [each["event"] for each in stage.events] == ["started", "landed", "same"]


def test_who_is_refused_for_the_same_reason_as_another_is_no_copy(stage: Stage, tmp_path: Path) -> None:
    for name in ("yan", "zoe"):
        (tmp_path / "in" / name).mkdir()
        (tmp_path / "in" / name / "api.rar").write_bytes(b"nothing")
    stage.run()
    refused = [e["unit"].key for e in stage.events if e["event"] == "landed" and e["report"].verdict == "refused"]
    assert refused == ["yan", "zoe"]


def test_what_cannot_be_opened_is_refused_once(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "in" / "zoe.zip").write_bytes(b"nothing")
    stage.run()
    stage.run()
    assert stage.verdicts()["zoe"] == "refused"
    assert len(list((stage.results / "store/results").iterdir())) == 6


def test_a_changed_submission_is_said_and_graded_only_when_asked(stage: Stage, tmp_path: Path) -> None:
    stage.run()
    submissions(tmp_path / "in", {"ada": "failed"})
    stage.events.clear()
    stage.run()
    assert stage.verdicts()["ada"] == "passed"
    assert [each["unit"].key for each in stage.events if each.get("changed")] == ["ada"]
    stage.run(changed=("ada",))
    assert stage.verdicts()["ada"] == "failed"
    assert len(list((stage.results / "store/results").iterdir())) == 6


def test_grading_again_keeps_the_first_result_beside_the_second(stage: Stage) -> None:
    stage.run()
    key = stage.store.journal.read().assigned["bob"]
    stage.run(regrade={key: 2})
    stage.run()
    assert len(stage.grader.graded) == 6
    assert stage.store.latest(key) == 2


def test_an_interrupt_is_no_crash(stage: Stage) -> None:
    def stop(event: object) -> None:
        raise KeyboardInterrupt

    stage.events = type("Stop", (list,), {"append": staticmethod(stop)})()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        stage.run()
    assert stage.store.journal.read().crashes == {}


def test_a_submission_that_kills_the_runner_runs_alone_and_is_set_aside(stage: Stage, tmp_path: Path) -> None:
    """A poison submission is in flight at three deaths; nobody else is held up by it."""

    def poison(text: str) -> None:
        if "cem" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)

    for _ in range(5):
        dies(lambda: Stage(stage.submissions, stage.results, ScriptedGrader(before=poison)).run())
    assert stage.verdicts() == {**CLASS, "cem": "not_graded"}
    stage.run(regrade={stage.store.journal.read().assigned["cem"]: 1})
    assert stage.verdicts() == CLASS


def dies(work: Callable[[], None]) -> bool:
    """Do `work` in a child process; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def killed_at(step: int) -> None:
    """From now on the process is killed at its `step`th change of the disk: before it, in its middle, or after it."""
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **named)

        return call

    for name in ("fsync", "link", "unlink", "replace"):
        setattr(durable.os, name, counted(getattr(os, name)))


def test_killed_at_every_write_each_is_graded_once_and_the_table_is_the_same(stage: Stage, tmp_path: Path) -> None:
    """Kill -9 at every single change of the disk, resume, and compare with a run that nobody disturbed."""
    stage.run()
    expected = stage.verdicts()
    step, died = 0, True
    while died:
        step += 1
        again = Stage(stage.submissions, tmp_path / f"results-{step}", jobs=1)

        def work(again: Stage = again, step: int = step) -> None:
            killed_at(step)
            again.grader = ScriptedGrader()
            again.run()

        died = dies(work)
        again.run()
        assert again.verdicts() == expected, f"killed at change {step}"
        stored = sorted(each.name for each in (again.results / "store/results").iterdir())
        assert stored == sorted(each.name for each in (stage.results / "store/results").iterdir())
        assert len(again.grader.graded) + len(stored) >= 5
    assert step > 40


def test_decisions() -> None:
    def latest(key: str) -> int:
        return {"old": 1}.get(key, 0)

    assert decide("a", "new", History(), latest, changed=False).step is Step.GRADE
    assert decide("a", "old", History(), latest, changed=False).step is Step.DONE
    graded = History(assigned={"a": "old"})
    assert decide("a", "new", graded, latest, changed=False).kept_old
    assert decide("a", "new", graded, latest, changed=True).step is Step.GRADE
    died = History(crashes={"new": 1})
    assert decide("a", "new", died, latest, changed=False).step is Step.SUSPECT
    assert decide("a", "new", died, latest, changed=False, alone=True).step is Step.GRADE
    assert decide("a", "new", History(crashes={"new": 3}), latest, changed=False, alone=True).step is Step.SET_ASIDE


def booted(seconds: float) -> Phase:
    return Phase("boot", seconds)


def test_the_pace_backs_off_when_boots_slow_down_and_comes_back() -> None:
    from dataclasses import replace

    pace = Pace(4)
    quick = replace(report(Verdict.PASSED), phases=(booted(1.0),))
    slow = replace(quick, phases=(booted(4.0),))
    for _ in range(6):
        pace.saw(quick)
    assert pace.limit == 4
    for _ in range(60):
        pace.saw(slow)
    assert pace.limit == 1
    for _ in range(60):
        pace.saw(quick)
    assert pace.limit == 4


@pytest.mark.parametrize(("cpus", "gib", "jobs"), [(1, 1, 1), (2, 24, 3), (8, 4, 5), (64, 512, MOST), (2, 0, 1)])
def test_the_number_at_a_time_comes_from_the_machine(cpus: int, gib: int, jobs: int) -> None:
    assert default_jobs(cpus, gib << 30) == jobs


def test_seeds_are_the_batchs_and_the_submissions() -> None:
    assert seed_of(1, "a") == seed_of(1, "a")
    assert len({seed_of(1, "a"), seed_of(1, "b"), seed_of(2, "a")}) == 3


class Away:
    """An engine that answers from the nth call on."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def ping(self) -> None:
        self.calls -= 1
        if self.calls >= 0:
            raise EngineUnavailable("away")


def test_an_engine_that_comes_back_is_waited_for() -> None:
    slept: list[float] = []
    await_engine(Away(3), 60, slept.append)
    assert len(slept) == 3
    with pytest.raises(EngineUnavailable, match="did not come back"):
        await_engine(Away(999), 10, slept.append)
