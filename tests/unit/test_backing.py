"""The services of a run: what the server did to one is told apart from what the grader did to it."""

from __future__ import annotations

import pytest
from tests.fake_engine import FakeEngine

from kata.backing import BackingServices
from kata.engine import ContainerState
from kata.errors import NotGraded
from kata.forwarder import Forwarder


class Starved(FakeEngine):
    """Every container has been ended for its memory."""

    def state(self, container: str) -> ContainerState:
        return ContainerState(False, 137, True)

    def kill(self, container: str) -> None:
        self.removed.append(container)


def services(engine: FakeEngine) -> BackingServices:
    made = BackingServices(engine, lambda: Forwarder("forwarder", {}))  # type: ignore[arg-type]
    made.containers["redis"] = "container-1"
    return made


def test_a_service_that_the_server_filled_is_told() -> None:
    assert services(FakeEngine()).out_of_memory() is None
    told = services(Starved()).out_of_memory()
    assert told is not None
    assert "redis" in told.message


def test_a_service_that_the_grader_stopped_is_nobodys_fault() -> None:
    stopped = services(Starved())
    stopped.stop("redis")
    assert stopped.out_of_memory() is None


def test_a_fault_of_a_service_that_does_not_run_is_the_graders_mistake() -> None:
    with pytest.raises(NotGraded, match="no service called 'postgres'"):
        services(FakeEngine()).start("postgres")
