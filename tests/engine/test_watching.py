"""`kata watch`: each save gets fresh, warm services; failed checks first; an old run gives way; a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.library import Library, Shelf
from kata.results import Verdict
from kata.task import Task
from kata.waiting import until
from kata.watching import Watch

WRONG = "value = value + 1 if isinstance(value, int) else value"


@pytest.fixture
def events() -> list[Mapping[str, Any]]:
    return []


@pytest.fixture
def watch(
    engine: DockerEngine, images: Mapping[str, str], events: list[Mapping[str, Any]], tmp_path: Path
) -> Iterator[Watch]:
    tiny(tmp_path / "api", on_put=WRONG)
    exercise = Library((Shelf(LIBRARY),)).find("90-tiny")
    with Watch(Task(exercise, engine, images, on_event=events.append), tmp_path / "api") as watch:
        yield watch


def order(events: list[Mapping[str, Any]]) -> list[str]:
    return [event["id"] for event in events if event.get("event") == "finished"]


def test_each_save_is_checked_and_what_failed_comes_first(
    watch: Watch, events: list[Mapping[str, Any]], tmp_path: Path
) -> None:
    first = watch.check()
    assert first is not None
    assert first.verdict is Verdict.FAILED
    assert order(events)[0] == "greets"
    assert watch.check() is None, "nothing has changed"
    events.clear()
    tiny(tmp_path / "api")
    second = watch.check()
    assert second is not None
    assert second.verdict is Verdict.PASSED
    assert order(events)[0] == "keeps-number"
    assert second.seed != first.seed


def test_a_broken_kata_toml_is_told_with_its_line_and_mended(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "api/kata.toml").write_text("prot = 8000\n")
    broken = watch.check()
    assert broken is not None
    assert broken.verdict is Verdict.REFUSED
    assert broken.message.startswith("kata.toml:1: prot")
    (tmp_path / "api/kata.toml").unlink()
    mended = watch.check()
    assert mended is not None
    assert mended.verdict is Verdict.FAILED


def test_a_server_that_hangs_at_start_gives_way_to_newer_code(watch: Watch, tmp_path: Path) -> None:
    watch.check()
    tiny(tmp_path / "api", before_serving="import time; time.sleep(600)")
    timer = threading.Timer(3, watch.hurry)
    timer.start()
    hanging = watch.check()
    assert hanging is not None
    assert hanging.verdict is Verdict.CRASHED, "had its time to start run out, it would be not_ready"


def test_interrupt_ends_it_cleanly(engine: DockerEngine, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kata", "watch", "90-tiny", str(tiny(tmp_path / "api"))]
    environment = {**os.environ, "KATA_LIBRARY": str(LIBRARY), "PYTHONUNBUFFERED": "1"}
    said = tmp_path / "said"
    with said.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment)
    assert until(lambda: "waiting for a save" in said.read_text() or None, 60), said.read_text()
    tiny(tmp_path / "api", on_put=WRONG)
    assert until(lambda: "FAILS NOW" in said.read_text() or None, 60), said.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, said.read_text()
    assert "Stopped; everything that was started has been removed." in said.read_text()
    assert [id for _, id, _ in engine.labelled(f"{PID}={process.pid}")] == []
