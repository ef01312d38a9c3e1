"""What was left running is found again, one by one, and a port that is taken is named before anything starts."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from kata.errors import UsageError
from kata.running import Running, _must_be_free, fresh, remember, remembered, the_one

TINY = Running("90-tiny", "r1", "c1", "http://127.0.0.1:1", "/api", "python", (("postgres", "x"),), (("A", "b"),))
AUTH = replace(TINY, exercise="06-auth", run="r2")


def test_what_runs_is_remembered_by_exercise(tmp_path: Path) -> None:
    for each in (TINY, AUTH, replace(TINY, run="r3")):
        remember(tmp_path / "up", each)
    assert remembered(tmp_path / "up") == (AUTH, replace(TINY, run="r3"))


def test_a_broken_note_is_none(tmp_path: Path) -> None:
    (tmp_path / "90-tiny.json").write_text('{"exercise": 1}')
    assert remembered(tmp_path) == ()


def test_the_only_one_needs_no_name_and_several_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is up"):
        the_one(tmp_path, None)
    remember(tmp_path, TINY)
    assert the_one(tmp_path, None) == TINY
    remember(tmp_path, AUTH)
    assert the_one(tmp_path, "06-auth") == AUTH
    with pytest.raises(UsageError, match="2 are up: 06-auth, 90-tiny"):
        the_one(tmp_path, None)


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken by another program"):
            _must_be_free(port)


def test_a_log_that_began_anew_is_shown_whole() -> None:
    assert fresh(("a", "b", "c"), 2) == ("c",)
    assert fresh(("x",), 2) == ("x",)
