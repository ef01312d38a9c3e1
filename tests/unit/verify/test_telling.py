"""What `kata verify` says in a terminal: whether each came out as it should, the matrix, and the last word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.proven import IDS, PROVEN, TINY, outcome

from kata.results import Verdict
from kata.verify.matrix import Problem
from kata.verify.pages import as_data, as_page
from kata.verify.proofs import Kind
from kata.verify.repeats import repeats
from kata.verify.telling import grid, interrupted_lines, outcome_lines, verdict_line
from kata.verify.trial import Outcome

RIGHT, WRONG, *_ = PROVEN


def not_graded(of: Outcome, message: str = "the engine went away") -> Outcome:
    return replace(of, report=replace(of.report, verdict=Verdict.NOT_GRADED, message=message, checks=()))


def told(of: Outcome, width: int = 200) -> str:
    return "\n".join(outcome_lines(TINY, of, width))


def test_each_submission_says_whether_it_came_out_as_it_should() -> None:
    assert "ok  right/python: passed, 105 of 105 points" in told(RIGHT)
    assert f"ok  wrong/breaks-{IDS[0]}: fails {IDS[0]}" in told(WRONG)
    assert "ok  starter/python: starts, and fails 1 of 3 checks" in told(PROVEN[-1])


def test_what_differs_stands_below_it() -> None:
    first, second = told(outcome(Kind.WRONG, "odd", {IDS[0]}, {IDS[1]})).splitlines()[::2]
    assert "BAD wrong/odd" in first
    assert f"no longer fails: {IDS[1]}" in second


def test_what_was_not_graded_is_told_with_its_cause() -> None:
    first, second = told(not_graded(RIGHT)).splitlines()[:2]
    assert first.endswith("BAD right/python: not_graded")
    assert second.strip() == "the verdict is not_graded, expected passed (the engine went away)"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_the_terminal(width: int) -> None:
    long = not_graded(RIGHT, "the image could not be pulled because the registry gave no answer " * 4)
    wrong = [outcome(Kind.WRONG, f"w{number}", {IDS[number % 3]}, set()) for number in range(150)]
    lines = [*outcome_lines(TINY, long, width), *grid(TINY, wrong, width)]
    assert max(len(line) for line in lines) <= width


def test_the_matrix_shows_every_submission_once() -> None:
    wrong = [outcome(Kind.WRONG, f"w{number}", {IDS[0]}, set()) for number in range(150)]
    rows = [line for line in grid(TINY, wrong, 80) if line.startswith(f"  {IDS[0]} ")]
    assert len(rows) > 1
    assert sum(row.count("X") for row in rows) == 150


def test_checks_that_nothing_shown_fails_are_counted() -> None:
    text = "\n".join(grid(TINY, [WRONG], 80))
    assert "2 other checks: nothing here fails them" in text
    assert IDS[1] not in text


def test_the_last_word() -> None:
    assert verdict_line(TINY, [], 5, 5) == "90-tiny: proven by 5 submissions"
    assert verdict_line(TINY, [], 2, 5).startswith("90-tiny: 2 of 5 submissions as expected")
    assert verdict_line(TINY, [Problem("a", "b")], 5, 5) == "90-tiny: 1 problem"


def test_an_interrupt_tells_what_is_finished() -> None:
    proofs = [each.proof for each in PROVEN]
    text = "\n".join(interrupted_lines(proofs, [RIGHT, RIGHT, WRONG], 2, 200))
    assert "finished (1): right/python\n" in text
    assert f"not finished (4): wrong/breaks-{IDS[0]} (1 of 2 times), " in text


def test_repeats_are_the_same_or_say_what_differed() -> None:
    other = outcome(Kind.WRONG, f"breaks-{IDS[0]}", {IDS[1]}, {IDS[0]})
    same, differs = repeats([RIGHT, RIGHT, WRONG, WRONG, other, not_graded(WRONG)])
    assert str(same) == "2 times, the same each time"
    assert str(differs).startswith(f"4 times, but 2 times failed ({IDS[0]}); once failed ({IDS[1]})")
    assert "once not_graded: the engine went away" in str(differs)


def test_data_holds_repeats_and_what_is_unfinished() -> None:
    data = as_data(TINY, [], [RIGHT, RIGHT, not_graded(WRONG)], ["starter/python"])
    assert data["repeats"][0] == {
        "id": "right/python", "runs": 2, "same": True,
        "results": [{"times": 2, "verdict": "passed", "failed": (), "skipped": (), "message": ""}],
    }  # fmt: skip
    assert data["submissions"][2]["message"] == "the engine went away"
    assert data["unfinished"] == ["starter/python"]
    assert data["proven"] is False
    assert as_data(TINY, [], PROVEN)["proven"] is True
    assert "not finished: starter/python" in as_page([data])
