"""From the grader's lines to points and a verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kata.grader.journal import Finished
from kata.grading import Journal
from kata.judgement import checks_of, unrun, verdict_of
from kata.library import Library, Shelf
from kata.results import CheckResult, Exchange, Status, Verdict

TINY = Library((Shelf(Path(__file__).resolve().parents[1] / "library"),)).find("tiny")
IDS = [requirement.id for requirement in TINY.requirements]


def judged(journal: Journal, only: tuple[str, ...] = ()) -> tuple[CheckResult, ...]:
    return checks_of(TINY, journal, only, lambda since, until: ("a log line",))


def journal(*statuses: Status, done: bool = True, running: str = "", cause: str = "") -> Journal:
    lines = [Finished(id, status, "it differs", cause, started=1.0) for id, status in zip(IDS, statuses, strict=False)]
    return Journal({line.id: line for line in lines}, running, done)


def verdict(journal: Journal, out_of_memory: bool = False) -> Verdict:
    return verdict_of(judged(journal), journal, out_of_memory, 300)[0]


P, F, S, E = Status.PASSED, Status.FAILED, Status.SKIPPED, Status.ERROR


def test_points_are_given_for_passed_checks_alone() -> None:
    assert [check.points for check in judged(journal(P, F, P))] == [60, 0, 5]
    assert [check.max_points for check in judged(journal(P, F, P))] == [60, 40, 5]


def test_required_checks_move_the_verdict_and_bonus_does_not() -> None:
    assert verdict(journal(P, P, F)) is Verdict.PASSED
    assert verdict(journal(P, F, P)) is Verdict.FAILED
    assert verdict(journal(P, F, S)) is Verdict.FAILED


def test_our_own_error_is_not_graded_whatever_else_happened() -> None:
    assert verdict(journal(P, E, F)) is Verdict.NOT_GRADED


def test_missing_line_is_never_a_pass() -> None:
    found = journal(P, done=False, running=IDS[1])
    assert [check.status for check in judged(found)] == [P, E, E]
    assert verdict(found) is Verdict.TIMEOUT
    assert verdict(Journal()) is Verdict.NOT_GRADED


def test_death_of_memory_is_a_resource_limit() -> None:
    assert verdict(journal(P, F, S), out_of_memory=True) is Verdict.RESOURCE_LIMIT
    assert verdict(journal(P, P, P), out_of_memory=True) is Verdict.PASSED


def test_failed_checks_carry_hint_link_and_log() -> None:
    passed, failed, _ = judged(journal(P, F, S))
    assert failed.hint
    assert failed.see.startswith("https://")
    assert failed.app_log == ("a log line",)
    assert (passed.hint, passed.app_log) == ("", ())


def test_the_log_is_that_of_the_failing_request() -> None:
    """Its own moment, not that of the check: a request that several checks share was sent before this one began."""
    seen: list[tuple[float, float]] = []

    def log(since: float, until: float) -> tuple[str, ...]:
        seen.append((since, until))
        return ()

    sent = [Exchange("GET", "http://127.0.0.1:1/", started=at, seconds=0.5) for at in (40.0, 100.25)]
    finished = Finished(IDS[0], F, "it differs", exchanges=tuple(sent), failing=0, started=100.0, seconds=2.0)
    for line in (finished, replace(finished, failing=1), replace(finished, failing=None)):
        checks_of(TINY, Journal({IDS[0]: line}), (IDS[0],), log)
    assert [(since, round(until, 2)) for since, until in seen] == [(40.0, 40.51), (100.25, 102.01), (100.0, 102.01)]


def test_the_failing_exchange_stays_known() -> None:
    sent = tuple(Exchange("GET", f"http://127.0.0.1:1/{number}") for number in range(3))
    lines = {IDS[0]: Finished(IDS[0], F, "it differs", exchanges=sent, failing=1)}
    check = judged(Journal(lines), only=(IDS[0],))[0]
    assert (check.failing, check.shown) == (1, 1)
    assert replace(check, failing=None).shown == 2
    assert replace(check, exchanges=()).shown is None


def test_failures_on_one_missing_route_have_one_cause() -> None:
    """So that they are told together: one thing is to be done about them."""
    sent = [Exchange("GET", f"http://x/books/{n}", status=404, reply_body="Cannot GET /books") for n in (1, 2)]
    message, route = "expected 200, came 404", "GET /books/{id}"
    lines = {
        id: Finished(id, F, message, route=route, exchanges=(exchange,))
        for id, exchange in zip(IDS[:2], sent, strict=True)
    }
    first, second = judged(Journal(lines), only=IDS[:2])
    assert first.cause == second.cause == "no route GET /books/{id}"
    assert first.hint.startswith("Your server has no route GET /books/{id}: ")


def test_only_reports_what_ran() -> None:
    assert [check.id for check in judged(journal(P), only=(IDS[0],))] == [IDS[0]]


def test_submission_that_never_ran_has_every_check_skipped() -> None:
    checks = unrun(TINY)
    assert {check.status for check in checks} == {S}
    assert sum(check.points for check in checks) == 0
    assert sum(check.max_points for check in checks) == 105
