"""The story of one check: Exercise + Submission -> Plan -> Environment -> grader process -> journal -> Report."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kata import __version__, settings
from kata.application import Launch
from kata.asks import answers
from kata.dockerfile_rules import require_harmless
from kata.engine.docker import DockerEngine
from kata.environment import Environment
from kata.errors import NotGraded, SubmissionError
from kata.exercise import Exercise
from kata.grader.journal import Session
from kata.grading import GraderProcess, Journal
from kata.judgement import checks_of, unrun, verdict_of
from kata.launching import prepare_launch
from kata.mistakes import in_log
from kata.profile import LEARNER, Profile
from kata.results import Phase, Report, Verdict
from kata.services import service
from kata.stacks import Plan, detect
from kata.submission import Snapshot, take

OnEvent = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Options:
    """What one run is asked to do. `seed` None draws a new one; `only` names checks; `keep` leaves it running.

    `first` are checks that come before the others; `port` asks for a port of 127.0.0.1 for the server.
    """

    seed: int | None = None
    only: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    keep: bool = False
    port: int | None = None
    profile: Profile = LEARNER


DEFAULTS = Options()


def check(
    exercise: Exercise,
    submission: Path,
    engine: DockerEngine,
    images: Mapping[str, str],
    on_event: OnEvent,
    options: Options = DEFAULTS,
) -> Report:
    """Grade one submission. Raises UsageError for a wrong call; everything else is told in the Report."""
    report = blank(exercise, submission, options)
    started = time.perf_counter()
    try:
        with take(submission, options.profile.snapshot) as snapshot:
            report = replace(
                report,
                digest=snapshot.digest,
                warnings=snapshot.warnings,
                phases=(Phase("snapshot", time.perf_counter() - started),),
            )
            return grade(report, exercise, snapshot, engine, images, on_event, options)
    except SubmissionError as error:
        return refused(report, exercise, error)
    except NotGraded as error:
        return replace(report, verdict=Verdict.NOT_GRADED, message=error.message, hint=error.hint)


def grade(
    report: Report,
    exercise: Exercise,
    snapshot: Snapshot,
    engine: DockerEngine,
    images: Mapping[str, str],
    on_event: OnEvent,
    options: Options,
) -> Report:
    """Everything after the snapshot. Submission errors and our own faults become part of the report."""
    plan = detect(snapshot, settings.load(snapshot))
    if options.profile.strict and plan.dockerfile is not None:
        require_harmless(snapshot.text(plan.dockerfile), plan.dockerfile, images)
    report = replace(
        report,
        warnings=report.warnings + plan.warnings,
        stack=plan.stack,
        stack_why=plan.why,
        override=plan.override,
    )
    on_event({"event": "plan", "stack": plan.stack, "why": plan.why, "override": plan.override})
    with ExitStack() as stack:
        grader = stack.enter_context(GraderProcess(exercise, options.only, options.first))
        environment = environment_of(
            exercise, plan, lambda: (snapshot, plan), engine, images, report.seed, on_event, options
        )
        report = run(
            report, exercise, environment, lambda: stack.enter_context(environment), grader, plan, on_event, options
        )
    used = tuple((each.role, each.image) for each in environment.services.values())
    return replace(report, phases=report.phases + tuple(environment.stopwatch.phases), images=report.images + used)


def run(
    report: Report,
    exercise: Exercise,
    environment: Environment,
    start: Callable[[], object],
    grader: GraderProcess,
    plan: Plan,
    on_event: OnEvent,
    options: Options,
) -> Report:
    """Wait for `start`, which brings the environment up, then check. Every way of ending becomes part of the report."""
    try:
        start()
        report = graded(report, exercise, environment, grader, plan, on_event, options)
    except SubmissionError as error:
        grader.ready()  # a broken grader says nothing about anybody, not even that a server does not start
        report = refused(report, exercise, error)
    except NotGraded as error:
        tail = environment.app_log()
        report = replace(report, verdict=Verdict.NOT_GRADED, message=error.message, hint=error.hint, log_tail=tail)
    on_event({"event": "verdict", "report": report})
    return report


def graded(
    report: Report,
    exercise: Exercise,
    environment: Environment,
    grader: GraderProcess,
    plan: Plan,
    on_event: OnEvent,
    options: Options,
) -> Report:
    """The report of an environment that is up: the grader's checks and the verdict."""
    grader.ready()
    session = Session(
        app=environment.app.base_url,
        seed=report.seed,
        base_path=plan.base_path or "",
        environment=dict(environment.environment),
        services={name: environment.service_address(name) for name in environment.services},
        seconds=options.profile.exchange_seconds,
    )
    on_event({"event": "up", "address": environment.app.base_url, "container": environment.app.container})
    seconds = options.profile.check_seconds
    journal: Journal = environment.stopwatch.time(
        "checks", lambda: grader.grade(session, answers(environment), on_event, seconds)
    )
    checks = checks_of(exercise, journal, options.only, environment.app_log)
    verdict, message, hint = verdict_of(checks, journal, environment.ran_out_of_memory(), seconds)
    exceeded = environment.exceeded or environment.service_out_of_memory()
    if exceeded is not None:
        verdict, message, hint = exceeded.verdict, exceeded.message, exceeded.hint
    if verdict is not Verdict.PASSED:
        environment.require_engine()
    tail = environment.app_log() if verdict is not Verdict.PASSED else ()
    return replace(report, checks=checks, verdict=verdict, message=message, hint=hint, log_tail=tail)


