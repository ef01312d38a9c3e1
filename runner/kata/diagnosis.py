"""Why a server did not become ready: six causes, six messages, each with what to try."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kata.engine import ContainerState, Sandbox
from kata.errors import SubmissionError
from kata.mistakes import NO_PROCESS_LEFT
from kata.results import Verdict

_LISTEN = "0A"
_MOST_PORTS = 5


@dataclass(frozen=True)
class Listener:
    """A listening TCP socket inside the container."""

    address: str
    port: int

    @property
    def loopback(self) -> bool:
        return self.address.startswith("127.") or self.address == "::1"


def listeners(proc_net_tcp: str) -> tuple[Listener, ...]:
    """The listening sockets in the text of /proc/net/tcp and /proc/net/tcp6 (proc(5)); docker's own DNS left out."""
    found: dict[Listener, None] = {}
    for line in proc_net_tcp.splitlines():
        words = line.split()
        if len(words) > 3 and words[3] == _LISTEN and re.fullmatch(r"[0-9A-F]{8,32}:[0-9A-F]{4}", words[1]):
            address, _, port = words[1].partition(":")
            listener = Listener(_address(address), int(port, 16))
            if listener.address != "127.0.0.11":
                found[listener] = None
    return tuple(found)


def _address(digits: str) -> str:
    """An address as the kernel prints it: 32-bit words in the machine's (little-endian) order."""
    words = [bytes.fromhex(digits[i : i + 8])[::-1] for i in range(0, len(digits), 8)]
    raw = b"".join(words)
    if len(raw) == 4:
        return ".".join(str(byte) for byte in raw)
    if raw[:12] == b"\0" * 10 + b"\xff\xff":
        return ".".join(str(byte) for byte in raw[12:])
    return "::1" if raw == b"\0" * 15 + b"\1" else "::" if not any(raw) else raw.hex(":", 2)


def ended(state: ContainerState, box: Sandbox, log: tuple[str, ...]) -> SubmissionError:
    """The process ended before it answered."""
    if state.out_of_memory:
        return out_of_memory(box.memory, log)
    if wants_processes(log):
        return out_of_processes(box.pids, log)
    words = {126: " (the start command is not executable)", 127: " (the start command was not found)"}
    return SubmissionError(
        Verdict.CRASHED,
        f"your server ended with exit code {state.exit_code}{words.get(state.exit_code, '')} before it answered",
        "Read the last lines of its log below: the first error in them is the one to fix.",
        log,
        cause="crashed",
    )


def out_of_memory(memory: int, log: tuple[str, ...]) -> SubmissionError:
    """The kernel killed the server for its memory (bytes)."""
    return SubmissionError(
        Verdict.RESOURCE_LIMIT,
        f"your server was killed because it used more than its {memory >> 20} MB of memory",
        "Look for something that grows with each request or is loaded whole at start.",
        log,
        cause="memory",
    )


def wants_processes(log: tuple[str, ...]) -> bool:
    """Does the log say that no process or thread could be started?"""
    return any(re.search(NO_PROCESS_LEFT, line) for line in log)


def out_of_processes(most: int, log: tuple[str, ...]) -> SubmissionError:
    """The server has all the processes that it may have, so that the next one could not be started."""
    return SubmissionError(
        Verdict.RESOURCE_LIMIT,
        f"your server used up its {most} processes and threads, so that no more could be started",
        "Look for threads or processes that are started for each request, in a loop, or one per worker, and never end.",
        log,
        cause="processes",
    )


def unstartable(reason: str) -> SubmissionError:
    """The engine refused to start the image, in its own words."""
    return SubmissionError(
        Verdict.NOT_READY,
        f"your image was built, but no container can be started from it: {reason}",
        "Look at USER, WORKDIR and VOLUME of your Dockerfile: the user must be in the image, folders must be folders.",
        cause="image",
    )


def service_out_of_memory(name: str) -> SubmissionError:
    """A service ended in the middle of the run: nobody but the server asks anything large of it."""
    return SubmissionError(
        Verdict.RESOURCE_LIMIT,
        f"{name} was ended because it ran out of memory by what your server asked of it",
        "Look for a statement that builds one very large value, or reads everything at once.",
        cause="memory",
    )


def misplaced(found: Sequence[Listener], port: int, log: tuple[str, ...]) -> SubmissionError | None:
    """The server listens, but not where it can be reached; None when nothing of that kind is wrong."""
    on_port = [each for each in found if each.port == port]
    if any(not each.loopback for each in on_port):
        return None
    if on_port:
        return SubmissionError(
            Verdict.NOT_READY,
            f"your server listens on {on_port[0].address}:{port}, which only the container itself can reach",
            "Listen on 0.0.0.0 instead of 127.0.0.1 or localhost.",
            log,
            cause="loopback",
        )
    if found:
        others = _few(sorted({each.port for each in found}))
        return SubmissionError(
            Verdict.NOT_READY,
            f"your server listens on port {others}, but it was given PORT={port}",
            f"Read the port from the environment variable PORT, or say `port = {found[0].port}` in kata.toml.",
            log,
            cause="wrong_port",
        )
    return None


def _few(ports: Sequence[int]) -> str:
    named = ", ".join(map(str, ports[:_MOST_PORTS]))
    return f"{named} and {len(ports) - _MOST_PORTS} more" if len(ports) > _MOST_PORTS else named


def silent(
    seconds: float, found: Sequence[Listener], port: int, health: str, answer: str, log: tuple[str, ...]
) -> SubmissionError:
    """The time to start is over and no healthy answer came."""
    if not any(each.port == port for each in found):
        return SubmissionError(
            Verdict.NOT_READY,
            f"your server runs, but after {seconds:g} seconds nothing listens on port {port}",
            "Check that the start command starts the server and that it listens on 0.0.0.0 and $PORT.",
            log,
            cause="not_listening",
        )
    if answer:
        return SubmissionError(
            Verdict.NOT_READY,
            f"GET {health} still answered {answer} after {seconds:g} seconds; any status below 500 is ready",
            'Mend what fails at start, or name another path: `health = "/..."` in kata.toml.',
            log,
            cause="unhealthy",
        )
    return SubmissionError(
        Verdict.NOT_READY,
        f"your server accepts connections on port {port} but did not answer GET {health} within {seconds:g} seconds",
        "A request hangs: look for a lock, an endless loop, or a connection that is waited for at start.",
        log,
        cause="no_answer",
    )
