"""One copy of the learner's server in its container: created, started, watched until it answers, restarted."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from kata import diagnosis, waiting
from kata.app_log import lines_of, telling
from kata.engine import ContainerSpec, Engine, Sandbox
from kata.engine.labels import run_labels
from kata.errors import NotGraded, SubmissionError, Unstartable

#: A server that listens in the wrong place is told so after this long, not at the end of its time to start.
_LOOK_AFTER = 2.0
_STOP_SECONDS = 10
#: For one whole answer of the health path, however it drips.
_ANSWER_SECONDS = 5.0
_READ_LINES = 400
_LOG_LINES = 40
_MOMENT_LINES = 20


@dataclass(frozen=True)
class Launch:
    """How a copy of the server is made. `code` gives a fresh tar to put at /, or None when the image has it all.

    `own_image` tells that a Dockerfile of the submission made the image.
    """

    image: str
    command: tuple[str, ...] | None
    environment: Mapping[str, str]
    port: int
    health: str
    sandbox: Sandbox
    workdir: str | None = None
    volumes: tuple[str, ...] = ()
    code: Callable[[], IO[bytes]] | None = None
    seconds: float = 40.0
    own_image: bool = False


class Application:
    """A copy of the server named `alias` on the private network, reached at `base_url` through the forwarder."""

    def __init__(
        self,
        engine: Engine,
        launch: Launch,
        run: str,
        network: str,
        alias: str,
        sidecar: str,
        labels: Mapping[str, str],
    ) -> None:
        self._engine = engine
        self._launch = launch
        self._run = run
        self._network = network
        self._alias = alias
        self._sidecar = sidecar
        self._labels = labels
        self.container = ""
        self.base_url = ""

    def create(self) -> None:
        """Make the container and put the code into it; nothing of it runs yet."""
        launch = self._launch
        spec = ContainerSpec(
            image=launch.image,
            role=self._alias,
            network=self._network,
            aliases=(self._alias,),
            command=launch.command,
            environment=launch.environment,
            labels=self._labels,
            workdir=launch.workdir,
            sandbox=launch.sandbox,
            volumes=launch.volumes,
        )
        with self._blamed():
            self.container = self._engine.create(spec)
        if launch.code is not None:
            with launch.code() as tar:
                self._engine.put(self.container, "/", tar)

    def start(self) -> None:
        """Start it and return when it answers. Raises SubmissionError with the exact reason when it does not."""
        with self._blamed():
            self._engine.start(self.container)
        self.wait_until_ready()

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        """What an image of the submission's own does not allow is its doing; our images are ours."""
        try:
            yield
        except Unstartable as error:
            if not self._launch.own_image:
                raise
            raise diagnosis.unstartable(error.message) from error

    def restart(self, kill: bool) -> None:
        """End it, by kill -9 or by SIGTERM, then start it again; returns when it answers."""
        self.end(kill)
        self.start()

    def end(self, kill: bool) -> int:
        """End it and return its exit code. After SIGTERM it has ten seconds."""
        if kill:
            self._engine.kill(self.container)
            return self._engine.wait(self.container, _STOP_SECONDS)
        self._engine.stop(self.container, _STOP_SECONDS)
        return self._engine.state(self.container).exit_code

    def log(self, since: float | None = None, until: float | None = None) -> tuple[str, ...]:
        """What its output tells, of all time or between two moments (Unix time in seconds)."""
        output = self._engine.logs(self.container, _READ_LINES, since, until)
        return telling(lines_of(output), _LOG_LINES if since is None else _MOMENT_LINES)

    # -- readiness --------------------------------------------------------------------------------------------------

    def wait_until_ready(self) -> None:
        """Ready is a complete HTTP reply below 500 on the health path, not an open port."""
        watch = _Watch(self, waiting.SYSTEM_CLOCK.now())
        if waiting.until(watch.look, self._launch.seconds) is None:
            raise self.out_of_processes() or diagnosis.silent(
                self._launch.seconds,
                self.listeners(),
                self._launch.port,
                self._launch.health,
                watch.last_answer,
                self.log(),
            )

    def answer(self) -> int | None:
        """The status that the health path answers now; None when no reply comes."""
        host, _, port = self.base_url.removeprefix("http://").partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=_ANSWER_SECONDS)
        try:
            connection.connect()
            with _cut_off(connection.sock, _ANSWER_SECONDS) as was_cut:
                connection.request("GET", self._launch.health, headers={"Connection": "close", "Accept": "*/*"})
                reply = connection.getresponse()
                reply.read(1 << 16)
            return None if was_cut.is_set() else reply.status
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def failure_at_start(self, elapsed: float) -> SubmissionError | None:
        """What is already certain to be wrong: it ended, or it listens where nobody can reach it."""
        state = self._engine.state(self.container)
        if not state.running:
            return diagnosis.ended(state, self._launch.sandbox, self.log())
        if elapsed > _LOOK_AFTER:
            return diagnosis.misplaced(self.listeners(), self._launch.port, self.log())
        return None

    def out_of_processes(self) -> SubmissionError | None:
        """What to say of a silent server that has all the processes it may have, or has said that it got no more."""
        most, log = self._launch.sandbox.pids, self.log()
        if self._engine.processes(self.container) >= most or diagnosis.wants_processes(log):
            return diagnosis.out_of_processes(most, log)
        return None

    def listeners(self) -> tuple[diagnosis.Listener, ...]:
        """The sockets that listen inside, read by a trusted container that shares its network."""
        spec = ContainerSpec(
            image=self._sidecar,
            role="look",
            entrypoint=("cat", "/proc/net/tcp", "/proc/net/tcp6"),
            labels=run_labels(self._run, "look"),
            share_network_of=self.container,
            sandbox=Sandbox(memory=32 << 20, user="65534:65534"),
        )
        look = self._engine.create(spec)
        try:
            self._engine.start(look)
            self._engine.wait(look, 10)
            return diagnosis.listeners(self._engine.logs(look, 2000).decode("ascii", "replace"))
        except NotGraded:
            return ()  # the server ended at this very moment, which the next look at its state tells
        finally:
            self._engine.remove(look)


@contextmanager
def _cut_off(connection: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """End the connection after so many seconds, and say so: its own timeout begins anew with every byte that comes."""
    was_cut = threading.Event()

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.start()
    try:
        yield was_cut
    finally:
        timer.cancel()


class _Watch:
    """Looks at the health path often, at the container now and then, at its sockets rarely."""

    _STATE_EVERY = 0.1
    _SOCKETS_EVERY = 3.0

    def __init__(self, application: Application, started: float) -> None:
        self._application = application
        self._started = started
        self._next_state = started + self._STATE_EVERY
        self._next_sockets = started + _LOOK_AFTER
        self.last_answer = ""

    def look(self) -> bool | None:
        status = self._application.answer()
        if status is not None and status < 500:
            return True
        if status is not None:
            self.last_answer = str(status)
        now = waiting.SYSTEM_CLOCK.now()
        if now >= self._next_state:
            self._next_state = now + self._STATE_EVERY
            sockets_due = now >= self._next_sockets and not self.last_answer
            if sockets_due:
                self._next_sockets = now + self._SOCKETS_EVERY
            failure = self._application.failure_at_start(now - self._started if sockets_due else 0)
            if failure is not None:
                raise failure
        return None
