"""From a plan to a server that can be started: images made sure of, dependencies built, environment put together."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import replace

from kata.application import Launch
from kata.engine import BuildFailed
from kata.engine.building import APP_FOLDER, APP_USER, Built, application_image, dependency_image, own_image
from kata.engine.pulling import require_image
from kata.errors import NotGraded, SubmissionError
from kata.exercise import Exercise, Secret
from kata.results import Verdict
from kata.stacks import Plan
from kata.submission import Snapshot
from kata.submission.dockerignore import build_context
from kata.task import Task

#: What images that run as root may keep; a detected stack runs without any capability.
_ROOT_CAPABILITIES = ("CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER")
_LOG_LINES = 40


def build(task: Task, snapshot: Snapshot, plan: Plan, run: str) -> Built:
    """Build what has to be built for the run of that name. Raises SubmissionError when the build fails."""
    try:
        if plan.dockerfile is not None:
            return _own(task, snapshot, plan.dockerfile, run)
        return _detected(task, snapshot, plan)
    except BuildFailed as failure:
        raise SubmissionError(
            Verdict.BUILD_FAILED,
            f"the build failed: {failure.reason}",
            failure.hint or "Read the last lines of the build below: the first error in them is the one to fix.",
            tuple(failure.log[-_LOG_LINES:]),
            cause="build",
        ) from failure


def launch_of(task: Task, snapshot: Snapshot, plan: Plan, built: Built, environment: Mapping[str, str]) -> Launch:
    """How the server starts from what was built, with these variables."""
    if plan.dockerfile is not None:
        return _own_launch(task, plan, built, environment)
    in_image = bool(plan.build)
    return Launch(
        image=built.image,
        command=plan.command,
        environment={"HOME": APP_FOLDER, **environment},
        port=plan.port,
        health=plan.health or task.exercise.health,
        sandbox=replace(task.options.profile.sandbox, user=f"{APP_USER}:{APP_USER}"),
        workdir=APP_FOLDER,
        code=None if in_image else lambda: snapshot.tar(owner=(APP_USER, APP_USER), prefix=APP_FOLDER.strip("/")),
        seconds=task.options.profile.boot_seconds,
    )


def server_environment(exercise: Exercise, plan: Plan, told: Mapping[str, str], seed: int) -> dict[str, str]:
    """The variables of the server: the submission's own, then the exercise's, then what the runner decides."""
    own = {"TZ": "UTC", "PYTHONUNBUFFERED": "1", "NODE_ENV": "production", **dict(plan.environment)}
    stated = {
        name: _secret(seed, name, value.length) if isinstance(value, Secret) else value
        for name, value in exercise.environment
    }
    # init passes signals on to the whole group, so that a shell in between does not swallow SIGTERM
    return {**own, **stated, **told, "PORT": str(plan.port), "TINI_KILL_PROCESS_GROUP": "1"}


def _own(task: Task, snapshot: Snapshot, dockerfile: str, run: str) -> Built:
    """The image of the submission's own Dockerfile; a stranger's belongs to the run alone."""
    profile = task.options.profile
    with snapshot.tar(only=build_context(snapshot, dockerfile)) as code:
        return own_image(
            task.engine,
            dockerfile,
            code,
            snapshot.digest,
            task.progress,
            profile.build,
            confined_to=run if profile.strict else "",
        )


def _detected(task: Task, snapshot: Snapshot, plan: Plan) -> Built:
    """The language's image with the dependencies in it, and the whole code where that has to be built."""
    assert plan.base is not None
    engine, base, profile = task.engine, task.images[plan.base], task.options.profile
    info = require_image(engine, base, task.progress)
    files = set(plan.dependency_files)
    with snapshot.tar(owner=(APP_USER, APP_USER), prefix="dependencies", only=lambda path: path in files) as tar:
        digest = snapshot.files_digest(files)
        built = dependency_image(engine, base, info, plan.install, tar, digest, task.progress, profile.build)
    if not plan.build:
        return built
    with snapshot.tar(owner=(APP_USER, APP_USER), prefix="code") as code:
        offline = profile.strict and not plan.fetches
        return application_image(
            engine, built.image, plan.build, code, snapshot.digest, task.progress, profile.build, offline
        )


def _own_launch(task: Task, plan: Plan, built: Built, environment: Mapping[str, str]) -> Launch:
    """How an image of the submission's own is run: its command and user, none of its volumes or health checks."""
    profile = task.options.profile
    info = task.engine.image(built.image)
    if info is None:
        raise NotGraded(f"the image {built.image} vanished while it was needed", "Run the same command again.")
    root = info.user.split(":")[0] in ("", "0", "root")
    return Launch(
        image=built.image,
        command=plan.command,
        environment=environment,
        port=plan.port,
        health=plan.health or task.exercise.health,
        sandbox=replace(profile.sandbox, capabilities=_ROOT_CAPABILITIES if root else ()),
        volumes=info.volumes,
        seconds=profile.boot_seconds,
        own_image=True,
    )


def _secret(seed: int, name: str, length: int) -> str:
    """A value drawn from the run's seed for one variable alone; the checks draw from another source."""
    draw = random.Random(f"{seed}:{name}")  # noqa: S311 - replayable by design
    return "".join(draw.choices(string.ascii_letters + string.digits, k=length))
