"""What instructors get: tables, platforms' own sheets, feedback, a database and the overview page."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.chromium import Chromium
from tests.unit.batch.stage import Stage, report, submissions

from kata.batch.gradebook import Gradebook, Row, as_csv, gradebook_of
from kata.batch.intake import Part, Unit
from kata.batch.outputs import Sheets, write_outputs
from kata.batch.overview import as_page
from kata.batch.roster import Student
from kata.batch.sheets import canvas, canvas_filled, moodle_filled
from kata.errors import UsageError
from kata.results import CheckResult, Report, Status, Verdict

CHECKS = ("greets", "keeps-number", "refuses-words")


def row(name: str, verdict: Verdict | None, number: str = "", source: str = "x", **about: str) -> Row:
    unit = Unit(name.replace(" ", "-"), Student(name, number, **about), (Part(source, Path("/in") / source),))
    return Row(unit, report(verdict) if verdict else None)


def book(*rows: Row) -> Gradebook:
    return Gradebook("90-tiny", "Tiny", rows, CHECKS)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    said = {"ada": "passed", "bob": "failed", "cem": "not_graded"}
    made = Stage(submissions(tmp_path / "in", said), tmp_path / "results")
    made.run()
    return made


def test_every_output_is_there_and_can_be_made_again_byte_for_byte(stage: Stage) -> None:
    write_outputs(stage.store, Sheets())
    names = {each.name for each in stage.results.iterdir()}
    assert names == {"store", "gradebook.csv", "canvas.csv", "index.html", "feedback", "gradebook.sqlite"}
    assert {each.name for each in (stage.results / "feedback/ada").iterdir()} == {
        "report.txt",
        "report.json",
        "report.html",
    }
    first = (stage.results / "gradebook.csv").read_bytes()
    for name in names - {"store"}:
        target = stage.results / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    write_outputs(stage.store, Sheets())
    assert (stage.results / "gradebook.csv").read_bytes() == first


def test_the_results_of_an_older_kata_are_read(stage: Stage) -> None:
    """Without what was not yet written then, the tables are the same, and nobody is graded again."""
    write_outputs(stage.store, Sheets())
    table = (stage.results / "gradebook.csv").read_bytes()
    without(stage.results / "store/batch.json", "source")
    without(stage.results / "store/intake.json", "unfetched", "correct", "login", "repository")
    for file in (*stage.results.glob("store/results/*.json"), *stage.results.glob("store/tries/*.json")):
        without(file, "bonus", "failing")
    shutil.rmtree(stage.results / "feedback")
    write_outputs(stage.store, Sheets())
    assert (stage.results / "gradebook.csv").read_bytes() == table
    assert '"bonus": 5' in (stage.results / "feedback/ada/report.json").read_text()
    graded = len(stage.grader.graded)
    stage.run()
    assert stage.grader.graded[graded:] == ["not_graded # cem"] * 3


def without(file: Path, *names: str) -> None:
    """Take the fields of these names out of a JSON file, wherever they are."""

    def some(value: dict[str, object]) -> dict[str, object]:
        return {name: each for name, each in value.items() if name not in names}

    file.write_text(json.dumps(json.loads(file.read_text(), object_hook=some)))


def test_what_was_not_graded_has_no_score(stage: Stage) -> None:
    lines = {line[0]: line for line in read(as_csv(gradebook_of(stage.store)))}
    at = lines["key"].index("score")
    assert [lines[key][at] for key in ("ada", "bob", "cem")] == ["105", "60", ""]


def test_cells_are_no_formulas() -> None:
    evil = row('=HYPERLINK("http://x")', Verdict.PASSED, number="+1", email="@x", login="-1")
    for text in (as_csv(book(evil)), canvas(book(evil))):
        cells = [cell for line in read(text) for cell in line]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_database_answers(stage: Stage) -> None:
    write_outputs(stage.store, Sheets())
    with sqlite3.connect(stage.results / "gradebook.sqlite") as database:
        found = database.execute("SELECT student, verdict, score FROM results ORDER BY student").fetchall()
        failed = database.execute("SELECT count(*) FROM checks WHERE status = 'failed'").fetchone()
    assert found == [("ada", "passed", 105), ("bob", "failed", 60), ("cem", "not_graded", None)]
    assert failed == (1,)


CANVAS = (
    "Student,ID,SIS Login ID,Section,06-auth (12),90-tiny (4711),Notes (9)\n"
    "    Points Possible,,,,10,50,\n"
    '"Doe, Jane",1,jd,A,3,,x\n"Roe, Max",2,mr,A,,20,\n"Lee, Kim",3,kl,A,,,\n"Student, Test",9,,A,,,\n'
)


def test_the_canvas_sheet_keeps_who_is_in_it_and_only_our_column_changes(tmp_path: Path) -> None:
    sheet = tmp_path / "export.csv"
    sheet.write_text(CANVAS)
    graded = book(
        row("doejane", Verdict.PASSED, "1"), row("x", Verdict.FAILED, "2"), row("Kim Lee", Verdict.NOT_GRADED)
    )
    filled = canvas_filled(graded, sheet)
    lines = read(filled.text)
    assert lines[0] == ["Student", "ID", "SIS Login ID", "Section", "90-tiny (4711)"]
    assert [line[-1] for line in lines[1:]] == ["50", "52.5", "30", "", ""]
    assert any("1 grades there differ" in note for note in filled.notes)
    assert sheet.read_text() == CANVAS


@pytest.mark.parametrize(("text", "column"), [("a,b\n", ""), (CANVAS.replace("90-tiny", "90"), ""), (CANVAS, "Quiz")])
def test_a_sheet_without_the_assignment_is_told_with_what_is_there(tmp_path: Path, text: str, column: str) -> None:
    sheet = tmp_path / "export.csv"
    sheet.write_text(text)
    with pytest.raises(UsageError, match=r"export\.csv:1"):
        canvas_filled(book(row("a", Verdict.PASSED)), sheet, column)


MOODLE = {
    "en": "Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
    "Participant 17,Jane Doe,j@x,,100.00,-,\nParticipant 18,Max Roe,m@x,,100.00,-,\n",
    "de": "Identifier,Vollständiger Name,E-Mail-Adresse,Bewertung,Bestwertung,Zuletzt geändert (Bewertung),"
    'Feedback als Kommentar\nTeilnehmer/in17,Jane Doe,j@x,,"100,00",-,\nTeilnehmer/in18,Max Roe,m@x,,"100,00",-,\n',
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_moodle_worksheet_is_filled_in_its_own_language(tmp_path: Path, language: str) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(MOODLE[language], "utf-8-sig")
    graded = book(
        row("someone", Verdict.FAILED, source="Jane Doe_17_assignsubmission_file_"), row("Roe Max", Verdict.REFUSED)
    )
    lines = read(moodle_filled(graded, sheet).text)
    assert lines[0] == read(MOODLE[language])[0]
    assert [line[3] for line in lines[1:]] == ["60", "0"]
    assert "PUT /number stores" in lines[1][6]
    assert lines[1][5] == "-"


def test_a_bonus_stays_below_moodles_maximum_which_refuses_more(tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(MOODLE["en"].replace("100.00", "10.00"))
    filled = moodle_filled(book(row("Jane Doe", Verdict.PASSED), row("Max Roe", Verdict.FAILED)), sheet)
    assert [line[3] for line in read(filled.text)[1:]] == ["10", "6"]
    assert any("1 scores with a bonus are entered as the maximum" in note for note in filled.notes)


LOCKED = {
    "en": "Identifier,Full name,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments\n"
    "Participant 17,Jane Doe,,100.00,Yes,-,\nParticipant 18,Max Roe,55.00,100.00,No,-,Well done\n",
    "de": "Identifier,Vollständiger Name,Bewertung,Bestwertung,Bewertungsworkflow,Bewertung kann geändert werden,"
    'Feedback als Kommentar\nTeilnehmer/in17,Jane Doe,,"100,00",Freigegeben,Ja,\n'
    'Teilnehmer/in18,Max Roe,"55,00","100,00",Freigegeben,Nein,Gut gemacht\n',
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_grade_that_moodle_would_not_change_is_left_and_named(tmp_path: Path, language: str) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(LOCKED[language])
    filled = moodle_filled(book(row("Jane Doe", Verdict.FAILED), row("Max Roe", Verdict.FAILED)), sheet)
    _, jane, roe = read(filled.text)
    assert jane[2] == "60"
    assert roe == read(LOCKED[language])[2]
    assert any("1 of 2 graded" in note for note in filled.notes)
    assert any(note.endswith("left as it was: Max-Roe.") for note in filled.notes)
    assert not any("by hand" in note or "comments" in note for note in filled.notes)


@pytest.mark.parametrize("instead", ["", "Maybe", "-"])
def test_a_column_that_is_not_surely_moodles_locks_nobody_out(tmp_path: Path, instead: str) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(LOCKED["en"].replace("Yes", instead))
    filled = moodle_filled(book(row("Jane Doe", Verdict.FAILED), row("Max Roe", Verdict.FAILED)), sheet)
    assert [line[2] for line in read(filled.text)[1:]] == ["60", "60"]
    assert not any("cannot be changed" in note for note in filled.notes)


def test_comments_that_are_replaced_are_counted(tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(LOCKED["en"].replace("No", "Yes"))
    graded = book(row("Jane Doe", Verdict.FAILED), row("Max Roe", Verdict.FAILED))
    filled = moodle_filled(graded, sheet)
    assert any("1 comments there are others" in note for note in filled.notes)
    sheet.write_text(filled.text)
    assert not any("comments" in note for note in moodle_filled(graded, sheet).notes)


def test_nothing_but_grade_and_comment_changes_in_moodles_worksheet(tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(MOODLE["en"] + 'Participant 19,  Kim Lee ,"k@x; ",,100.00,-," =HYPERLINK(""x"")\n"\n')
    filled = moodle_filled(book(row("Jane Doe", Verdict.FAILED), row("Nobody There", Verdict.FAILED)), sheet)
    before, after = read(sheet.read_text()), read(filled.text)
    assert before[2:] == after[2:]
    assert [i for i, cell in enumerate(after[1]) if cell != before[1][i]] == [3, 6]
    assert any(note.endswith("fill in by hand: Nobody-There.") for note in filled.notes)


def test_moodles_comment_tells_why_nothing_ran(tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(MOODLE["en"])
    refused = row("Jane Doe", Verdict.REFUSED)
    assert refused.report is not None
    told = replace(refused, report=replace(refused.report, message="a <b> is broken", hint="Mend it."))
    comment = read(moodle_filled(book(told), sheet).text)[1][6]
    assert "<p>a &lt;b&gt; is broken</p><p>Mend it.</p>" in comment


def test_two_students_of_one_name_get_no_grade_by_name(tmp_path: Path) -> None:
    """A sheet that cannot tell them apart is left open: a grade never goes to the wrong person."""
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(MOODLE["en"])
    graded = book(row("Jane Doe", Verdict.PASSED), row("Doe Jane", Verdict.FAILED))
    assert [line[3] for line in read(moodle_filled(graded, sheet).text)[1:]] == ["", ""]


class _Page(HTMLParser):
    """Counts elements and remembers what a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.references: list[str] = []
        self.unlabelled: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.references += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag == "th" and "scope" not in dict(attributes):
            self.unlabelled.append(str(attributes))


