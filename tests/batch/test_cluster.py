"""A Dask cluster on one machine: a real scheduler, two workers, one of them killed in the middle."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.waiting import until

pytest.importorskip("distributed", reason="the extra kata-grader[cluster] is not installed")


@contextmanager
def running(*words: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "KATA_LIBRARY": str(LIBRARY)}
    with (cwd / f"{words[0].rsplit('.', 1)[1]}.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=cwd, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answers(port: int) -> bool | None:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return None
    return True


def test_a_worker_that_dies_in_the_middle_loses_nothing(engine: DockerEngine, tmp_path: Path) -> None:
    tiny(tmp_path / "in/ada")
    tiny(tmp_path / "in/bob", on_put="value = -1")
    tiny(tmp_path / "in/cem", before_serving="raise SystemExit(3)")
    port, out = free_port(), tmp_path / "out"
    address = f"tcp://127.0.0.1:{port}"
    worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    with ExitStack() as stack:
        stack.enter_context(running(*scheduler, cwd=tmp_path))
        assert until(lambda: answers(port), 60, every=0.1), (tmp_path / "dask_scheduler.log").read_text()
        first = stack.enter_context(running(*worker, cwd=tmp_path))
        log = tmp_path / "dask_worker.log"
        assert until(lambda: "Registered to" in log.read_text() or None, 60, every=0.1), log.read_text()
        batch = stack.enter_context(
            running(
                "kata.__main__", "batch", "90-tiny", "in", "--out", "out", "--plain", "--cluster", address, cwd=tmp_path
            )
        )
        stack.enter_context(running(*worker, cwd=tmp_path))
        assert until(lambda: [*engine.labelled(f"{PID}={first.pid}")] or None, 60, every=0.1), log.read_text()
        first.kill()
        assert batch.wait(180) == 0, (tmp_path / "__main__.log").read_text()
        gone = until(lambda: not [*engine.labelled(f"{PID}={first.pid}")] or None, 20, every=0.2)
    rows = {row["key"]: row["verdict"] for row in csv.DictReader((out / "gradebook.csv").open(encoding="utf-8"))}
    assert rows == {"ada": "passed", "bob": "failed", "cem": "crashed"}
    assert len(list((out / "store/results").iterdir())) == 3
    assert gone, "the dead worker's containers are still there"
