"""Which image stands for which role, and what happens when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fake_engine import FakeEngine

from kata.engine.images import DEFAULTS, image_table
from kata.engine.labels import RUN, Owner, run_labels
from kata.engine.pulling import require_image
from kata.engine.sweep import Swept, sweep, sweep_abandoned
from kata.errors import EngineUnavailable, NotGraded, UsageError


def test_official_names_by_default(tmp_path: Path) -> None:
    assert image_table(tmp_path) == DEFAULTS


def test_own_configuration_wins_over_the_bootstrap(tmp_path: Path) -> None:
    (tmp_path / "images.toml").write_text('[images]\npostgres = "local/postgres"\nredis = "local/redis"\n')
    (tmp_path / "config.toml").write_text('[images]\npostgres = "mine/postgres"\n')
    table = image_table(tmp_path)
    assert (table["postgres"], table["redis"], table["node"]) == ("mine/postgres", "local/redis", DEFAULTS["node"])


@pytest.mark.parametrize("text", ['[images]\npostgers = "x"\n', "[images]\nredis = 7\n", "images = 7\n", "[images\n"])
def test_broken_table_names_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "images.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        image_table(tmp_path)
    assert "images.toml" in caught.value.message


def test_missing_image_is_pulled_and_said_so() -> None:
    said: list[str] = []
    engine = FakeEngine(registry=frozenset({"redis:8"}))
    assert require_image(engine, "redis:8", said.append).id == "sha256:redis:8"  # type: ignore[arg-type]
    assert "redis:8" in said[0]
    said.clear()
    require_image(engine, "redis:8", said.append)  # type: ignore[arg-type]
    assert said == []


def test_image_that_cannot_be_had_is_not_graded() -> None:
    with pytest.raises(NotGraded):
        require_image(FakeEngine(), "redis:8", lambda text: None)  # type: ignore[arg-type]


def test_sweep_removes_one_run_and_no_other() -> None:
    engine = FakeEngine()
    engine.others = {"net-a": ("network", run_labels("a", "network")), "vol-a": ("volume", run_labels("a", "app"))}
    engine.others["net-b"] = ("network", run_labels("b", "network"))
    assert sweep(engine, f"{RUN}=a").total == 2
    assert list(engine.others) == ["net-b"]


class Holding(FakeEngine):
    """Does not give up one network; has gone when that is wished."""

    error: NotGraded = NotGraded("network net-a has active endpoints")

    def remove_network(self, network: str) -> None:
        if network == "net-a":
            raise self.error
        super().remove_network(network)


def test_what_an_engine_does_not_give_up_hinders_nobody() -> None:
    engine = Holding()
    dead = Owner(Owner.current().host, "another boot", 1, "1")
    engine.others = {name: ("network", run_labels("a", "network", dead)) for name in ("net-a", "net-b")}
    assert sweep_abandoned(engine) == Swept(networks=1, stuck=1)
    assert list(engine.others) == ["net-a"]
    engine.error = EngineUnavailable("Docker stopped answering")
    with pytest.raises(EngineUnavailable):
        sweep_abandoned(engine)


def test_sweep_leaves_the_living_alone() -> None:
    engine = FakeEngine()
    dead = Owner(Owner.current().host, "another boot", 1, "1")
    engine.others = {
        "mine": ("network", run_labels("a", "network")),
        "dead": ("network", run_labels("b", "network", dead)),
    }
    assert sweep_abandoned(engine).networks == 1
    assert list(engine.others) == ["mine"]
