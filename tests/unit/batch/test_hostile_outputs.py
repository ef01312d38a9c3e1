"""Names, messages and checks from outside are inert in an instructor's tables and pages (61)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as lxml_html
from tests.unit.batch.stage import report
from tests.unit.reports.test_hostile import HOSTILE, assert_visible

from kata.batch.gradebook import Gradebook, Row, as_csv
from kata.batch.intake import Part, Unit
from kata.batch.overview import as_page
from kata.batch.roster import Student
from kata.batch.sheets import canvas, moodle_filled
from kata.results import CheckResult, Status, Verdict

BOOKS = {"gradebook": as_csv, "canvas": canvas}


def book(text: str) -> Gradebook:
    """A class of one, with `text` in everything that comes from outside."""
    check = CheckResult(text, text, Status.FAILED, points=0, max_points=2, message=text, hint=text)
    told = replace(report(Verdict.FAILED), message=text, submission=text, stack=text, checks=(check,), warnings=(text,))
    student = Student(text, text, email=text, login=text)
    unit = Unit("a-key", student, (Part(text, Path("/in/x")),), (text,))
    return Gradebook(text, text, (Row(unit, told),), (text,), (text,))


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", BOOKS)
def test_no_cell_is_computed_or_hides_anything(name: str, kind: str) -> None:
    text = BOOKS[name](book(HOSTILE[kind]))
    text.encode("utf-8")
    for line in csv.reader(io.StringIO(text, newline="")):
        for cell in line:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")), cell
            assert_visible(cell)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_worksheet_gets_comments_that_are_plain_words(kind: str, tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text("Identifier,Full name,Email address,Grade,Feedback comments\nParticipant 1,A,a@x,,\n")
    text = HOSTILE[kind]
    row = book(text).rows[0]
    unit = replace(row.unit, student=Student("A", "", email="a@x"))
    comment = list(
        csv.reader(io.StringIO(moodle_filled(replace(book(text), rows=(replace(row, unit=unit),)), sheet).text))
    )[1][4]
    assert_visible(comment)
    tags = {element.tag for element in lxml_html.fragment_fromstring(comment, create_parent=True).iter()}
    assert comment
    assert tags <= {"div", "p", "ul", "li"}


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_overview_obeys_nothing_of_it(kind: str) -> None:
    text = as_page(book(HOSTILE[kind]))
    assert_visible(text.encode("utf-8").decode())
    page = lxml_html.document_fromstring(text)
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    assert not {element.tag for element in elements} & {"img", "iframe", "object", "testcase", "link", "form", "b"}
    assert len(page.xpath("//script")) == len(page.xpath("//style")) == 1
    assert not [name for element in elements for name in element.attrib if name.startswith("on") or name == "style"]
    assert all(href.startswith(("#", "feedback/")) for href in page.xpath("//@href"))
