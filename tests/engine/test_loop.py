"""The whole loop as a new user types it, on both starters, in a terminal of 80 by 24; its transcript is kept.

KATA_WRITE_TRANSCRIPTS=1 writes the transcripts anew.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.engine.terminal import Terminal
from tests.tiny import LIBRARY, tiny

from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.engine.sweep import sweep
from kata.waiting import until

TRANSCRIPTS = Path(__file__).parent / "transcripts"
SESSION = (
    "kata start 06-auth my-api --stack {stack}",
    "cd my-api",
    "kata check 06-auth .",
    "kata check 06-auth . --reuse -q",
    "kata explain 06-auth register-creates-account",
    "kata up 06-auth . -q",
    "kata logs --lines 1 | wc -l",
    "kata down",
    "kata progress",
    "kata next",
    "kata start 06-auth .",
)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; it is the terminal of this test")
@pytest.mark.parametrize("stack", ["python", "node"])
def test_the_loop_of_a_new_user(stack: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "kata", "pull", "06-auth"], check=True, capture_output=True)
    places = {"KATA_DATA_DIR": str(tmp_path / "data"), "KATA_CACHE_DIR": str(tmp_path / "cache"), "KATA_LIBRARY": ""}
    (tmp_path / "home").mkdir()
    with Terminal(tmp_path / "home", places) as terminal:
        for command in SESSION:
            terminal.type(command.format(stack=stack))
        assert all(len(line) <= 80 for line in terminal.screen().splitlines())
        said = terminal.transcript()
    file = TRANSCRIPTS / f"loop-{stack}.txt"
    if os.environ.get("KATA_WRITE_TRANSCRIPTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8")


@pytest.fixture
def distant_engine() -> Iterator[tuple[str, Callable[[], None]]]:
    """A DOCKER_HOST that leads to the engine, and a way to cut it."""
    if not Path("/var/run/docker.sock").exists():
        pytest.skip("this engine is not reached through a socket")
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = [listener]

    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect("/var/run/docker.sock")
                ends.extend((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    def cut() -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", cut
    cut()


def test_an_engine_that_stops_in_the_middle_is_nobodys_grade(
    distant_engine: tuple[str, Callable[[], None]], engine: DockerEngine, tmp_path: Path
) -> None:
    host, cut = distant_engine
    folder = tiny(tmp_path / "api", before_serving="import time; time.sleep(600)")
    command = [sys.executable, "-m", "kata", "check", "90-tiny", str(folder), "--plain"]
    environment = {**os.environ, "KATA_LIBRARY": str(LIBRARY), "DOCKER_HOST": host}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert until(lambda: len(list(engine.labelled(f"{PID}={process.pid}"))) >= 3 or None, 30, every=0.05)
        cut()
        said, errors = process.communicate(timeout=60)
        assert process.returncode == 3, said + errors
        assert "Traceback" not in errors
        assert "Docker" in said + errors
    finally:
        process.kill()
        sweep(engine, f"{PID}={process.pid}")
