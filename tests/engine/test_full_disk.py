"""A disk that is full: one message, a documented exit code, and the result is shown all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.small_disk import fill, small_disk
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.engine.labels import PID


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own without room for one more byte."""
    with small_disk(tmp_path / "full", pages=16) as disk:
        fill(disk)
        yield disk


def kata(*words: str, **places: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KATA_LIBRARY": str(LIBRARY), **places}
    command = [sys.executable, "-m", "kata", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def test_a_report_that_has_no_room_costs_no_result(full: Path, tmp_path: Path) -> None:
    """The report is on the screen; the file that was there before is as it was."""
    (full / "filler").write_bytes(b"")
    page = full / "page.html"
    page.write_text("the one before")
    fill(full)
    said = kata("check", "90-tiny", str(tiny(tmp_path / "api")), "--report", str(page), "--plain")
    assert said.returncode == 2, said.stderr
    assert "PASSED" in said.stdout
    assert f"{page} cannot be written: No space left on device" in said.stderr
    assert "Traceback" not in said.stderr
    assert page.read_text() == "the one before"
    assert sorted(each.name for each in full.iterdir()) == ["filler", "page.html"]


def test_progress_that_has_no_room_costs_no_result(full: Path, tmp_path: Path) -> None:
    said = kata("check", "90-tiny", str(tiny(tmp_path / "api")), "--plain", KATA_DATA_DIR=str(full))
    assert said.returncode == 0, said.stderr
    assert "PASSED" in said.stdout
    assert "cannot be written: No space left on device" in said.stderr
    assert "Traceback" not in said.stderr
    assert not list(full.glob("tmp*"))


def test_a_cache_that_has_no_room_costs_nothing(full: Path, tmp_path: Path) -> None:
    said = kata("check", "90-tiny", str(tiny(tmp_path / "api")), "--plain", KATA_CACHE_DIR=str(full))
    assert said.returncode == 0, said.stderr
    assert "PASSED" in said.stdout
    assert "Traceback" not in said.stderr


def test_a_project_that_has_no_room_leaves_nothing(full: Path) -> None:
    said = kata("start", "06-auth", str(full / "api"), KATA_LIBRARY="")
    assert said.returncode == 2
    assert "No space left on device" in said.stderr
    assert not (full / "api").exists()


def test_up_that_can_not_be_remembered_leaves_nothing_running(full: Path, engine: DockerEngine, tmp_path: Path) -> None:
    """Nobody could end it later."""
    environment = {**os.environ, "KATA_LIBRARY": str(LIBRARY), "KATA_CACHE_DIR": str(full)}
    command = [sys.executable, "-m", "kata", "up", "90-tiny", str(tiny(tmp_path / "api")), "-q"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2, said
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert [id for _, id, _ in engine.labelled(f"{PID}={process.pid}")] == []
