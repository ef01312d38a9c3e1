"""An engine that left a run is noticed, even when it is back: what was seen meanwhile is nobody's fault."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from tests.fake_engine import FakeEngine
from tests.unit.test_watchdog import BOX, Engine

from kata.engine import ContainerState
from kata.environment import Environment
from kata.errors import EngineUnavailable
from kata.forwarder import Forwarder
from kata.watchdog import Watchdog


class Restarted(FakeEngine):
    """Every container has ended, as after a restart of the engine."""

    def state(self, container: str) -> ContainerState:
        return ContainerState(False, 137, False)


def environment(engine: FakeEngine) -> Environment:
    images: Mapping[str, str] = {"forwarder": "f"}
    made = Environment(engine, [], lambda told: None, images, 8000, False, 1, lambda text: None)  # type: ignore[arg-type,return-value]
    made._forwarder = Forwarder("forwarder", {})
    return made


def test_a_forwarder_that_ended_was_taken_by_the_engine() -> None:
    environment(FakeEngine()).require_engine()
    with pytest.raises(EngineUnavailable, match="stopped while"):
        environment(Restarted()).require_engine()


def test_an_engine_that_did_not_answer_once_has_left_although_the_containers_live() -> None:
    """As with `live-restore`: the containers go on, but nobody could reach them for a while."""
    seen = environment(FakeEngine())
    away = Engine(away=True)
    with Watchdog(away, lambda: ("app",), BOX, "your server") as watchdog:
        deadline = time.monotonic() + 10
        while not watchdog.engine_left and time.monotonic() < deadline:
            time.sleep(0.02)
    seen._watchdogs = (watchdog,)
    with pytest.raises(EngineUnavailable):
        seen.require_engine()
