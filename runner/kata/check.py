"""The story of one check: Exercise + Submission -> Plan -> Environment -> grader process -> journal -> Report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from kata import settings
from kata.arranging import environment_of
from kata.asks import answers
from kata.dockerfile_rules import archives, require_harmless
from kata.drafts import blank, planned, refused, taken, ungraded
from kata.environment import Environment
from kata.errors import NotGraded, SubmissionError
from kata.grader.journal import Session
from kata.grading import GraderProcess, Journal
from kata.judgement import checks_of, verdict_of
from kata.results import CheckResult, Phase, Report, Verdict
from kata.stacks import Plan, detect
from kata.submission import Snapshot, take
from kata.task import Task

#: Why a check failed whose request got no reply.
_UNANSWERED = ("too_slow", "closed")


def check(task: Task, submission: Path) -> Report:
    """Grade one submission. Raises UsageError for a wrong call; everything else is told in the Report."""
    report = blank(task.exercise, submission, task.options)
    started = time.perf_counter()
    try:
        with take(submission, task.options.profile.snapshot) as snapshot:
            snapping = Phase("snapshot", time.perf_counter() - started)
            report = replace(taken(report, snapshot), phases=(snapping,))
            return grade(task, report, snapshot)
    except SubmissionError as error:
        return refused(report, task.exercise, error)
    except NotGraded as error:
        return ungraded(report, error.message, error.hint)


def grade(task: Task, report: Report, snapshot: Snapshot) -> Report:
    """Everything after the snapshot. Submission errors and our own faults become part of the report."""
    plan = detect(snapshot, settings.load(snapshot))
    if task.options.profile.strict and plan.dockerfile is not None:
        require_harmless(snapshot.text(plan.dockerfile), plan.dockerfile, task.images, archives(snapshot))
    report = planned(report, plan)
    task.on_event({"event": "plan", "stack": plan.stack, "why": plan.why, "override": plan.override})
    with ExitStack() as stack:
        grader = stack.enter_context(GraderProcess(task.exercise, task.options.only, task.options.first))
        environment = environment_of(task, plan, lambda: (snapshot, plan), report.seed)
        report = run(task, report, plan, environment, lambda: stack.enter_context(environment), grader)
    phases, images = tuple(environment.stopwatch.phases), environment.services.used()
    return replace(report, phases=report.phases + phases, images=report.images + images)


def run(
    task: Task,
    report: Report,
    plan: Plan,
    environment: Environment,
    start: Callable[[], object],
    grader: GraderProcess,
) -> Report:
    """Wait for `start`, which brings the environment up, then check. Every way of ending becomes part of the report."""
    try:
        start()
        report = graded(task, report, plan, environment, grader)
    except SubmissionError as error:
        grader.ready()  # a broken grader says nothing about anybody, not even that a server does not start
        report = refused(report, task.exercise, error)
    except NotGraded as error:
        report = replace(ungraded(report, error.message, error.hint), log_tail=environment.app_log())
    task.on_event({"event": "verdict", "report": report})
    return report


def graded(task: Task, report: Report, plan: Plan, environment: Environment, grader: GraderProcess) -> Report:
    """The report of an environment that is up: the grader's checks and the verdict."""
    grader.ready()
    session, seconds = _session(task, report, plan, environment), task.options.profile.check_seconds
    task.on_event({"event": "up", "address": environment.app.base_url, "container": environment.app.container})
    journal: Journal = environment.stopwatch.time(
        "checks", lambda: grader.grade(session, answers(environment), task.on_event, seconds)
    )
    checks = checks_of(task.exercise, journal, task.options.only, environment.app_log)
    verdict, message, hint = verdict_of(checks, journal, environment.ran_out_of_memory(), seconds)
    exceeded = _exceeded(environment, checks)
    if exceeded is not None:
        verdict, message, hint = exceeded.verdict, exceeded.message, exceeded.hint
    if verdict is not Verdict.PASSED:
        environment.require_engine()
    tail = environment.app_log() if verdict is not Verdict.PASSED else ()
    return replace(report, checks=checks, verdict=verdict, message=message, hint=hint, log_tail=tail)


def _exceeded(environment: Environment, checks: Sequence[CheckResult]) -> SubmissionError | None:
    """The limit that explains what failed, if any."""
    found = environment.exceeded or environment.services.out_of_memory()
    if found is None and any(check.cause in _UNANSWERED for check in checks):
        return environment.app.out_of_processes()
    return found


def _session(task: Task, report: Report, plan: Plan, environment: Environment) -> Session:
    """What the grader process is told: addresses, the seed, and the variables that the server got."""
    return Session(
        app=environment.app.base_url,
        seed=report.seed,
        base_path=plan.base_path or "",
        environment=dict(environment.environment),
        services=environment.services.inspected(),
        seconds=task.options.profile.exchange_seconds,
    )
