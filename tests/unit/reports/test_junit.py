"""JUnit XML: valid, re-parsed, and red only for what is required."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import etree

from kata.reports.junit import render
from kata.reports.outcomes import START
from kata.results import Report

SCHEMA = Path(__file__).parent / "data" / "junit-10.xsd"


def parsed(report: Report) -> etree._Element:
    return etree.fromstring(render(report).encode())


def test_every_report_fits_the_published_schema(every_report: tuple[Report, ...]) -> None:
    """The schema is the one that Jenkins validates with."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for report in every_report:
        schema.assertValid(parsed(report))


def test_the_counts_are_those_of_the_cases(every_report: tuple[Report, ...]) -> None:
    """Readers trust the attributes and do not count themselves."""
    for report in every_report:
        suite = parsed(report)[0]
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(sum(case.find(tag) is not None for case in cases))


def test_a_missed_bonus_fails_no_build(failing: Report) -> None:
    """It is shown as skipped, with the reason."""
    case = parsed(failing).find(".//testcase[@name='rate-limit']/skipped")
    assert case is not None
    assert case.get("message") == "bonus, failed: Logins are limited: No 429 after 20 logins."


def test_a_run_that_stopped_is_a_case_of_its_own(build_failed: Report, not_graded: Report) -> None:
    """A failure when it was the submission, an error when it was us."""
    assert parsed(build_failed).find(f".//testcase[@name='{START}']/failure") is not None
    assert parsed(not_graded).find(f".//testcase[@name='{START}']/error") is not None


def test_characters_that_xml_forbids_are_made_visible(passing: Report) -> None:
    """Even those that `safe` leaves alone because a terminal can show them."""
    root = parsed(replace(passing, submission="a\ufffeb\x00c"))
    value = root.find(".//property[@name='kata.submission']")
    assert value is not None
    assert value.get("value") == "a\\ufffeb\\x00c"
