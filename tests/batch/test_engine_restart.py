"""The engine goes away in the middle of a batch: nobody's grade, and the batch goes on by itself when it is back."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.batch.own_engine import OwnEngine, own_engine
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.waiting import until

#: Long enough in its first check that the engine is ended during it.
SLOW = "import time; time.sleep(1)"


@pytest.fixture(scope="module")
def own(engine: DockerEngine, images: Mapping[str, str]) -> Iterator[OwnEngine]:
    with own_engine([images["python"], images["forwarder"]]) as found:
        yield found


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("role", ["forwarder", "app"])
def test_a_batch_outlives_its_engine(own: OwnEngine, tmp_path: Path, how: signal.Signals, role: str) -> None:
    """Stopped, with all containers, or killed; while the first server is put together, and while it is checked."""
    tiny(tmp_path / "in/ada", on_get=SLOW, on_put=SLOW)
    tiny(tmp_path / "in/bob", on_put="value = -1")
    batch = start(own, tmp_path)
    assert until(lambda: running(own, role) or None, 60, every=0.05)
    own.stop(how)
    own.start()
    _, said = batch.communicate(timeout=120)
    assert batch.returncode == 0, said
    assert "Traceback" not in said
    assert "trying again" in said
    assert verdicts(tmp_path) == {"ada": "passed", "bob": "failed"}
    assert ended(tmp_path)[0] == "not_graded"
    gone = until(lambda: None if own.containers() or own.networks() else True, 30, every=0.2)
    assert gone, f"left behind: {own.containers()} {own.networks()}"


def start(own: OwnEngine, folder: Path) -> subprocess.Popen[str]:
    """The batch, in the network where the engine's ports are."""
    words = ["batch", "90-tiny", str(folder / "in"), "--out", str(folder / "out"), "-j", "1", "--plain"]
    return subprocess.Popen(
        [*own.inside, sys.executable, "-m", "kata", *words],
        env={**os.environ, "KATA_LIBRARY": str(LIBRARY), "DOCKER_HOST": own.host},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def running(own: OwnEngine, role: str) -> bool:
    """Whether a container of that role was started."""
    return bool(own.docker("ps", "--quiet", "--filter", f"label=dev.kata.role={role}").strip())


def verdicts(folder: Path) -> dict[str, str]:
    with (folder / "out/gradebook.csv").open(encoding="utf-8") as table:
        return {row["key"]: row["verdict"] for row in csv.DictReader(table)}


def ended(folder: Path) -> list[str]:
    """The verdict of each try, in order."""
    lines = map(json.loads, (folder / "out/store/journal.jsonl").read_text().splitlines())
    return [line["verdict"] for line in lines if line["event"] == "ended"]
