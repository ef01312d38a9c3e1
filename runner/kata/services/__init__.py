"""The services an exercise can ask for, as data: image, how it starts, when it is ready, what the learner is told.

Each is started through testcontainers' own class for it, on the run's private network; a service publishes nothing,
so readiness is probed through the forwarder and not by testcontainers' port-based waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kata.errors import BrokenExercise

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress


class Occupied(Exception):
    """The submission's own sessions keep a service from what it is asked; the message says how."""


@dataclass(frozen=True)
class Hold:
    """The learner's sessions may read, but what would write waits until `release()`. `waiting()` counts who does."""

    waiting: Callable[[], int]
    release: Callable[[], None]


@dataclass(frozen=True)
class Fresh:
    """A new, empty database in which nobody can create a table yet; `app` is the environment for the learner."""

    app: Mapping[str, str]
    hold: Hold


@dataclass(frozen=True)
class Prepared:
    """A service ready to be started: its image and the credentials that live in it.

    `container` makes the testcontainers object; `probe(host, port)` raises while the service is not ready.
    `app` is the environment for the learner; `inspect` what the grader needs to look inside (address added later).
    """

    name: str
    role: str
    image: str
    port: int
    container: Callable[[], DockerContainer]
    probe: Callable[[str, int], None]
    app: Mapping[str, str]
    inspect: Mapping[str, Any]
    memory: int = 512 << 20
    files: Mapping[str, bytes] | None = None
    command: tuple[str, ...] | None = None
    hold_writes: Callable[[str, int], AbstractContextManager[Hold]] | None = None
    fresh: Callable[[str, int], AbstractContextManager[Fresh]] | None = None


@dataclass(frozen=True)
class Service:
    """A service by name. `kind` is the word in kata.toml's [services] under which it is one of the choices."""

    name: str
    role: str
    kind: str
    prepare: Callable[[Engine, str, int, Progress], Prepared]


def service(name: str) -> Service:
    """The service called `name`. Raises BrokenExercise for a name nobody knows."""
    from kata.services import memcached, mysql, origin, postgres, redis

    known: dict[str, Service] = {}
    for module in (postgres, mysql, redis, memcached, origin):
        known[module.SERVICE.name] = module.SERVICE
    if name not in known:
        raise BrokenExercise(f"there is no service {name!r}", f"Known services: {', '.join(known)}.")
    return known[name]
