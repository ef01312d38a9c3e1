"""A server that floods its log or fills its disk is ended, and told why."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kata.engine import LOG_BYTES, Sandbox
from kata.errors import EngineUnavailable
from kata.results import Verdict
from kata.watchdog import Watchdog

MIB = 1 << 20
BOX = Sandbox(written=10 * MIB, output=3 * MIB)


@dataclass
class Engine:
    """Containers that write and print what the test says at each look; a log that is full begins anew."""

    sizes: dict[str, int] = field(default_factory=dict)
    prints: dict[str, int] = field(default_factory=dict)
    logs: dict[str, int] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)
    away: bool = False

    def written(self, container: str) -> int:
        return self.sizes.get(container, 0)

    def logged(self, container: str) -> int | None:
        if self.away:
            raise EngineUnavailable("away")
        self.logs[container] = (self.logs.get(container, 0) + self.prints.get(container, 0)) % LOG_BYTES
        return self.logs[container]

    def kill(self, container: str) -> None:
        self.killed.append(container)


def watched(engine: Engine, looks: int, containers: tuple[str, ...] = ("app", "replica")) -> Watchdog:
    watchdog = Watchdog(engine, lambda: containers, BOX, "your server")
    for _ in range(looks):
        watchdog.look()
    return watchdog


def test_quiet_servers_are_left_alone() -> None:
    engine = Engine(sizes={"app": 10 * MIB}, prints={"app": 3 * MIB // 8})
    assert watched(engine, 50).exceeded is None
    assert engine.killed == []


@pytest.mark.parametrize(
    ("engine", "word"),
    [(Engine(sizes={"replica": 10 * MIB + 1}), "wrote"), (Engine(prints={"replica": 500_001}), "printed")],
)
def test_the_one_that_broke_a_limit_is_killed_and_told(engine: Engine, word: str) -> None:
    exceeded = watched(engine, 7).exceeded
    assert exceeded is not None
    assert exceeded.verdict is Verdict.RESOURCE_LIMIT
    assert word in exceeded.message
    assert set(engine.killed) == {"replica"}


def test_one_burst_is_no_flood() -> None:
    engine = Engine(prints={"app": 2 * MIB})
    watchdog = watched(engine, 1)
    engine.prints["app"] = 0
    for _ in range(20):
        watchdog.look()
    assert watchdog.exceeded is None


def test_an_engine_that_is_away_ends_no_run() -> None:
    with Watchdog(Engine(away=True), lambda: ("app",), BOX, "your server") as watchdog:
        pass
    assert watchdog.exceeded is None
