"""The backing services of one run, once they are prepared: started, reached, and disturbed as a grader asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kata import diagnosis
from kata.engine import Engine
from kata.errors import NotGraded, SubmissionError
from kata.forwarder import Forwarder, Target
from kata.services import Prepared
from kata.services.starting import start_service, wait_until_ready


class BackingServices:
    """The services by name: `prepared` before their containers are made, `containers` once they are."""

    def __init__(self, engine: Engine, forwarder: Callable[[], Forwarder]) -> None:
        self.prepared: dict[str, Prepared] = {}
        self.containers: dict[str, str] = {}
        self._engine = engine
        self._forwarder = forwarder
        self._stopped: set[str] = set()

    def create(self, name: str, network: str, labels: Mapping[str, str]) -> None:
        """Make and start the container of a prepared service; it may not be ready yet."""
        self.containers[name] = start_service(self.prepared[name], network, labels)

    def wait(self, name: str) -> None:
        """Return when the service does real work. Raises Occupied when the submission prevents it."""
        wait_until_ready(self.prepared[name], *self.address(name))

    def address(self, name: str) -> tuple[str, int]:
        """Host and port at which the runner and the grader reach a service."""
        prepared = self.prepared[name]
        return "127.0.0.1", self._forwarder().ports[Target(prepared.name, prepared.port)]

    def inspected(self) -> dict[str, dict[str, Any]]:
        """What the grader needs to look inside each service: address and the reader's credentials."""
        return {name: self.inspect(name) for name in self.prepared}

    def inspect(self, name: str) -> dict[str, Any]:
        """The same for one of them."""
        host, port = self.address(name)
        return {"host": host, "port": port, **self.prepared[name].inspect}

    def used(self) -> tuple[tuple[str, str], ...]:
        """(role, image) of each, for the report."""
        return tuple((each.role, each.image) for each in self.prepared.values())

    # -- faults -----------------------------------------------------------------------------------------------------

    def stop(self, name: str) -> None:
        """Kill a service; its data in memory is gone, its address stays."""
        self._stopped.add(name)
        self._engine.kill(self._container(name))

    def start(self, name: str) -> None:
        """Start a stopped service again; returns when it is ready."""
        self._engine.start(self._container(name))
        self.wait(name)
        self._stopped.discard(name)

    def pause(self, name: str) -> None:
        """Freeze a service: connections stay open and nothing answers."""
        self._engine.pause(self._container(name))

    def resume(self, name: str) -> None:
        """Let a frozen service go on."""
        self._engine.resume(self._container(name))

    def out_of_memory(self) -> SubmissionError | None:
        """The service that was ended because what the server asked of it took all of its memory, if any."""
        for name, container in self.containers.items():
            state = self._engine.state(container)
            if name not in self._stopped and not state.running and state.out_of_memory:
                return diagnosis.service_out_of_memory(name)
        return None

    def _container(self, name: str) -> str:
        if name not in self.containers:
            raise NotGraded(f"this exercise runs no service called {name!r}")
        return self.containers[name]
