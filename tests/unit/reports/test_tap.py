"""TAP 14: a plan that holds, and diagnostics that are YAML."""

from __future__ import annotations

import re
from dataclasses import replace

import yaml

from kata.reports.tap import render
from kata.results import Report, Status

POINT = re.compile(r"(not )?ok (\d+) - (.*)")
BLOCK = re.compile(r"^  ---\n(.*?)^  \.\.\.$", re.MULTILINE | re.DOTALL)


def test_the_plan_is_the_number_of_points(every_report: tuple[Report, ...]) -> None:
    """A harness compares them."""
    for report in every_report:
        text = render(report)
        numbers = [int(match[2]) for match in map(POINT.match, text.splitlines()) if match]
        assert text.startswith("TAP version 14\n")
        assert f"\n1..{len(numbers)}\n" in text
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_diagnostics_are_yaml(failing: Report) -> None:
    """Id, status and points of each check, and all of the explanation."""
    blocks = [yaml.safe_load(block) for block in BLOCK.findall(render(failing))]
    assert [block["id"] for block in blocks] == [check.id for check in failing.checks]
    assert [block["status"] for block in blocks] == [check.status.value for check in failing.checks]
    assert "Problem: POST /login with a wrong password: expected 401, got 200." in blocks[2]["message"]


def test_skip_and_todo_do_not_fail_the_suite(failing: Report) -> None:
    """A skipped check says why; a missed bonus is still to do."""
    text = render(failing)
    assert "ok 6 - A token expires # SKIP waits for wrong-password-is-refused" in text
    assert "not ok 8 - Logins are limited # TODO bonus" in text


def test_a_run_that_was_not_graded_bails_out(not_graded: Report, failing: Report) -> None:
    """No harness may count it as a result."""
    assert render(not_graded).splitlines()[-1].startswith("Bail out! The container engine")
    assert "Bail out!" not in render(failing)


def test_a_title_cannot_be_a_directive(passing: Report) -> None:
    """A hash is escaped as the specification says."""
    check = replace(passing.checks[0], status=Status.FAILED, title="x # SKIP \\ y")
    assert "not ok 1 - x \\# SKIP \\\\ y\n" in render(replace(passing, checks=(check,)))
