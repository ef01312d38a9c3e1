"""Failures with one cause are told once, and the first thing to fix comes first."""

from __future__ import annotations

import pytest

from kata.reports.grouping import groups, unexplained
from kata.results import CheckResult, Report, Severity, Status


def failed(id: str, message: str = "", cause: str = "", **more: object) -> CheckResult:
    return CheckResult(id, id, Status.FAILED, message=message, cause=cause, **more)  # type: ignore[arg-type]


def skipped(id: str, blocked_by: str) -> CheckResult:
    return CheckResult(id, id, Status.SKIPPED, blocked_by=blocked_by)


def ids(*checks: CheckResult) -> list[list[str]]:
    return [[check.id for check in group.checks] for group in groups(checks)]


def test_one_cause_is_one_group() -> None:
    """Two checks that met the same crash are one story."""
    assert ids(failed("a", "one", "crashed"), failed("b", "two"), failed("c", "three", "crashed")) == [
        ["a", "c"],
        ["b"],
    ]


def test_messages_that_differ_in_values_only_are_one_group() -> None:
    """Names, numbers and quoted values change from check to check; what went wrong does not."""
    same = failed("a", 'Field "id" is missing in 3 items'), failed("b", 'Field "name" is missing in 12 items')
    assert ids(*same) == [["a", "b"]]


def test_a_crash_and_a_wrong_answer_are_two_groups() -> None:
    """A status code is not just a value."""
    assert len(ids(failed("a", "expected 401, got 200"), failed("b", "expected 401, got 500"))) == 2


def test_messages_of_one_shape_with_different_advice_are_two_groups() -> None:
    """The reader would see one advice, and it would be wrong for the other."""
    message = "GET /me: expected 401 or 403, came 200"
    assert ids(failed("a", message, hint="Name the algorithm."), failed("b", message, hint="Ask for exp.")) == [
        ["a"],
        ["b"],
    ]


def test_failures_inside_the_server_are_one_group_by_their_exception() -> None:
    """Everything that is 500 is not one bug; one exception twice is."""
    race = "sqlalchemy.exc.IntegrityError: Key (email)=(mira.{}@example.com) already exists"
    found = ids(
        failed("a", "x", "server_error", app_log=("Traceback:", race.format("7f3a"))),
        failed("b", "y", "server_error", app_log=("  ValueError: a NUL in a string", "INFO next")),
        failed("c", "z", "server_error", app_log=(race.format("9bc1"),)),
    )
    assert found == [["a", "c"], ["b"]]


def test_failures_inside_the_server_without_a_known_exception_stay_apart() -> None:
    log = ("POST /register 500", "an error occurred")
    assert ids(failed("a", "x", "server_error", app_log=log), failed("b", "x", "server_error", app_log=log)) == [
        ["a"],
        ["b"],
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ModuleNotFoundError: No module named 'psycopg'",
        "psycopg.errors.UniqueViolation: duplicate key",
        "TypeError [ERR_INVALID_ARG_TYPE]: The argument must be a string",
        "PG::UniqueViolation: ERROR:  duplicate key",
        "java.lang.NullPointerException",
        "panic: runtime error: index out of range",
        'error: invalid input syntax for type uuid: "kokise"',
    ],
)
def test_exceptions_of_many_languages_are_known(line: str) -> None:
    assert ids(*(failed(id, id, "server_error", app_log=(line, "GET /")) for id in "ab")) == [["a", "b"]]


def test_checks_without_message_stay_apart() -> None:
    """Nothing is known of them, so nothing is claimed."""
    assert ids(failed("a"), failed("b")) == [["a"], ["b"]]


def test_what_others_wait_for_comes_first() -> None:
    """Fixing it brings back the checks behind it, also those behind a skipped one."""
    found = groups((failed("a", cause="crashed"), failed("b", "x"), skipped("c", "b"), skipped("d", "c")))
    assert [group.first.id for group in found] == ["b", "a"]
    assert [check.id for check in found[0].waiting] == ["c", "d"]


def test_crashes_and_protocol_come_before_content() -> None:
    """While the server crashes, what it says means little."""
    checks = failed("a", "wrong value"), failed("b", "x", "protocol"), failed("c", "y", "crashed")
    assert ids(*checks) == [["c"], ["b"], ["a"]]


def test_what_moves_the_verdict_comes_before_a_bonus() -> None:
    """A bonus is never the first thing to fix."""
    assert ids(failed("a", cause="crashed", severity=Severity.BONUS), failed("b", "x")) == [["b"], ["a"]]


def test_the_blocker_leads_its_group() -> None:
    """Of two checks with one cause, the one that others wait for is shown in full."""
    (group,) = groups((failed("a", cause="protocol"), failed("b", cause="protocol"), skipped("c", "b")))
    assert group.first.id == "b"
    assert [check.id for check in group.others] == ["a"]


def test_a_required_check_leads_its_group() -> None:
    """The group moves the verdict because of that check, so it is the one to fix."""
    bonus = failed("a", cause="throttled", severity=Severity.BONUS)
    checks = bonus, failed("b", cause="throttled"), skipped("c", "a")
    (group,) = groups(checks)
    assert group.first.id == "b"
    assert group.others == (bonus,)


def test_a_skipped_check_without_failed_blocker_is_not_lost() -> None:
    """Its blocker is unknown, an error of ours, or itself in a circle."""
    checks = skipped("a", "gone"), skipped("b", "c"), skipped("c", "b"), skipped("d", "")
    assert [check.id for check in unexplained(checks)] == ["a", "b", "c", "d"]
    assert groups(checks) == ()


def test_every_failure_is_in_exactly_one_group(every_report: tuple[Report, ...]) -> None:
    """Grouping hides nothing and repeats nothing."""
    for report in every_report:
        grouped = [check for group in groups(report.checks) for check in (group.first, *group.others)]
        expected = [check for check in report.checks if check.status is Status.FAILED]
        assert sorted(grouped, key=repr) == sorted(expected, key=repr)
