"""Results are written once, survive a kill, and say what is left to do."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tiny import LIBRARY

from kata.batch import durable
from kata.batch.digests import Graded, digests_of
from kata.batch.intake import Intake, Part, Unit
from kata.batch.journal import History
from kata.batch.roster import Student
from kata.batch.store import Header, Store, same_batch
from kata.errors import NotGraded, UsageError
from kata.library import Library, Shelf
from kata.results import Report, Verdict

HEADER = Header("90-tiny", "aa", "bb", "strict", 7, "/in")
REPORT = Report("90-tiny", "1.0.0", "Tiny", Verdict.PASSED, message="first")


def store(root: Path) -> Store:
    made = Store(root / "results")
    with made.taken():
        made.save_header(HEADER)
    return made


def test_a_result_is_written_once(tmp_path: Path) -> None:
    kept = store(tmp_path)
    assert kept.keep("k", 1, REPORT)
    assert not kept.keep("k", 1, replace(REPORT, message="second"))
    assert (kept.report("k", "Ada") or REPORT).message == "first"
    assert (kept.report("k", "Ada") or REPORT).submission == "Ada"


def test_a_second_generation_stands_beside_the_first(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.keep("k", 1, REPORT)
    kept.keep("k", 2, replace(REPORT, message="second"))
    assert kept.latest("k") == 2
    assert (kept.report("k", "Ada") or REPORT).message == "second"
    assert len(list((tmp_path / "results/store/results").iterdir())) == 2


def test_a_try_is_no_result_and_goes_when_there_is_one(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.keep_try("k", replace(REPORT, verdict=Verdict.NOT_GRADED))
    assert kept.latest("k") == 0
    assert (kept.report("k", "Ada") or REPORT).verdict is Verdict.NOT_GRADED
    kept.keep("k", 1, REPORT)
    assert (kept.report("k", "Ada") or REPORT).verdict is Verdict.PASSED


def test_two_runners_cannot_take_one_folder(tmp_path: Path) -> None:
    kept = store(tmp_path)
    with kept.taken(), pytest.raises(UsageError, match="another kata"), Store(kept.folder).taken():
        pass


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("x")
    with pytest.raises(UsageError, match=r"thesis\.odt"), Store(tmp_path).taken():
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_changed_result_file_is_told_by_name(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.keep("k", 1, REPORT)
    file = tmp_path / "results/store/results/k.json"
    file.write_text("{}")
    with pytest.raises(UsageError, match=r"k\.json"):
        kept.report("k", "Ada")


def test_what_cannot_be_read_or_locked_is_told_by_name(tmp_path: Path) -> None:
    kept = store(tmp_path)
    (tmp_path / "results/store/results/k.json").mkdir()
    with pytest.raises(UsageError, match=r"k\.json cannot be read"):
        kept.report("k", "Ada")
    (tmp_path / "results/store/lock").unlink(missing_ok=True)
    (tmp_path / "results/store/lock").mkdir()
    with pytest.raises(UsageError, match="results cannot be written"), kept.taken():
        pass


@pytest.mark.parametrize("name", ["batch.json", "intake.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', "null"])
def test_a_changed_file_of_the_store_is_told_by_name(tmp_path: Path, name: str, text: str) -> None:
    kept = store(tmp_path)
    (tmp_path / "results/store" / name).write_text(text)
    with pytest.raises(UsageError, match=name):
        kept.header() if name == "batch.json" else kept.intake()


def test_intake_is_read_back_as_it_was(tmp_path: Path) -> None:
    kept = store(tmp_path)
    odd = os.fsdecode(b"caf\xe9")
    ada = Unit("ada", Student("Ada", "1"), (Part(odd, Path("/in") / odd),), ("note",), True, "line 2")
    intake = Intake((ada,), ("all",))
    kept.save_intake(intake)
    assert kept.intake() == intake


@pytest.mark.parametrize(
    "now", [replace(HEADER, exercise="06-auth"), replace(HEADER, profile="learner"), replace(HEADER, grader_digest="x")]
)
def test_results_of_something_else_are_refused(now: Header) -> None:
    with pytest.raises(UsageError):
        same_batch(HEADER, now, changed=False)


def test_changed_allows_another_grader_but_not_another_exercise() -> None:
    same_batch(HEADER, replace(HEADER, grader_digest="x", seed=9), changed=True)
    with pytest.raises(UsageError):
        same_batch(HEADER, replace(HEADER, exercise="x"), changed=True)


def test_a_line_that_a_crash_cut_short_is_no_line(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    durable.append(file, {"n": 1})
    with file.open("ab") as out:
        out.write(b'{"n": 2')
    durable.append(file, {"n": 3})
    assert list(durable.lines(file)) == [{"n": 1}, {"n": 3}]


def test_a_full_disk_leaves_no_partial_file(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(NotGraded, match="No space left"):
        durable.append(Path("/dev/full"), {"n": 1})
    with pytest.raises(NotGraded):
        durable.write_once(tmp_path / "none" / "k.json", "x")
    assert list(tmp_path.iterdir()) == []


def test_history_counts_what_was_in_flight_when_a_runner_died() -> None:
    lines = [
        {"event": "started", "run": "1", "key": "a"},
        {"event": "ended", "run": "1", "key": "a"},
        {"event": "started", "run": "1", "key": "b"},
        {"event": "started", "run": "2", "key": "b"},
        {"event": "assigned", "who": "ada", "key": "a"},
        {"event": "assigned", "who": "ada", "key": "b"},
    ]
    changed = [{"event": "assigned"}, {"event": "regrade", "wanted": 3}, {"event": "started"}, {}]
    history = History.read([*changed, *lines, *changed])
    assert history.crashes == {"b": 2}
    assert history.assigned == {"ada": "b"}


def test_asking_again_forgets_the_crashes_and_is_open_until_complete() -> None:
    lines = [
        {"event": "started", "run": "1", "key": "b"},
        {"event": "regrade", "run": "2", "wanted": {"b": 2}},
    ]
    history = History.read(lines)
    assert (history.crashes, history.generation("b"), history.generation("a")) == ({}, 2, 1)
    assert history.unfinished
    assert not History.read([*lines, {"event": "complete", "run": "2"}]).unfinished


def test_the_key_depends_on_exercise_grader_and_submission() -> None:
    exercise = Library((Shelf(LIBRARY),)).find("90-tiny")
    assert digests_of(exercise) == digests_of(exercise)
    other = replace(exercise, grader=exercise.folder)
    assert digests_of(other).grader != digests_of(exercise).grader
    assert Graded("e", "g").key("s") == "e-g-s"
