"""The sandbox seam: images, networks, containers. No knowledge of exercises.

`Engine` is what the rest of kata holds; `docker.DockerEngine` is the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Protocol

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Sandbox:
    """What a container may use. Sizes in bytes, `cpus` in cores; the names are docker's own.

    `written` to its own file system and `output` within four seconds are held by kata's watchdog.
    """

    memory: int = 512 << 20
    cpus: float = 2.0
    pids: int = 256
    files: int = 4096
    shared_memory: int = 16 << 20
    temporary: int = 64 << 20
    read_only: bool = False
    user: str | None = None
    capabilities: tuple[str, ...] = ()
    written: int = 1024 << 20
    output: int = 3 << 20


#: How much of a container's output the engine keeps, wrapped line by line as it is.
LOG_BYTES = 1_000_000


@dataclass(frozen=True)
class ContainerSpec:
    """A container to create. `published` ports are bound on 127.0.0.1 to ports that the engine chooses, or `pinned`."""

    image: str
    role: str
    network: str = ""
    aliases: tuple[str, ...] = ()
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    workdir: str | None = None
    published: tuple[int, ...] = ()
    pinned: Mapping[int, int] = field(default_factory=dict)
    sandbox: Sandbox = Sandbox()
    volumes: tuple[str, ...] = ()
    share_network_of: str = ""


@dataclass(frozen=True)
class ContainerState:
    """What became of a container. `exit_code` means something only when it does not run."""

    running: bool
    exit_code: int
    out_of_memory: bool


@dataclass(frozen=True)
class EngineInfo:
    """Facts about the engine, for the report and `kata doctor`."""

    version: str
    api: str
    system: str
    cpus: int
    memory: int
    cgroup: str = ""
    storage: str = ""


@dataclass(frozen=True)
class ImageInfo:
    """An image that is present: its content id and the parts of its configuration that matter to a sandbox."""

    id: str
    labels: Mapping[str, str]
    user: str
    volumes: tuple[str, ...]
    ports: tuple[str, ...]
    command: tuple[str, ...]
    size: int


class BuildFailed(Exception):
    """An image could not be built; `log` holds the last lines of the build's output.

    `exit_code` is that of the command that failed; None when none did, such as after too long a time. `hint` says what
    to do where the output does not.
    """

    def __init__(self, reason: str, log: Sequence[str], exit_code: int | None = None, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.log = log
        self.exit_code = exit_code
        self.hint = hint


@dataclass(frozen=True)
class BuildLimits:
    """What one image build may use: seconds, bytes of memory in each step, bytes that all its steps write together."""

    seconds: float = 600
    memory: int = 2 << 30
    written: int = 16 << 30


class Engine(Protocol):
    """Verbs on images, networks and containers. Every call has a timeout and raises EngineUnavailable when the
    engine has gone."""

    def info(self) -> EngineInfo: ...

    def image(self, name: str) -> ImageInfo | None: ...

    def pull(self, name: str, progress: Progress) -> None: ...

    def build(
        self,
        context: IO[bytes],
        tag: str,
        labels: Mapping[str, str],
        progress: Progress,
        limits: BuildLimits,
        dockerfile: str = "Dockerfile",
        offline: bool = False,
        fresh: bool = False,
    ) -> None:
        """Build an image. `offline`: its steps have no network. `fresh` takes nothing from the cache of layers and
        leaves nothing in it when it fails."""

    def commit(self, container: str, tag: str, changes: Sequence[str], labels: Mapping[str, str]) -> None: ...

    def create_network(self, name: str, labels: Mapping[str, str]) -> str: ...

    def connect(self, network: str, container: str, aliases: Sequence[str] = ()) -> None: ...

    def create(self, spec: ContainerSpec) -> str: ...

    def start(self, container: str) -> None: ...

    def put(self, container: str, path: str, tar: IO[bytes]) -> None: ...

    def stop(self, container: str, seconds: int) -> None: ...

    def kill(self, container: str) -> None: ...

    def pause(self, container: str) -> None: ...

    def resume(self, container: str) -> None: ...

    def wait(self, container: str, seconds: float) -> int: ...

    def run(self, container: str, command: Sequence[str]) -> tuple[int, bytes]: ...

    def state(self, container: str) -> ContainerState: ...

    def logs(
        self, container: str, lines: int = 200, since: float | None = None, until: float | None = None
    ) -> bytes: ...

    def logged(self, container: str) -> int | None:
        """About how many bytes its log has now; it begins anew after LOG_BYTES. None when the container is gone."""

    def written(self, container: str) -> int: ...

    def processes(self, container: str) -> int:
        """How many processes and threads it has now; 0 when it does not run, or the engine does not count them."""

    def port(self, container: str, port: int) -> int: ...

    def remove(self, container: str) -> None: ...

    def remove_network(self, network: str) -> None: ...
