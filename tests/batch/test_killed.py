"""kill -9 at each marked point of a batch: the same command goes on, and nobody can tell the table from another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.batch.dying import POINTS
from tests.conftest import ROOT
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.engine.labels import PID, RUN
from kata.waiting import until


@dataclass(frozen=True)
class Evening:
    """Two submissions for 90-tiny with a service beside the server, and the table of a run that nobody disturbed."""

    folder: Path
    table: bytes

    @property
    def scratch(self) -> Path:
        """Where the batch makes its temporary files."""
        return self.folder / "tmp"

    def batch(self, out: Path, *before: str) -> tuple[int, int, str]:
        """Run the batch; its process id, its exit code and what it said. `before` are words for another program."""
        program = before or ("kata",)
        words = ["batch", "90-tiny", str(self.folder / "in"), "--out", str(out), "-j", "1", "--plain"]
        process = subprocess.Popen(
            [sys.executable, "-m", *program, *words],
            cwd=ROOT,
            env={**os.environ, "KATA_LIBRARY": str(self.folder / "library"), "TMPDIR": str(self.scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, said = process.communicate(timeout=120)
        assert "Traceback" not in said, said
        return process.pid, process.returncode, said


@pytest.fixture(scope="module")
def evening(engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Evening:
    folder = tmp_path_factory.mktemp("evening")
    tiny(folder / "in/ada")
    tiny(folder / "in/bob", on_put="value = -1")
    library(folder / "library")
    evening = Evening(folder, b"")
    evening.scratch.mkdir()
    _, code, said = evening.batch(folder / "undisturbed")
    assert code == 0, said
    return Evening(folder, (folder / "undisturbed/gradebook.csv").read_bytes())


def library(folder: Path) -> None:
    """90-tiny with a cache that nobody uses: a service's container is to be removed, too."""
    shutil.copytree(LIBRARY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "exercises/90-tiny/exercise.toml"
    file.write_text(file.read_text().replace('kind = "http"', 'kind = "http"\nservices = ["redis"]'))


def started(out: Path) -> Counter[str]:
    """How often each submission was begun, by the key of its result."""
    journal = out / "store/journal.jsonl"
    said = journal.read_text().splitlines() if journal.exists() else []
    lines = [json.loads(line) for line in said if line.endswith("}") and line.startswith('{"')]
    return Counter(line["key"] for line in lines if line["event"] == "started")


def stored(out: Path) -> dict[str, int]:
    """Key and inode of every result."""
    return {file.stem: file.stat().st_ino for file in (out / "store/results").glob("[!.]*.json")}


@pytest.mark.parametrize("point", POINTS)
def test_killed_there_and_resumed(evening: Evening, engine: DockerEngine, tmp_path: Path, point: str) -> None:
    """One result each, none twice; no container, network or volume of the killed run; the same bytes in the table."""
    out = tmp_path / "out"
    killed, code, said = evening.batch(out, "tests.batch.dying", point)
    assert code == -signal.SIGKILL, said
    results, begun = stored(out), started(out)

    resumed, code, said = evening.batch(out)
    assert code == 0, said
    assert (out / "gradebook.csv").read_bytes() == evening.table
    assert len(stored(out)) == 2
    assert results.items() <= stored(out).items(), "a result was written twice"
    assert all(started(out)[key] == begun[key] for key in results), "what had a result was graded again"
    assert not list(out.rglob(".new-*")), "half a file is left"
    assert sorted(each.name for each in (out / "feedback").iterdir()) == ["ada", "bob"]
    left = until(lambda: None if objects_of(engine, killed, resumed) else True, 20, every=0.2)
    assert left, f"left in the engine: {objects_of(engine, killed, resumed)}"
    assert until(lambda: not list(evening.scratch.iterdir()) or None, 20, every=0.2), "a temporary folder is left"


def objects_of(engine: DockerEngine, *owners: int) -> list[tuple[str, str]]:
    """Every container, network, volume and image of those processes."""
    found = engine.labelled(RUN)
    return [(kind, id) for kind, id, labels in found if labels.get(PID) in {str(pid) for pid in owners}]
