"""The environment of one run, from its task and its plan: which services, which port, and how the server is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kata.application import Launch
from kata.engine.building import Built
from kata.environment import Environment
from kata.exercise import Exercise
from kata.launching import build, launch_of, server_environment
from kata.services import service
from kata.stacks import Plan
from kata.submission import Snapshot
from kata.task import Task

Code = Callable[[], tuple[Snapshot, Plan]]


def environment_of(task: Task, plan: Plan, code: Code, seed: int) -> Environment:
    """The environment of one run, to be entered. `code` may wait: everything else starts meanwhile.

    `plan` says which services and which port; the one that `code` gives may differ in anything else.
    """

    def launch(told: Mapping[str, str]) -> Launch:
        snapshot, final = code()
        built: Built = environment.stopwatch.time("build", lambda: build(task, snapshot, final, environment.run), _note)
        return launch_of(task, snapshot, final, built, server_environment(task.exercise, final, told, seed))

    chosen = [service(name) for name in choices(task.exercise, plan)]
    environment = Environment(
        task.engine,
        services=[(each, task.images[each.role]) for each in chosen],
        images=task.images,
        launch=launch,
        port=plan.port,
        replica=task.exercise.replicas > 1,
        seed=seed,
        progress=task.progress,
        keep=task.options.keep,
        app_port=task.options.port,
        prove=task.options.profile.strict,
    )
    return environment


def choices(exercise: Exercise, plan: Plan) -> Sequence[str]:
    """The service chosen for each need: what kata.toml's [services] says, else the first."""
    chosen = []
    for need in exercise.needs:
        wanted = [name for kind, name in plan.services if name in need.choices]
        chosen.append(wanted[0] if wanted else need.default)
    return chosen


def _note(built: Built) -> str:
    return "cached" if built.cached else "built"
