"""Failures with one cause are told once, and the first thing to fix comes first."""

from __future__ import annotations

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
