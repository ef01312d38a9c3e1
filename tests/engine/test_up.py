"""`kata up` leaves a server running that `kata logs` and `kata down` find; what does not start leaves nothing."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.tiny import LIBRARY, tiny


@pytest.fixture
def kata(tmp_path: Path):
    """Run a command line with a cache folder of its own; whatever it left up is ended."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        places = {"KATA_LIBRARY": str(LIBRARY), "KATA_CACHE_DIR": str(tmp_path / "cache")}
        command = [sys.executable, "-m", "kata", *words]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **places}, timeout=120)

    yield run
    run("down")


def test_up_logs_down(kata, tmp_path: Path) -> None:
    up = kata("up", "90-tiny", str(tiny(tmp_path / "api")))
    assert up.returncode == 0, up.stderr
    address = re.search(r"up at (http://127\.0\.0\.1:\d+)", up.stdout)
    greeting = re.search(r"GREETING=(\w+)", up.stdout)
    assert address is not None
    assert greeting is not None
    with urllib.request.urlopen(address[1]) as reply:
        assert reply.read().decode() == greeting[1]
    assert "handled GET /" in kata("logs").stdout
    assert "90-tiny: ended and removed" in kata("down").stdout
    with pytest.raises(OSError):
        urllib.request.urlopen(address[1])
    assert "Nothing is up" in kata("down").stdout


def test_the_origin_holds_what_the_statement_speaks_of(kata, tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parents[1] / "submissions" / "09-caching" / "right" / "fastapi"
    up = kata("up", "09-caching", str(folder), "-q")
    assert up.returncode == 0, up.stderr
    with urllib.request.urlopen(f"{up.stdout.strip()}/products/7") as reply:
        assert json.load(reply)["name"] == "Claw hammer"


def test_up_again_replaces_what_ran(kata, tmp_path: Path) -> None:
    folder = str(tiny(tmp_path / "api"))
    first = kata("up", "90-tiny", folder, "-q").stdout.strip()
    second = kata("up", "90-tiny", folder, "-q")
    assert f"ended what ran before at {first}" in second.stderr
    assert second.stdout.strip() != ""


def test_a_port_in_use_is_named_and_nothing_is_started(kata, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = kata("up", "90-tiny", str(tiny(tmp_path / "api")), "--port", str(port))
    assert refused.returncode == 2
    assert f"port {port} is taken by another program" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "nothing is up" in kata("logs").stderr


def test_what_does_not_start_tells_why_and_leaves_nothing(kata, tmp_path: Path) -> None:
    failed = kata("up", "90-tiny", str(tiny(tmp_path / "api", at_import='print("no such table"); sys.exit(3)')))
    assert failed.returncode == 1
    assert "exit code 3" in failed.stderr
    assert "no such table" in failed.stderr
    assert "nothing is up" in kata("logs").stderr