def a_class(students: int, checks: int) -> Gradebook:
    """Students of every kind: good, bad, refused, missing, and with a name that means harm."""
    rows = []
    for number in range(students):
        failed = {index for index in range(checks) if (number * 7 + index * 13) % 11 < number % 5}
        results = tuple(
            CheckResult(
                f"check-of-requirement-{index:02}",
                f"Requirement number {index} of the statement holds",
                Status.FAILED
                if index in failed
                else Status.SKIPPED
                if number % 5 == 4 and index > 40
                else Status.PASSED,
                points=0 if index in failed else 2,
                max_points=2,
            )
            for index in range(checks)
        )
        verdict = Verdict.FAILED if failed else Verdict.PASSED
        given = Report("06-auth", "1", "Accounts and tokens", verdict, f"{len(failed)} failed", checks=results)
        name = "</script><script>alert(1)</script>" if number == 7 else f"Student Number{number:03}"
        if number % 29 == 3:
            given = replace(given, verdict=Verdict.BUILD_FAILED, message="the build failed: exit code 1", checks=())
        missing = number % 31 == 5
        unit = Unit(f"s{number:03}", Student(name, str(10_000 + number)), () if missing else (Part("x", Path("/x")),))
        rows.append(Row(unit, None if missing else given))
    return Gradebook("06-auth", "Accounts and tokens", tuple(rows), tuple(c.id for c in rows[0].report.checks))  # type: ignore[union-attr]


