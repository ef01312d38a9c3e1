"""GitHub Actions: within its caps, and nothing that the submission printed is obeyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kata.reports.github import SUMMARY_LIMIT, guarded, outputs, render, step_summary
from kata.results import Report


def test_no_level_has_more_than_ten_annotations(crowded: Report) -> None:
    """GitHub drops the eleventh without a word; the tenth says how many there are."""
    lines = render(crowded).splitlines()
    for level in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{level} ") for line in lines) <= 10
    assert "::error title=kata::14 more in the summary" in lines


def test_the_first_thing_to_fix_is_the_first_error(failing: Report) -> None:
    """Errors are what is required, a warning is a missed bonus, a notice is advice or the verdict."""
    lines = render(failing).splitlines()
    assert lines[0].startswith("::notice title=kata 06-auth::NOT YET, 10 of 35 points")
    assert lines[1].startswith("::error title=A wrong password is refused::Statement: ")
    assert sum(line.startswith("::warning ") for line in lines) == 1


def test_a_run_that_stopped_is_an_error(build_failed: Report) -> None:
    """Its reason and advice are in the annotation."""
    (line,) = render(build_failed).splitlines()
    assert line.startswith("::error title=kata 06-auth::DID NOT BUILD")
    assert "npm ci ended with exit code 1.%0A" in line


def test_values_are_escaped(failing: Report) -> None:
    """Percent and line breaks in the message; colons and commas in the title, too."""
    check = replace(failing.checks[2], title="a, b: 100%", sentence="", message="50%\nx", hint="", see="")
    line = render(replace(failing, checks=(check,))).splitlines()[1]
    assert line == "::error title=a%2C b%3A 100%25::Problem: 50%25%0A  x"


def test_printed_text_is_guarded_by_a_token() -> None:
    """Between the two marks GitHub obeys nothing; a token that the text contains is no guard."""
    assert guarded("::error::x\n", "k7") == "::stop-commands::k7\n::error::x\n::k7::\n"
    for token in ("", "error"):
        with pytest.raises(ValueError, match="random"):
            guarded("::error::x", token)


def test_outputs_are_fenced(failing: Report, not_graded: Report) -> None:
    """Score, maximum and verdict; no score when nothing was graded."""
    assert outputs(failing, "t1") == "score<<t1\n10\nt1\nmax_score<<t1\n35\nt1\nverdict<<t1\nfailed\nt1\n"
    assert outputs(not_graded, "t1").startswith("score<<t1\n\nt1\n")
    with pytest.raises(ValueError, match="token"):
        outputs(failing, "")


def test_the_summary_is_never_refused(crowded: Report) -> None:
    """Above one mebibyte the upload of a step fails: details are left out from the end, and counted."""
    huge = tuple(replace(check, message=str(n) + "é" * 40_000) for n, check in enumerate(crowded.checks))
    text = step_summary(replace(crowded, checks=huge))
    assert len(text.encode()) < SUMMARY_LIMIT
    assert text.rstrip().endswith("more in the JSON report.")
    assert "more in the JSON report" not in step_summary(crowded)


def test_a_fence_is_longer_than_any_run_of_backticks(failing: Report) -> None:
    """A reply that contains a fence stays inside its own."""
    check = replace(failing.checks[2], message="````\n# out")
    text = step_summary(replace(failing, checks=(check,)))
    assert "`````text\n" in text
    assert "\n`````\n" in text
