"""From the grader's lines to check results and a verdict: pure, and the only place where points are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kata.exercise import Exercise, Requirement
from kata.grader.journal import Finished
from kata.grading import Journal
from kata.mistakes import missing_route, recognised
from kata.results import CheckResult, Severity, Status, Verdict

AppLog = Callable[[float, float], tuple[str, ...]]

#: A server writes its log a little after it has answered.
_LATE = 0.01


def checks_of(exercise: Exercise, journal: Journal, only: Sequence[str], app_log: AppLog) -> tuple[CheckResult, ...]:
    """One result for each requirement, in the statement's order; with `only`, for what ran.

    A line that is missing is an error, never a pass.
    """
    results = []
    for requirement in exercise.requirements:
        finished = journal.finished.get(requirement.id)
        if finished is None and only:
            continue
        results.append(_result(requirement, finished or _missing(requirement, journal), app_log))
    return tuple(results)


def unrun(exercise: Exercise) -> tuple[CheckResult, ...]:
    """Every check as skipped, for a submission that never came to be checked: no points, out of all points."""
    return tuple(
        _result(
            requirement,
            Finished(requirement.id, Status.SKIPPED, "did not run: see the verdict"),
            lambda since, until: (),
        )
        for requirement in exercise.requirements
    )


def verdict_of(
    checks: Sequence[CheckResult], journal: Journal, out_of_memory: bool, seconds: float
) -> tuple[Verdict, str, str]:
    """The verdict with its message and hint. Our own errors win over everything but the submission's own end."""
    failed = [check for check in checks if check.status is Status.FAILED]
    errors = [check for check in checks if check.status is Status.ERROR and check.cause != "unfinished"]
    if out_of_memory and failed:
        return (
            Verdict.RESOURCE_LIMIT,
            "your server was killed because it ran out of memory while it was checked",
            "Look for something that grows with each request or is loaded whole at start.",
        )
    if errors:
        return (
            Verdict.NOT_GRADED,
            f"the check {errors[0].id!r} itself failed: {errors[0].message}",
            "This is a fault of the grader, not of your code. Please report it with the JSON report.",
        )
    if not journal.done:
        return _unfinished(journal, seconds)
    return _graded(checks)


def _graded(checks: Sequence[CheckResult]) -> tuple[Verdict, str, str]:
    required = [check for check in checks if check.severity is Severity.REQUIRED]
    missed = [check for check in required if check.status is not Status.PASSED]
    if not missed:
        return Verdict.PASSED, "every required check passed", ""
    return Verdict.FAILED, f"{len(missed)} of {len(required)} required checks did not pass", ""


def _unfinished(journal: Journal, seconds: float) -> tuple[Verdict, str, str]:
    if journal.finished or journal.running:
        during = f" during {journal.running!r}" if journal.running else ""
        return (
            Verdict.TIMEOUT,
            f"the checks were not over after {seconds:g} seconds{during}",
            "Look at the slowest replies (`--json FILE` lists the seconds of each); a hanging request costs ten.",
        )
    return Verdict.NOT_GRADED, "the grader ended before the first check", "Run `kata verify` on this exercise."


def _result(requirement: Requirement, finished: Finished, app_log: AppLog) -> CheckResult:
    passed = finished.status is Status.PASSED
    max_points = 0 if requirement.severity is Severity.ADVICE else requirement.points
    log = app_log(*_moment(finished)) if finished.status is Status.FAILED and finished.started else ()
    result = CheckResult(
        id=requirement.id,
        title=requirement.title,
        status=finished.status,
        severity=requirement.severity,
        points=max_points if passed else 0,
        max_points=max_points,
        sentence=requirement.sentence,
        message=finished.message,
        hint="" if passed else requirement.hint,
        see=requirement.see,
        cause=finished.cause,
        blocked_by=finished.blocked_by,
        warnings=finished.warnings,
        exchanges=finished.exchanges,
        failing=finished.failing,
        app_log=log,
        seconds=finished.seconds,
    )
    if finished.status is not Status.FAILED:
        return result
    hint = f"{recognised(result, finished.route)}\n{result.hint}".strip()
    return replace(result, hint=hint, cause=result.cause or missing_route(result, finished.route))


def _moment(finished: Finished) -> tuple[float, float]:
    """From the failing request to the end of its check; of a request that checks share, to the end of that alone."""
    ended = finished.started + finished.seconds + _LATE
    if finished.failing is None:
        return finished.started, ended
    request = finished.exchanges[finished.failing]
    return request.started, ended if request.started >= finished.started else request.started + request.seconds + _LATE


def _missing(requirement: Requirement, journal: Journal) -> Finished:
    text = "was running when the time was over" if requirement.id == journal.running else "did not get its turn"
    return Finished(requirement.id, Status.ERROR, f"this check {text}", cause="unfinished")