def test_the_overview_stands_alone_and_says_everything_in_words() -> None:
    text = as_page(a_class(300, 60))
    page = _Page()
    page.feed(text)
    assert page.counts["tr"] > 300
    assert page.counts["script"] == 1
    assert not [each for each in page.references if not each.startswith(("feedback/", "#"))]
    assert page.unlabelled == []
    assert "<script>alert" not in text
    assert "<style" in text
    assert not re.search(r'\sstyle="', text)
    assert len(text.encode()) < 4_000_000


def test_the_overview_tells_students_of_one_name_apart() -> None:
    same = [replace(row("Jane Doe", Verdict.PASSED), unit=Unit(key, Student("Jane Doe"))) for key in ("jd-17", "jd-18")]
    text = as_page(book(*same, row("Ada", Verdict.PASSED)))
    assert "<small>jd-17</small>" in text
    assert "<small>jd-18</small>" in text
    assert "<small>Ada</small>" not in text


def test_a_bonus_stands_apart_and_lifts_no_median(stage: Stage) -> None:
    """The sheets have it in the score; against the points that can be reached it is not counted."""
    text = as_page(gradebook_of(stage.store))
    assert "2 graded, median 80 of 100 points without the bonus." in text
    assert "100 <small>+ 5</small>" in text
    assert "105" not in re.sub(r'data-score="105"', "", text)
    without = as_page(book(row("Max", Verdict.FAILED)))
    assert "median 60 of 100 points." in without
    assert "bonus" not in re.sub(r"<caption.*", "", without)


