"""Faults, asked of the runner: the grader never holds Docker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kata.grader.channel import Channel
from kata.grader.expectations import in_parallel

#: So many sessions that wait are enough for requests that meet.
_SESSIONS = 8


class Control:
    """Each fault returns when it is over: the server answers again, the service is ready or gone."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def restart_app(self) -> None:
        """SIGTERM, then start again; returns when the server answers."""
        self._channel.ask("restart_app", kill=False)

    def kill_app(self) -> None:
        """kill -9, then start again; returns when the server answers."""
        self._channel.ask("restart_app", kill=True)

    def stop_app(self) -> int:
        """SIGTERM; returns the exit code once the server has ended."""
        return int(self._channel.ask("stop_app"))

    def start_app(self) -> None:
        """Start the stopped server again; returns when it answers."""
        self._channel.ask("start_app")

    def app_state(self) -> dict[str, Any]:
        """{"running": bool, "exit_code": int, "oom": bool} of the server's container."""
        state: dict[str, Any] = self._channel.ask("app_state")
        return state

    def start_replica(self) -> str:
        """The base URL of the second copy of the server, started when first asked for."""
        return str(self._channel.ask("start_replica"))

    def start_together(self) -> list[str]:
        """The base URLs of two new copies, started at the same moment on a new, empty database."""
        return [str(url) for url in self._channel.ask("start_together")]

    def hold_writes(self, service: str) -> None:
        """From now on the server's sessions in the database may read, and wait before they write."""
        self._channel.ask("hold_writes", service=service)

    def let_writes_go(self, service: str, sessions: int) -> None:
        """Return when so many sessions wait or no more come, and let all of them write at the same moment."""
        self._channel.ask("let_writes_go", service=service, sessions=sessions)

    def at_once(self, service: str, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """The results of calls that really meet in the database: all of them read before any of them writes.

        A server has as many sessions as it likes, so more than eight are not waited for.
        """
        let_go: Callable[[], Any] = partial(self.let_writes_go, service, min(len(calls), _SESSIONS))
        self.hold_writes(service)
        return in_parallel([*calls, let_go])[: len(calls)]

    def stop(self, service: str) -> None:
        """Kill a service; its data in memory is gone, its address stays."""
        self._channel.ask("stop_service", service=service)

    def start(self, service: str) -> None:
        """Start a stopped service; returns when it is ready."""
        self._channel.ask("start_service", service=service)

    def pause(self, service: str) -> None:
        """Freeze a service: connections stay open and nothing answers."""
        self._channel.ask("pause_service", service=service)

    def resume(self, service: str) -> None:
        """Let a frozen service go on."""
        self._channel.ask("resume_service", service=service)
