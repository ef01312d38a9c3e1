"""Bad input is told before anything is graded, and nothing that was there is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tiny import LIBRARY
from tests.unit.batch.stage import ScriptedGrader, submissions, tiny_exercise

from kata.batch.gradebook import as_csv, gradebook_of
from kata.batch.outputs import Sheets, write_outputs
from kata.batch.pace import Pace
from kata.batch.request import Again, Request, open_batch, take_in_request
from kata.batch.running import Runner
from kata.batch.store import Store
from kata.cli.batch_live import Tally, watching
from kata.errors import UsageError
from kata.profile import LEARNER, STRICT
from kata.results import Verdict


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    folder = submissions(tmp_path / "in", {"ada": "passed", "bob": "failed", "cem": "failed"})
    return Request(tiny_exercise(), folder, tmp_path / "results", STRICT)


def graded(request: Request, grader: ScriptedGrader | None = None) -> tuple[ScriptedGrader, tuple[str, ...]]:
    grader = grader or ScriptedGrader()
    store = Store(request.out)
    intake = take_in_request(request)
    with store.taken():
        batch, notes = open_batch(request, store, intake)
        Runner(batch, store, grader, Pace(2), lambda event: None).run(intake.units)
    return grader, notes


def test_failed_grades_again_only_who_failed(request_: Request) -> None:
    graded(request_)
    again, notes = graded(replace(request_, again=Again(failed=True)))
    assert sorted(again.graded) == ["failed # bob", "failed # cem"]
    assert "Graded again: bob, cem." in notes[0]
    assert len(list((request_.out / "store/results").iterdir())) == 5


def test_feedback_is_not_taken_for_submissions(request_: Request) -> None:
    graded(request_)
    write_outputs(Store(request_.out), Sheets())
    with pytest.raises(UsageError, match="lies in the results folder"):
        take_in_request(replace(request_, submissions=request_.out / "feedback"))


def test_a_submission_that_cannot_be_fetched_any_more_keeps_its_result(request_: Request) -> None:
    graded(request_)
    store = Store(request_.out)
    intake = store.intake()
    away = tuple(replace(unit, parts=(), unfetched=True) for unit in intake.units)
    store.save_intake(replace(intake, units=away))
    assert [row.state for row in gradebook_of(store).rows] == ["passed", "failed", "failed"]


def test_regrade_names_one_student_by_anything_that_is_theirs(request_: Request, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("name,id,email\nada,17,a@x\nbob,18,b@x\n")
    request = replace(request_, roster=tmp_path / "roster.csv")
    graded(request)
    for name in ("18", "b@x", "BOB"):
        again, _ = graded(replace(request, again=Again((name,))))
        assert again.graded == ["failed # bob"]


def test_a_regrade_that_was_interrupted_is_finished_and_not_begun_again(request_: Request) -> None:
    """The command is killed after it asked, and before it graded: the same command grades each once."""
    graded(request_)
    request = replace(request_, again=Again(failed=True))
    store = Store(request.out)
    with store.taken():
        open_batch(request, store, take_in_request(request))
    again, notes = graded(request)
    assert len(again.graded) == 2
    assert "interrupted" in notes[0]
    assert graded(request_)[0].graded == []


def test_a_changed_grader_needs_a_word(request_: Request, tmp_path: Path) -> None:
    graded(request_)
    grader = tmp_path / "grader"
    grader.mkdir()
    (grader / "test_tiny.py").write_text("# another\n")
    other = replace(request_, exercise=replace(request_.exercise, grader=grader))
    with pytest.raises(UsageError, match="changed"):
        graded(other)
    again, _ = graded(replace(other, again=Again(changed=True)))
    assert len(again.graded) == 3


def test_a_folder_of_another_exercise_or_profile_is_refused(request_: Request) -> None:
    graded(request_)
    before = (request_.out / "store/batch.json").read_bytes()
    for other in (
        replace(request_, exercise=replace(request_.exercise, id="91-other")),
        replace(request_, profile=LEARNER),
        replace(request_, seed=5),
    ):
        with pytest.raises(UsageError):
            graded(other)
    assert (request_.out / "store/batch.json").read_bytes() == before


def test_the_results_of_another_class_are_not_written_over(request_: Request, tmp_path: Path) -> None:
    graded(request_)
    before = (request_.out / "store/intake.json").read_bytes()
    with pytest.raises(UsageError, match="nobody who was graded there"):
        graded(replace(request_, submissions=submissions(tmp_path / "other", {"zoe": "passed"})))
    assert (request_.out / "store/intake.json").read_bytes() == before


def test_who_is_no_longer_there_is_named_and_keeps_a_result_but_no_feedback(request_: Request) -> None:
    graded(request_)
    write_outputs(Store(request_.out), Sheets())
    shutil.rmtree(request_.submissions / "bob")
    _, notes = graded(request_)
    write_outputs(Store(request_.out), Sheets())
    assert "no longer there" in notes[0]
    assert "bob" in notes[0]
    assert sorted(each.name for each in (request_.out / "feedback").iterdir()) == ["ada", "cem"]
    assert len(list((request_.out / "store/results").iterdir())) == 3


@pytest.mark.parametrize("name", ["bobb", "nobody"])
def test_an_unknown_student_is_told(request_: Request, name: str) -> None:
    with pytest.raises(UsageError, match="nobody called"):
        graded(replace(request_, again=Again((name,))))


def test_wrong_sheets_and_places_are_told_before_grading(request_: Request, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("a,b\n1,2\n")
    for wrong in (
        replace(request_, sheets=Sheets(canvas=sheet)),
        replace(request_, sheets=Sheets(moodle=sheet)),
        replace(request_, out=request_.submissions / "results"),
        replace(request_, roster=tmp_path / "none.csv"),
        replace(request_, submissions=tmp_path / "none"),
    ):
        with pytest.raises(UsageError):
            graded(wrong)
    assert not request_.out.exists()


def test_the_table_holds_no_time_and_no_seed(request_: Request, tmp_path: Path) -> None:
    graded(request_)
    other = replace(request_, out=tmp_path / "other", seed=99)
    graded(other)
    assert as_csv(gradebook_of(Store(request_.out))) == as_csv(gradebook_of(Store(other.out)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["batch", "90-tiny", "no-such-folder"], "no-such-folder cannot be read"),
        (["batch", "90-tiny", ".", "--out", "x", "--roster", "none.csv"], "none.csv cannot be read"),
        (["report", "."], "holds no results"),
    ],
)
def test_wrong_calls_exit_2_with_one_clear_message(tmp_path: Path, words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "kata", *words]
    if words[0] == "batch":
        command += ["--library", str(LIBRARY)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_time_left_is_told_from_what_was_graded() -> None:
    from tests.unit.batch.stage import report

    from kata.batch.intake import Unit
    from kata.batch.roster import Student

    clock = [0.0]
    tally = Tally(4, now=lambda: clock[0])
    units = [Unit(name, Student(name)) for name in "abc"]
    assert tally.left() is None
    tally.take({"event": "kept", "unit": units[0]})
    tally.take({"event": "started", "unit": units[1]})
    clock[0] = 10.0
    tally.take({"event": "landed", "unit": units[1], "report": report(Verdict.PASSED)})
    assert tally.left() == 20.0
    assert tally.last[-1] == ("b", "passed", "100/100 + 5", 10.0)


def test_a_log_has_a_line_for_every_submission(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.unit.batch.stage import report

    from kata.batch.intake import Unit
    from kata.batch.roster import Student

    ada, bob, cem, dan = (Unit(name, Student(name)) for name in ("ada", "bob", "cem", "dan"))
    with watching(4, 2, plain=True) as show:
        show({"event": "kept", "unit": ada, "changed": False})
        show({"event": "started", "unit": bob})
        show({"event": "landed", "unit": bob, "report": report(Verdict.PASSED)})
        show({"event": "same", "unit": cem, "as": "bob"})
        show({"event": "kept", "unit": dan, "changed": True})
    lines = capsys.readouterr().err.splitlines()[1:]
    assert [line.partition("] ")[2].split()[0] for line in lines] == ["ada", "bob", "cem", "dan"]
    assert "as before" in lines[0]
    assert "100/100 + 5" in lines[1]
    assert "the same text as bob" in lines[2]
    assert "--changed" in lines[3]


def test_the_live_table_tells_who_runs_and_what_came_out() -> None:
    from rich.console import Console
    from tests.unit.batch.stage import report

    from kata.batch.intake import Unit
    from kata.batch.roster import Student
    from kata.cli.batch_live import _table

    tally = Tally(3, now=lambda: 0.0)
    ada, bob = (Unit(name, Student(name)) for name in ("ada", "[bold]bob"))
    tally.take({"event": "started", "unit": ada})
    tally.take({"event": "started", "unit": bob})
    tally.take({"event": "landed", "unit": ada, "report": report(Verdict.BUILD_FAILED)})
    console = Console(width=90, markup=False, file=open(os.devnull, "w", encoding="utf-8"), record=True)  # noqa: SIM115
    console.print(_table(tally))
    said = console.export_text()
    assert "build failed" in said
    assert "[bold]bob  running" in said
    assert "1 of 3" in said
