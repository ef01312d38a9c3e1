"""From a plan to a server that can be started: images made sure of, dependencies built, environment put together."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Mapping
from dataclasses import replace

from kata.application import Launch
from kata.engine import BuildFailed, Progress
from kata.engine.building import APP_FOLDER, APP_USER, Built, application_image, dependency_image, own_image
from kata.engine.docker import DockerEngine
from kata.engine.pulling import require_image
from kata.errors import NotGraded, SubmissionError
from kata.exercise import Exercise, Secret
from kata.profile import Profile
from kata.results import Phase, Verdict
from kata.stacks import Plan
from kata.stopwatch import Stopwatch
from kata.submission import Snapshot
from kata.submission.dockerignore import build_context

#: What images that run as root may keep; a detected stack runs without any capability.
_ROOT_CAPABILITIES = ("CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER")
_LOG_LINES = 40


def prepare_launch(
    engine: DockerEngine,
    exercise: Exercise,
    snapshot: Snapshot,
    plan: Plan,
    images: Mapping[str, str],
    profile: Profile,
    seed: int,
    told: Mapping[str, str],
    stopwatch: Stopwatch,
    progress: Progress,
    run: str,
) -> Launch:
    """Build what has to be built and say how the server starts. Raises SubmissionError when its build fails."""
    started = time.perf_counter()
    try:
        built = _build(engine, snapshot, plan, images, profile, progress, run)
    except BuildFailed as failure:
        raise SubmissionError(
            Verdict.BUILD_FAILED,
            f"the build failed: {failure.reason}",
            "Read the last lines of the build below: the first error in them is the one to fix.",
            tuple(failure.log[-_LOG_LINES:]),
            cause="build",
        ) from failure
    stopwatch.phases.append(Phase("build", time.perf_counter() - started, "cached" if built.cached else "built"))
    environment = server_environment(exercise, plan, told, seed)
    if plan.dockerfile is not None:
        return _own_launch(engine, built, plan, environment, exercise, profile)
    in_image = bool(plan.build)
    return Launch(
        image=built.image,
        command=plan.command,
        environment={"HOME": APP_FOLDER, **environment},
        port=plan.port,
        health=plan.health or exercise.health,
        sandbox=replace(profile.sandbox, user=f"{APP_USER}:{APP_USER}"),
        workdir=APP_FOLDER,
        code=None if in_image else lambda: snapshot.tar(owner=(APP_USER, APP_USER), prefix=APP_FOLDER.strip("/")),
        seconds=profile.boot_seconds,
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


def _build(
    engine: DockerEngine,
    snapshot: Snapshot,
    plan: Plan,
    images: Mapping[str, str],
    profile: Profile,
    progress: Progress,
    run: str,
) -> Built:
    if plan.dockerfile is not None:
        with snapshot.tar(only=build_context(snapshot, plan.dockerfile)) as code:
            return own_image(
                engine,
                plan.dockerfile,
                code,
                snapshot.digest,
                progress,
                profile.build_seconds,
                profile.build_memory,
                confined_to=run if profile.strict else "",
                written=profile.build_written,
            )
    assert plan.base is not None
    limits = profile.build_seconds, profile.build_memory, profile.build_written
    base = images[plan.base]
    info = require_image(engine, base, progress)
    files = set(plan.dependency_files)
    with snapshot.tar(owner=(APP_USER, APP_USER), prefix="dependencies", only=lambda path: path in files) as tar:
        built = dependency_image(engine, base, info, plan.install, tar, snapshot.files_digest(files), progress, *limits)
    if not plan.build:
        return built
    with snapshot.tar(owner=(APP_USER, APP_USER), prefix="code") as code:
        offline = profile.strict and not plan.fetches
        return application_image(engine, built.image, plan.build, code, snapshot.digest, progress, *limits, offline)


def _own_launch(
    engine: DockerEngine,
    built: Built,
    plan: Plan,
    environment: Mapping[str, str],
    exercise: Exercise,
    profile: Profile,
) -> Launch:
    """How an image of the submission's own is run: its command and user, none of its volumes or health checks."""
    info = engine.image(built.image)
    if info is None:
        raise NotGraded(f"the image {built.image} vanished while it was needed", "Run the same command again.")
    root = info.user.split(":")[0] in ("", "0", "root")
    return Launch(
        image=built.image,
        command=plan.command,
        environment=environment,
        port=plan.port,
        health=plan.health or exercise.health,
        sandbox=replace(profile.sandbox, capabilities=_ROOT_CAPABILITIES if root else ()),
        volumes=info.volumes,
        seconds=profile.boot_seconds,
        own_image=True,
    )


def _secret(seed: int, name: str, length: int) -> str:
    """A value drawn from the run's seed for one variable alone; the checks draw from another source."""
    draw = random.Random(f"{seed}:{name}")  # noqa: S311 - replayable by design
    return "".join(draw.choices(string.ascii_letters + string.digits, k=length))
