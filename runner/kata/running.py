"""A submission that is left running with its services, to be tried by hand: started, remembered, found again, ended."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kata.errors import UsageError
from kata.whole import write_whole

if TYPE_CHECKING:
    from kata.engine.docker import DockerEngine
    from kata.environment import Environment
    from kata.exercise import Exercise
    from kata.task import OnEvent


@dataclass(frozen=True)
class Running:
    """What is known of a server that was left running. `services` are (name, address from this machine)."""

    exercise: str
    run: str
    container: str
    address: str
    submission: str
    stack: str
    services: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]


def start(
    exercise: Exercise,
    submission: Path,
    engine: DockerEngine,
    images: Mapping[str, str],
    on_event: OnEvent,
    port: int | None = None,
) -> Running:
    """Build and start the submission with its services. Raises SubmissionError when it does not come up."""
    from kata import settings
    from kata.arranging import environment_of
    from kata.stacks import detect
    from kata.submission import take
    from kata.task import Options, Task

    if port is not None:
        _must_be_free(port)
    task = Task(replace(exercise, replicas=1), engine, images, Options(keep=True, port=port), on_event)
    with take(submission) as snapshot:
        plan = detect(snapshot, settings.load(snapshot))
        on_event({"event": "plan", "stack": plan.stack, "why": plan.why, "override": plan.override})
        with environment_of(task, plan, lambda: (snapshot, plan), seed=1) as environment:
            _fill_origin(exercise, environment)
            return Running(
                exercise=exercise.id,
                run=environment.run,
                container=environment.app.container,
                address=environment.app.base_url + (plan.base_path or ""),
                submission=str(submission.resolve()),
                stack=plan.stack,
                services=tuple(_services(environment)),
                environment=tuple(_told(exercise, environment)),
            )


def remember(folder: Path, running: Running) -> None:
    """Write down what runs, so that other commands find it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{running.exercise}.json", json.dumps(asdict(running)))
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}",
            "What had been started is ended again; KATA_CACHE_DIR names another folder.",
        ) from error


def remembered(folder: Path) -> tuple[Running, ...]:
    """Everything that was left running, by exercise. A file that cannot be read is none."""
    found = []
    for file in sorted(folder.glob("*.json")):
        with suppress(OSError, ValueError, TypeError, KeyError):
            found.append(_running(json.loads(file.read_text("utf-8"))))
    return tuple(found)


def the_one(folder: Path, exercise: str | None) -> Running:
    """What runs for that exercise, or the only one that runs. Raises UsageError when there is none, or several."""
    found = [each for each in remembered(folder) if exercise in (None, each.exercise)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} are up: {', '.join(each.exercise for each in found)}", "Name one of them.")
    raise UsageError(f"nothing is up{f' for {exercise}' if exercise else ''}", "`kata up EXERCISE FOLDER` starts it.")


def require_alive(folder: Path, running: Running, engine: DockerEngine) -> None:
    """Raise UsageError, and forget it, when what was left running has been removed by other means."""
    from kata.engine.labels import RUN

    if not any(kind == "container" for kind, _, _ in engine.labelled(f"{RUN}={running.run}")):
        (folder / f"{running.exercise}.json").unlink(missing_ok=True)
        raise UsageError(
            f"what was up for {running.exercise} is gone", f"`kata up {running.exercise} FOLDER` starts it."
        )


def end(folder: Path, running: Running, engine: DockerEngine) -> None:
    """Remove everything of that run, and forget it."""
    from kata.engine.labels import RUN
    from kata.engine.sweep import sweep

    sweep(engine, f"{RUN}={running.run}")
    (folder / f"{running.exercise}.json").unlink(missing_ok=True)


def log_lines(engine: DockerEngine, container: str, most: int = 100_000) -> tuple[str, ...]:
    """The server's last `most` output lines, made harmless."""
    from kata.safe import safe_line

    return tuple(safe_line(line, 2000) for line in engine.logs(container, most).splitlines())


def fresh(lines: tuple[str, ...], seen: int) -> tuple[str, ...]:
    """What came after the first `seen` lines; everything when the log began anew."""
    return lines[seen:] if len(lines) >= seen else lines


def _services(environment: Environment) -> Iterator[tuple[str, str]]:
    """Each service with what the server is told of it, as this machine reaches it."""
    for name, prepared in environment.services.prepared.items():
        host, port = environment.services.address(name)
        told = [value.replace(f"{name}:{prepared.port}", f"{host}:{port}") for value in prepared.app.values()]
        yield name, next((value for value in told if f"{host}:{port}" in value), f"{host}:{port}")


def _fill_origin(exercise: Exercise, environment: Environment) -> None:
    """Give the origin, where there is one, the things that the exercise's statement speaks of."""
    document = exercise.folder / "origin.json"
    if "origin" in environment.services.prepared and document.is_file():
        from kata.services import origin

        origin.load(**environment.services.inspect("origin"), document=document.read_text("utf-8"))


def _told(exercise: Exercise, environment: Environment) -> Iterator[tuple[str, str]]:
    """The variables that the exercise speaks of, as the server got them."""
    names = {name for name, _ in exercise.environment}
    names.update(name for prepared in environment.services.prepared.values() for name in prepared.app)
    yield from ((name, value) for name, value in environment.environment.items() if name in names)


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(
                f"port {port} is taken by another program ({error.strerror})",
                "Choose another one, or leave --port out: then a free one is found.",
            ) from error


def _running(data: Mapping[str, Any]) -> Running:
    pairs = {name: tuple((each[0], each[1]) for each in data[name]) for name in ("services", "environment")}
    return Running(**{**data, **pairs})