def environment_of(
    exercise: Exercise,
    plan: Plan,
    code: Callable[[], tuple[Snapshot, Plan]],
    engine: DockerEngine,
    images: Mapping[str, str],
    seed: int,
    on_event: OnEvent,
    options: Options,
) -> Environment:
    """The environment of one run, to be entered. `code` may wait: everything else starts meanwhile.

    `plan` says which services and which port; the one that `code` gives may differ in anything else.
    """

    def progress(text: str) -> None:
        on_event({"event": "progress", "text": text})

    def launch(told: Mapping[str, str]) -> Launch:
        snapshot, final = code()
        return prepare_launch(
            engine,
            exercise,
            snapshot,
            final,
            images,
            options.profile,
            seed,
            told,
            environment.stopwatch,
            progress,
            environment.run,
        )

    chosen = [service(name) for name in choices(exercise, plan)]
    environment = Environment(
        engine,
        services=[(each, images[each.role]) for each in chosen],
        images=images,
        launch=launch,
        port=plan.port,
        replica=exercise.replicas > 1,
        seed=seed,
        progress=progress,
        keep=options.keep,
        app_port=options.port,
        prove=options.profile.strict,
    )
    return environment


def choices(exercise: Exercise, plan: Plan) -> Sequence[str]:
    """The service chosen for each need: what kata.toml's [services] says, else the first."""
    chosen = []
    for need in exercise.needs:
        wanted = [name for kind, name in plan.services if name in need.choices]
        chosen.append(wanted[0] if wanted else need.default)
    return chosen


def blank(exercise: Exercise, submission: Path, options: Options) -> Report:
    """A report of a run that has not begun; its seed is drawn here when none is given."""
    return Report(
        exercise=exercise.id,
        exercise_version=exercise.version,
        title=exercise.title,
        verdict=Verdict.NOT_GRADED,
        submission=submission.resolve().name,
        limits=options.profile.told(),
        seed=random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        kata_version=__version__,
        partial=bool(options.only),
    )


def refused(report: Report, exercise: Exercise, error: SubmissionError) -> Report:
    """The report of a submission that never came to be checked. Of a run of some checks alone no points are told."""
    return replace(
        report,
        checks=() if report.partial else unrun(exercise),
        verdict=error.verdict,
        message=error.message,
        hint=f"{in_log(error.log_tail)}\n{error.hint}".strip(),
        log_tail=tuple(error.log_tail),
    )
