"""What one run consists of: a private network, services, the server and the forwarder, as one context manager.

Everything that can start in parallel does; the server is created early but started only when its services are ready,
so that waiting for us never costs the learner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any

from kata import waiting
from kata.application import Application, Launch
from kata.backing import BackingServices
from kata.engine import Progress, Sandbox
from kata.engine.docker import DockerEngine
from kata.engine.labels import KEEP, RUN, Owner, new_run, run_labels
from kata.engine.proof import require_limits
from kata.engine.pulling import require_image
from kata.engine.reaper import Reaper
from kata.engine.sweep import sweep
from kata.errors import EngineUnavailable, NotGraded, SubmissionError
from kata.forwarder import SANDBOX as FORWARDER_SANDBOX
from kata.forwarder import Forwarder, Target, start_forwarder
from kata.holding import Writes
from kata.services import Prepared, Service
from kata.stopwatch import Stopwatch
from kata.watchdog import Watchdog

#: What a service may write and print; the other limits of services are set where they are started.
SERVICE_SANDBOX = Sandbox(written=2048 << 20)
APP, REPLICA = "app", "replica"
#: Copies that start at the same moment on a database of their own, and how long they are held back for one another.
TOGETHER = ("together-1", "together-2")
_HOLD_SECONDS = 20


class Environment:
    """One run's containers. Enter it to start them; on leaving, everything with the run's label is removed.

    `services` are the chosen ones with their images, `launch` makes the image of the server and says how it starts.
    `app_port` asks for a port of 127.0.0.1; without it the engine chooses one. `prove` wants proof that the engine's
    limits hold before anything of the submission runs.
    """

    def __init__(
        self,
        engine: DockerEngine,
        services: Sequence[tuple[Service, str]],
        launch: Callable[[Mapping[str, str]], Launch],
        images: Mapping[str, str],
        port: int,
        replica: bool,
        seed: int,
        progress: Progress,
        keep: bool = False,
        app_port: int | None = None,
        prove: bool = False,
    ) -> None:
        self.run = new_run()
        self.stopwatch = Stopwatch()
        self.services = BackingServices(engine, lambda: self._forwarder)
        self._engine = engine
        self._chosen = services
        self._launch = launch
        self._port = port
        self._forwarder_image = images["forwarder"]
        self._with_replica = replica
        self._seed = seed
        self._progress = progress
        self._keep = keep
        self._app_port = app_port
        self._prove = prove
        self._owner = Owner.current()
        self._stack = ExitStack()
        self._reaper = Reaper(self.run)
        self._applications: dict[str, Application] = {}
        self._copies: list[Application] = []
        self._replica_started = False
        self.writes = Writes()
        self._forwarder = Forwarder("", {})
        self._network = ""
        self._out_of_memory = False
        self._watchdogs: tuple[Watchdog, ...] = ()
        self.environment: Mapping[str, str] = {}

    @property
    def app(self) -> Application:
        return self._applications[APP]

    # -- start ------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Environment:
        self._stack.enter_context(self._reaper)
        self._stack.callback(self._remove_everything)
        try:
            self._start_blamelessly()
        except BaseException:
            self._keep = False
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start_blamelessly(self) -> None:
        """Start; what went wrong because the engine left is not the submission's doing."""
        try:
            self._start()
        except SubmissionError:
            self.require_engine()
            raise

    def _start(self) -> None:
        with ThreadPoolExecutor(8, "kata-start") as pool:
            network = pool.submit(self._make_network)
            prepared = [pool.submit(self._prepare, service, image) for service, image in self._chosen]
            launch = pool.submit(self._prepare_launch, prepared)
            forwarder = pool.submit(self._start_forwarder, network, prepared)
            services = [pool.submit(self._start_service, network, forwarder, each) for each in prepared]
            created = pool.submit(self._create_applications, network, launch)
            pending: list[Future[Any]] = [network, *prepared, launch, forwarder, *services, created]
            wait(pending, return_when="FIRST_EXCEPTION")
            _raise_first(pending)
        for alias, application in self._applications.items():
            application.base_url = self._forwarder.url(Target(alias, self._port))
        self._watch()
        self.stopwatch.time("boot", self._boot)

    def _watch(self) -> None:
        def copies() -> list[str]:
            return [each.container for each in tuple(self._copies) if each.container]

        def services() -> list[str]:
            return list(self.services.containers.values())

        self._watchdogs = tuple(
            self._stack.enter_context(Watchdog(self._engine, whom, box, whose))
            for whom, box, whose in (
                (copies, self._made.sandbox, "your server"),
                (services, SERVICE_SANDBOX, "a service that your server uses"),
            )
        )

    def _boot(self) -> None:
        """Start the server; one that the watchdog has ended did not crash."""
        try:
            self.app.start()
        except SubmissionError as error:
            raise self.exceeded or error from error

    def _make_network(self) -> str:
        self._network = self._engine.create_network(f"kata-{self.run}", self._labels("network"))
        return self._network

    def _prepare(self, service: Service, image: str) -> Prepared:
        require_image(self._engine, image, self._progress)
        prepared = service.prepare(self._engine, image, self._seed, self._progress)
        self.services.prepared[service.name] = prepared
        return prepared

    def _prepare_launch(self, prepared: Sequence[Future[Prepared]]) -> Launch:
        told: dict[str, str] = {}
        for each in prepared:
            told.update(each.result().app)
        launch = self._launch(told)
        self.environment = launch.environment
        return launch

    def _start_forwarder(self, network: Future[str], prepared: Sequence[Future[Prepared]]) -> Forwarder:
        require_image(self._engine, self._forwarder_image, self._progress)
        targets = [Target(APP, self._port)]
        if self._with_replica:
            targets += [Target(alias, self._port) for alias in (REPLICA, *TOGETHER)]
        targets += [Target(each.result().name, each.result().port) for each in prepared]
        self._forwarder = start_forwarder(
            self._engine, self._forwarder_image, network.result(), targets, self._labels("forwarder"), self._app_port
        )
        if self._prove:
            require_limits(self._engine, self._forwarder.container, FORWARDER_SANDBOX)
        return self._forwarder

    def _start_service(self, network: Future[str], forwarder: Future[Forwarder], future: Future[Prepared]) -> None:
        prepared = future.result()
        network.result()

        def run() -> None:
            self.services.create(prepared.name, f"kata-{self.run}", self._labels(prepared.name))
            forwarder.result()
            self.services.wait(prepared.name)

        self.stopwatch.time(prepared.name, run)

    def _create_applications(self, network: Future[str], launch: Future[Launch]) -> None:
        self._made, _ = launch.result(), network.result()
        for alias in (APP, REPLICA) if self._with_replica else (APP,):
            self._applications[alias] = self._copy(alias, self._made)

    def _copy(self, alias: str, launch: Launch) -> Application:
        application = Application(
            self._engine, launch, self.run, self._network, alias, self._forwarder_image, self._labels(alias)
        )
        self._copies.append(application)
        application.create()
        return application

    def require_engine(self) -> None:
        """Raise EngineUnavailable when the engine left this run, even if it is back by now: then nothing seen counts.

        An engine that stops takes the forwarder with it, which never ends by itself.
        """
        forwarder = self._forwarder.container
        left = any(each.engine_left for each in self._watchdogs)
        if left or (forwarder and not self._engine.state(forwarder).running):
            raise EngineUnavailable("the engine stopped while the server was running", "Run the same command again.")

    # -- faults and facts -------------------------------------------------------------------------------------------

    def replica_url(self) -> str:
        """Where the second copy answers, started when first asked for. Raises SubmissionError when it does not start.

        Not earlier: what its start breaks in the database is then blamed on the check that asked for it, every time.
        """
        if not self._with_replica:
            raise NotGraded("the exercise asks for a replica but does not declare `replicas = 2`")
        replica = self._applications[REPLICA]
        if not self._replica_started:
            self._replica_started = True
            replica.start()
        return replica.base_url

    def start_together(self) -> list[str]:
        """Where two new copies answer that were started at the same moment on a new, empty database.

        Both are held back until both want to create their first table, so that they meet every time. Raises
        SubmissionError when one of them did not start.
        """
        database = next((each for each in self.services.prepared.values() if each.fresh is not None), None)
        if database is None or database.fresh is None or not self._with_replica:
            raise NotGraded("copies start together only on a database, in an exercise that declares `replicas = 2`")
        with database.fresh(*self.services.address(database.name)) as fresh:
            launch = replace(self._made, environment={**self._made.environment, **fresh.app})
            copies = [self._copy(alias, launch) for alias in TOGETHER]
            for alias, copy in zip(TOGETHER, copies, strict=True):
                copy.base_url = self._forwarder.url(Target(alias, self._port))
            with ThreadPoolExecutor(len(copies), "kata-together") as pool:
                starting = [pool.submit(copy.start) for copy in copies]
                waiting.until(
                    lambda: fresh.hold.waiting() >= len(copies) or any(each.done() for each in starting) or None,
                    _HOLD_SECONDS,
                )
                fresh.hold.release()
        _raise_first(starting)
        return [copy.base_url for copy in copies]

    def app_state(self) -> dict[str, Any]:
        """Whether the server runs, and how it ended when it does not."""
        state = self._engine.state(self.app.container)
        self._out_of_memory = self._out_of_memory or (state.out_of_memory and not state.running)
        return {"running": state.running, "exit_code": state.exit_code, "oom": state.out_of_memory}

    @property
    def exceeded(self) -> SubmissionError | None:
        """The limit that the server or one of its services was ended for by a watchdog, if any."""
        return next((each.exceeded for each in self._watchdogs if each.exceeded is not None), None)

    def ran_out_of_memory(self) -> bool:
        """Whether the server was ever found dead of memory."""
        self.app_state()
        return self._out_of_memory

    def app_log(self, since: float | None = None, until: float | None = None) -> tuple[str, ...]:
        """What the server's output tells, of all time or between two moments; empty when it was never made."""
        application = self._applications.get(APP)
        if application is None or not application.container:
            return ()
        return application.log(since, until)

    # -- end --------------------------------------------------------------------------------------------------------

    def _labels(self, role: str) -> dict[str, str]:
        labels = run_labels(self.run, role, self._owner)
        return {**labels, KEEP: "yes"} if self._keep else labels

    def _remove_everything(self) -> None:
        if self._keep:
            return
        try:
            stuck = self.stopwatch.time("teardown", lambda: sweep(self._engine, f"{RUN}={self.run}")).stuck
        except EngineUnavailable:  # which changes nothing about what was found
            stuck = True
        if stuck:
            self._reaper.take_over()


def _raise_first(futures: Sequence[Future[Any]]) -> None:
    """Raise what went wrong first; the submission's own fault is told before what followed from it."""
    errors = [future.exception() for future in futures if future.done() and future.exception() is not None]
    for error in errors:
        if isinstance(error, SubmissionError):
            raise error
    for error in errors:
        if error is not None:
            raise error