def test_the_overview_of_nobody_graded_is_a_page_too() -> None:
    assert "0 graded" in as_page(book(Row(Unit("a", Student("A")), None)))


def test_sorting_searching_and_filtering_work_in_a_browser(chromium: Chromium, tmp_path: Path) -> None:
    """A script of the test's own presses the page's buttons and tells what it saw."""
    probe = """
    const seen = [];
    const visible = () => rows.filter((row) => !row.hidden);
    document.querySelector('[data-sort="score"]').click();
    document.querySelector('[data-sort="score"]').click();
    seen.push(Number(body.rows[0].dataset.score) >= Number(body.rows[1].dataset.score));
    seen.push(document.querySelector('th[aria-sort]').getAttribute('aria-sort'));
    $("search").value = "number042"; $("search").dispatchEvent(new Event("input"));
    seen.push(visible().length, $("shown").textContent);
    $("reset").click();
    $("state").value = "build_failed"; $("state").dispatchEvent(new Event("change"));
    seen.push(visible().every((row) => row.dataset.state === "build_failed") && visible().length > 5);
    $("reset").click();
    document.querySelector("[data-failed]").click();
    const at = columns.indexOf($("failed").value);
    seen.push(visible().length > 0 && visible().every((row) => row.dataset.marks[at] === "f"));
    $("search").value = "nobody at all"; $("search").dispatchEvent(new Event("input"));
    seen.push(visible().length, $("nobody").hidden);
    seen.push(document.documentElement.scrollWidth <= innerWidth);
    seen;
    """
    seen = seen_in_a_browser(chromium, tmp_path, probe)
    assert seen == [True, "descending", 1, "1 of 300 students", True, True, 0, False, True]


@pytest.mark.parametrize(("width", "shown"), [(390, False), (1280, True)])
def test_on_a_phone_the_checks_wait_until_they_are_asked_for(
    chromium: Chromium, tmp_path: Path, width: int, shown: bool
) -> None:
    """There the names of checks would take half of the first view; everything else fits beside each other."""
    probe = """
    const wide = document.querySelector(".wide"), low = () => $("matrix").tHead.offsetHeight < 60;
    const seen = [$("checks").checked, !low(), wide.scrollWidth > wide.clientWidth];
    $("checks").click();
    seen.push(!low());
    seen;
    """
    assert seen_in_a_browser(chromium, tmp_path, probe, width) == [shown, shown, shown, not shown]


def seen_in_a_browser(chromium: Chromium, folder: Path, probe: str, width: int = 800) -> Any:
    """What the probe came to on the overview of a large class."""
    file = folder / "index.html"
    file.write_text(as_page(a_class(300, 60)))
    page = chromium.page(file.as_uri(), width, 800)
    seen = page.value(probe)
    page.close()
    return seen
