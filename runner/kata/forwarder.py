"""The one way in: a small trusted container that carries TCP from 127.0.0.1 to the run's private network.

It stands on the normal bridge, where its ports are published on ports that the engine chooses, and is then connected
to the private network. Works the same on Linux and Docker Desktop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kata.engine import ContainerSpec, Engine, Sandbox

_FIRST_PORT = 9000
SANDBOX = Sandbox(memory=64 << 20, pids=1024, user="65534:65534")


@dataclass(frozen=True)
class Target:
    """A name and a port on the private network."""

    host: str
    port: int


@dataclass(frozen=True)
class Forwarder:
    """A started forwarder; `ports` tells where on 127.0.0.1 each target is."""

    container: str
    ports: Mapping[Target, int]

    def url(self, target: Target) -> str:
        """The base URL of an HTTP server behind the forwarder. Always 127.0.0.1, never localhost."""
        return f"http://127.0.0.1:{self.ports[target]}"


def start_forwarder(
    engine: Engine,
    image: str,
    network: str,
    targets: Sequence[Target],
    labels: Mapping[str, str],
    first_port: int | None = None,
) -> Forwarder:
    """Create, connect to the private network, then start: the targets need not exist yet.

    `first_port` is the port on 127.0.0.1 for the first target; the engine chooses the others.
    """
    inside = {target: _FIRST_PORT + index for index, target in enumerate(targets)}
    spec = ContainerSpec(
        image=image,
        role="forwarder",
        entrypoint=("sh", "-c"),
        command=(_script(inside),),
        labels=labels,
        published=tuple(inside.values()),
        pinned={} if first_port is None else {_FIRST_PORT: first_port},
        sandbox=SANDBOX,
    )
    container = engine.create(spec)
    engine.connect(network, container)
    engine.start(container)
    return Forwarder(container, {target: engine.port(container, port) for target, port in inside.items()})


def _script(inside: Mapping[Target, int]) -> str:
    listeners = " ".join(
        f"socat TCP-LISTEN:{port},fork,reuseaddr,backlog=256,max-children=300,nodelay "
        f"TCP:{target.host}:{target.port},nodelay,connect-timeout=5 &"
        for target, port in inside.items()
    )
    return f"{listeners} wait"
