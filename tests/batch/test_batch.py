"""`kata batch` with real containers: killed in the middle, resumed, and compared with an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.verify.load import kept_busy
from kata.waiting import until

HANGING = "import time; time.sleep(600)"


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kata", *words, "--plain"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KATA_LIBRARY": str(LIBRARY)},
    )


def finish(*words: str) -> tuple[int, str]:
    process = start(*words)
    _, said = process.communicate(timeout=240)
    assert "Traceback" not in said
    return process.returncode, said


def objects_of(engine: DockerEngine, pid: int) -> list[str]:
    return [id for _, id, _ in engine.labelled(f"{PID}={pid}")]


def count_in(folder: Path, word: str) -> int:
    journal = folder / "store/journal.jsonl"
    return journal.read_text().count(word) if journal.exists() else 0


def results_in(folder: Path) -> list[str]:
    return sorted(each.name for each in (folder / "store/results").glob("*.json"))


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    tiny(folder / "ada")
    tiny(folder / "bob", on_put="value = -1")
    tiny(folder / "cem", before_serving="raise SystemExit(3)")
    tiny(folder / "dan", on_get="return self.answer(500)")
    (folder / "eva.zip").write_bytes(b"nothing")
    return folder


def test_killed_and_resumed_in_parallel_gives_the_table_of_one_by_one(
    engine: DockerEngine, handed_in: Path, tmp_path: Path
) -> None:
    """One by one and undisturbed; then three at a time on busy cores, killed when one runs, then when one is stored."""
    alone, together = tmp_path / "alone", tmp_path / "together"
    code, said = finish("batch", "90-tiny", str(handed_in), "--out", str(alone), "-j", "1")
    assert code == 0, said

    words = ("batch", "90-tiny", str(handed_in), "--out", str(together), "-j", "3")
    points = [lambda: count_in(together, '"started"') >= 1, lambda: len(results_in(together)) >= 2]
    killed: list[int] = []
    with kept_busy(True):
        for point in points:
            process = start(*words)
            assert until(lambda point=point: point() or None, 120, every=0.02)
            process.kill()
            process.communicate()
            killed.append(process.pid)
        before = {name: (together / "store/results" / name).stat().st_ino for name in results_in(together)}
        code, said = finish(*words)
    assert code == 0, said
    assert len(results_in(together)) == 5
    assert (
        before.items()
        <= {name: (together / "store/results" / name).stat().st_ino for name in results_in(together)}.items()
    )
    assert (together / "gradebook.csv").read_bytes() == (alone / "gradebook.csv").read_bytes()
    for pid in killed:
        assert until(lambda pid=pid: not objects_of(engine, pid) or None, 20, every=0.2), "the reaper left something"


def test_interrupted_politely_everything_is_removed_and_nothing_counts_as_a_crash(
    engine: DockerEngine, tmp_path: Path
) -> None:
    tiny(tmp_path / "in/ada", before_serving=HANGING)
    process = start("batch", "90-tiny", str(tmp_path / "in"), "--out", str(tmp_path / "out"))
    assert until(lambda: len(objects_of(engine, process.pid)) >= 3 or None, 60, every=0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert objects_of(engine, process.pid) == []
    assert results_in(tmp_path / "out") == []
    assert '"interrupted"' in (tmp_path / "out/store/journal.jsonl").read_text()
