"""However a run ends, nothing of it stays: Ctrl-C, kill -9, an engine that is not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.tiny import LIBRARY, tiny

from kata.engine import ContainerSpec
from kata.engine.docker import DockerEngine
from kata.engine.labels import EXPIRES, PID, RUN, Owner, run_labels
from kata.engine.sweep import sweep, sweep_abandoned
from kata.errors import NotGraded
from kata.template import write_exercise
from kata.waiting import until

HANGING = "import time; time.sleep(600)"


def kata(*words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kata", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KATA_LIBRARY": str(LIBRARY), **environment},
    )


def objects_of(engine: DockerEngine, pid: int) -> list[tuple[str, str]]:
    return [(kind, id) for kind, id, _ in engine.labelled(f"{PID}={pid}")]


def started(engine: DockerEngine, process: subprocess.Popen[str]) -> bool:
    return bool(until(lambda: len(objects_of(engine, process.pid)) >= 3 or None, 30, every=0.05))


def test_interrupt_removes_everything_and_exits_130(engine: DockerEngine, tmp_path: Path) -> None:
    process = kata("check", "90-tiny", str(tiny(tmp_path / "api", before_serving=HANGING)))
    assert started(engine, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert objects_of(engine, process.pid) == []


def test_an_interrupted_verification_tells_what_was_finished_and_goes_on(engine: DockerEngine, tmp_path: Path) -> None:
    write_exercise("21-my-topic", tmp_path)
    file = tmp_path / "verified.json"
    words = ("verify", "21-my-topic", "-j", "1", "--library", str(tmp_path), "--results", str(tmp_path / "kept"))
    process = kata(*words, "--json", str(file))
    assert process.stdout is not None
    assert any("right/python: passed" in line for line in process.stdout)
    assert started(engine, process)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "finished (1): right/python" in out
    assert "not finished (5): wrong/empty-note-is-taken" in out
    assert "Traceback" not in said
    assert json.loads(file.read_text())[0]["unfinished"]
    assert objects_of(engine, process.pid) == []

    again = kata(*words, "--json", str(file))
    out, said = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert f"1 of 6 runs stand in {tmp_path / 'kept'}" in out
    assert "ok  right/python" not in out
    assert "21-my-topic: proven by 6 submissions" in out
    assert json.loads(file.read_text())[0]["proven"]


def test_terminate_removes_everything(engine: DockerEngine, tmp_path: Path) -> None:
    process = kata("check", "90-tiny", str(tiny(tmp_path / "api", before_serving=HANGING)))
    assert started(engine, process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert objects_of(engine, process.pid) == []


def test_kill_9_is_cleaned_up_by_the_reaper(engine: DockerEngine, tmp_path: Path) -> None:
    process = kata("check", "90-tiny", str(tiny(tmp_path / "api", before_serving=HANGING)))
    assert started(engine, process)
    process.kill()
    process.communicate()
    gone = until(lambda: True if not objects_of(engine, process.pid) else None, 15, every=0.1)
    assert gone, objects_of(engine, process.pid)


def test_keep_leaves_it_running_until_clean_all(engine: DockerEngine, tmp_path: Path) -> None:
    process = kata("check", "90-tiny", str(tiny(tmp_path / "api")), "--keep")
    said, _ = process.communicate(timeout=60)
    try:
        assert process.returncode == 0
        assert "http://127.0.0.1:" in said
        kept = objects_of(engine, process.pid)
        assert len(kept) >= 3
        sweep_abandoned(engine)
        assert objects_of(engine, process.pid) == kept
    finally:
        sweep(engine, f"{PID}={process.pid}")


def test_next_start_sweeps_what_dead_owners_left(engine: DockerEngine, images: Mapping[str, str]) -> None:
    dead = Owner(Owner.current().host, Owner.current().boot, 999_999, "1")
    labels = {**run_labels("0123456789ab", "app", dead), EXPIRES: str(int(time.time()) + 999)}
    left = engine.create(ContainerSpec(image=images["forwarder"], role="app", labels=labels))
    swept = sweep_abandoned(engine)
    assert swept.containers >= 1
    with pytest.raises(NotGraded, match="removed from outside"):
        engine.state(left)
    assert not [id for _, id, _ in engine.labelled(f"{RUN}=0123456789ab")]


def test_engine_that_is_not_there_is_exit_3(tmp_path: Path) -> None:
    process = kata("check", "90-tiny", str(tiny(tmp_path / "api")), DOCKER_HOST="tcp://127.0.0.1:1")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "Docker cannot be reached" in said
    assert "kata doctor" in said
