"""Why a server did not become ready, from /proc/net/tcp and a container's state."""

from __future__ import annotations

import pytest

from kata.diagnosis import Listener, ended, listeners, misplaced, out_of_processes, silent
from kata.engine import ContainerState, Sandbox
from kata.results import Verdict

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"


def row(address: str, state: str = "0A") -> str:
    return f"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 10001 0 1 1"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("00000000:1F40", Listener("0.0.0.0", 8000)),
        ("0100007F:1F40", Listener("127.0.0.1", 8000)),
        ("00000000000000000000000000000000:0BB8", Listener("::", 3000)),
        ("00000000000000000000000001000000:0BB8", Listener("::1", 3000)),
        ("0000000000000000FFFF00000100007F:0050", Listener("127.0.0.1", 80)),
    ],
)
def test_listening_sockets_are_read(address: str, expected: Listener) -> None:
    assert listeners(f"{HEAD}\n{row(address)}\n{row('00000000:2222', '01')}\n") == (expected,)


def test_dns_of_the_engine_is_left_out() -> None:
    assert listeners(row("0B00007F:A1B2")) == ()


def test_garbage_is_no_listener() -> None:
    assert listeners("a b c 0A\n\n: : : 0A\nzz:yy 1 2 0A") == ()


def test_loopback_and_other_ports_are_named() -> None:
    loopback = misplaced([Listener("127.0.0.1", 8000)], 8000, ())
    other = misplaced([Listener("0.0.0.0", 3000)], 8000, ())
    assert loopback is not None
    assert "127.0.0.1:8000" in loopback.message
    assert other is not None
    assert "port 3000" in other.message
    assert other.hint.endswith("`port = 3000` in kata.toml.")


def test_of_many_ports_a_few_are_named() -> None:
    found = misplaced([Listener("0.0.0.0", port) for port in range(3000, 6000)], 8000, ())
    assert found is not None
    assert "port 3000, 3001, 3002, 3003, 3004 and 2995 more, but" in found.message


def test_right_place_is_not_blamed() -> None:
    assert misplaced([Listener("127.0.0.1", 8000), Listener("0.0.0.0", 8000)], 8000, ()) is None
    assert misplaced([], 8000, ()) is None


def test_six_causes_have_six_messages() -> None:
    port, log = 8000, ("last line",)
    found = [
        ended(ContainerState(False, 3, False), Sandbox(), log),
        ended(ContainerState(False, 137, True), Sandbox(), log),
        misplaced([Listener("127.0.0.1", port)], port, log),
        misplaced([Listener("0.0.0.0", 3000)], port, log),
        silent(40, [], port, "/", "", log),
        silent(40, [Listener("0.0.0.0", port)], port, "/", "", log),
        silent(40, [Listener("0.0.0.0", port)], port, "/", "503", log),
        out_of_processes(256, log),
    ]
    errors = [error for error in found if error is not None]
    assert len({error.message for error in errors}) == len(found)
    assert len({error.cause for error in errors}) == len(found)
    assert all(error.hint and error.log_tail == log for error in errors)


def test_commands_that_cannot_run_are_explained() -> None:
    assert "not found" in ended(ContainerState(False, 127, False), Sandbox(), ()).message
    assert ended(ContainerState(False, 1, True), Sandbox(), ()).verdict is Verdict.RESOURCE_LIMIT


@pytest.mark.parametrize(
    "line",
    [
        "RuntimeError: can't start new thread",
        "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process limits reached",
        "runtime: failed to create new OS thread (have 200 already; errno=11)",
        "fork/exec /bin/true: resource temporarily unavailable",
        "main.rb:3:in `initialize': can't create Thread: Resource temporarily unavailable (ThreadError)",
        "Error: spawn /bin/sh EAGAIN",
        "sh: 0: Cannot fork",
        "bash: fork: retry: Resource temporarily unavailable",
    ],
)
def test_who_ended_for_want_of_a_process_is_told_so(line: str) -> None:
    """In the languages' own words; what cannot be read from a socket at once is no such end."""
    found = ended(ContainerState(False, 1, False), Sandbox(pids=99), ("first", line))
    assert found.verdict is Verdict.RESOURCE_LIMIT
    assert "its 99 processes and threads" in found.message
    other = ended(ContainerState(False, 1, False), Sandbox(), ("BlockingIOError: Resource temporarily unavailable",))
    assert other.verdict is Verdict.CRASHED
