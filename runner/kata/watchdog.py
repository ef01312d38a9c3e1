"""Ends a server that floods its log or fills its disk: limits that no engine sets on a running container.

A flood of output costs the engine a core outside of the container's own limit, and what is written to the container's
file system is the host's disk. Both are looked at twice a second, in two short calls for each copy of the server
and each service, whose disk is filled by the server.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Protocol

from kata.engine import LOG_BYTES, Sandbox
from kata.errors import EngineUnavailable, NotGraded, SubmissionError
from kata.results import Verdict

_EVERY = 0.5
#: Looks over which output is added up: four seconds.
_LOOKS = 8


class Watchable(Protocol):
    """What the watchdog asks of an engine."""

    def written(self, container: str) -> int: ...

    def logged(self, container: str) -> int | None: ...

    def kill(self, container: str) -> None: ...


class Watchdog:
    """Watches `containers()` while entered; `exceeded` tells the first limit that was broken.

    `whose` containers they are is the beginning of what is said: "your server". `engine_left` is true once the engine
    did not answer.
    """

    def __init__(
        self, engine: Watchable, containers: Callable[[], Iterable[str]], sandbox: Sandbox, whose: str
    ) -> None:
        self.exceeded: SubmissionError | None = None
        self.engine_left = False
        self._engine = engine
        self._containers = containers
        self._sandbox = sandbox
        self._whose = whose
        self._said: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_LOOKS))
        self._logged: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="kata-watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def look(self) -> None:
        """Look at each container once; one that broke a limit is killed."""
        for container in self._containers():
            broken = self._broken(container)
            if broken is not None:
                self.exceeded = self.exceeded or broken
                self._engine.kill(container)

    def _broken(self, container: str) -> SubmissionError | None:
        said = self._said[container]
        said.append(self._grown(container))
        if sum(said) > self._sandbox.output:
            return _limit(
                f"{self._whose} was ended because it printed more than {self._sandbox.output >> 20} MB within seconds",
                "Look for a loop that logs; print at most a few lines for each request.",
                "output",
            )
        if self._engine.written(container) > self._sandbox.written:
            return _limit(
                f"{self._whose} was ended because it wrote more than {self._sandbox.written >> 20} MB of files",
                "Keep data in the services that the exercise names, and no more of it than a request brings.",
                "disk",
            )
        return None

    def _grown(self, container: str) -> int:
        """Bytes by which the log grew since the last look; one that is smaller than it was has begun anew.

        The lines' times do not tell it: all of a line without an end has the time of its beginning.
        """
        now, before = self._engine.logged(container), self._logged.get(container, 0)
        if now is None:
            return 0
        self._logged[container] = now
        return now - before if now >= before else max(0, LOG_BYTES - before) + now

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            try:
                self.look()
            except NotGraded as error:  # the engine is away for a moment; whoever needs it says so
                self.engine_left = self.engine_left or isinstance(error, EngineUnavailable)


def _limit(message: str, hint: str, cause: str) -> SubmissionError:
    return SubmissionError(Verdict.RESOURCE_LIMIT, message, hint, cause=cause)
