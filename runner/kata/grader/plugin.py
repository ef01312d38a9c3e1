"""The pytest plugin of the grader process: collects the checks, waits for the server, reports each check as a line."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kata.grader.channel import Channel, Refused, RunnerGone
from kata.grader.client import Api
from kata.grader.contract import Contract
from kata.grader.control import Control
from kata.grader.failure import Failure, ProtocolError
from kata.grader.fixtures import Fixtures
from kata.grader.journal import Finished, Session
from kata.grader.needs import ATTRIBUTE, ordered
from kata.grader.recorder import Recorder, placed
from kata.grader.reply import Reply
from kata.grader.transport import Limits
from kata.results import Exchange, Status
from kata.safe import safe, safe_line

#: After so many crashes the server is left down: it will not get better, and each start costs seconds.
MOST_REVIVALS = 3


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kata")
    group.addoption("--kata-only", action="append", default=[], help="run this check and what it needs")
    group.addoption("--kata-first", action="append", default=[], help="run this check before the others")
    group.addoption("--kata-contract", default="", help="openapi.yaml that every reply is held against")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Any:
    """A conftest.py that cannot be imported ends pytest before anything else of ours is asked."""
    try:
        return (yield)
    except Exception as error:
        cause = getattr(error, "cause", error)
        Channel.on_standard_streams().send(
            {"event": "broken", **broken(cause, early_config.rootpath, early_config.rootpath)}
        )
        raise


def pytest_configure(config: pytest.Config) -> None:
    grading = Grading(
        Channel.on_standard_streams(),
        config.getoption("--kata-only"),
        Path(config.getoption("--kata-contract")),
        config.getoption("--kata-first"),
        config.rootpath,
    )
    config.pluginmanager.register(grading, "kata-grading")
    config.pluginmanager.register(Fixtures(grading), "kata-fixtures")


class Grading:
    """One grading run inside this process: the conversation with the runner and what each check became."""

    def __init__(
        self, channel: Channel, only: Sequence[str], contract: Path, first: Sequence[str] = (), folder: Path = Path()
    ) -> None:
        self._folder = folder
        self._reading = folder
        self._spoke = False
        self.channel = channel
        self.control = Control(channel)
        self.recorder = Recorder()
        self.session = Session(app="", seed=0)
        self.contract = Contract({})
        self._contract_file = contract
        self._only = tuple(only)
        self._first = tuple(first)
        self._collected: list[str] = []
        self._broken: list[dict[str, Any]] = []
        self._statuses: dict[str, Status] = {}
        self._outcome: Finished | None = None
        self._failing: Exchange | None = None
        self._shared: dict[str, Exchange] = {}
        self._revivals = 0

    def client(self, base_url: str) -> Api:
        return Api(base_url, self.recorder, self.session.base_path, Limits(seconds=self.session.seconds), self._see)

    def _see(self, reply: Reply) -> None:
        """Every reply is held against the contract; what breaks it is a warning of the check that is running."""
        for problem in self.contract.see(reply):
            self.recorder.warn(f"openapi.yaml: {problem}")

    # -- collection -------------------------------------------------------------------------------------------------

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: object) -> None:
        """A file of the grader that cannot be imported: said in one line, with its place."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            error = call.excinfo.value
            cause = error.__cause__ or error if isinstance(error, pytest.Collector.CollectError) else error
            self._broken.append(broken(cause, self._folder, self._reading))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Each check after what it needs; only the selected ones and their needs."""
        self._broken += [problem for item in items for problem in lacking(item)]
        by_id = {check_id(item): item for item in items}
        needed = {id: needs_of(item) for id, item in by_id.items()}
        self._collected = [check_id(item) for item in items]
        unknown = [id for id in self._only if id not in by_id]
        if unknown:
            self._broken.append({"file": "", "message": f"there is no check {unknown[0]!r}"})
            return
        try:
            early = [id for id in self._first if id in (self._only or by_id)]
            items[:] = [by_id[id] for id in ordered([*early, *(self._only or by_id)], needed)]
        except ValueError as error:
            self._broken.append({"file": "", "message": str(error)})

    # -- run --------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Say what was collected, then wait until the server is up."""
        if self._broken:
            self._say_broken(self._broken[0])
            return True
        needs_replica = any("replica" in getattr(item, "fixturenames", ()) for item in session.items)
        self._reading = self._contract_file
        self.contract = Contract.read(self._contract_file)
        self.channel.send({"event": "ready", "checks": self._collected, "replica": needs_replica})
        self._spoke = True
        try:
            self.session = self.channel.session()
        except RunnerGone:
            return True
        self.contract.base_path = self.session.base_path
        return None

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        id = check_id(item)
        self.recorder.take()
        self._outcome = self._failing = None
        started, clock = time.time(), time.perf_counter()
        self.channel.send({"event": "started", "id": id})
        yield
        recorded, warnings = self.recorder.take()
        found = self._outcome or Finished(id, Status.PASSED)
        if not recorded and found.status is Status.PASSED:
            recorded = self._looked_at(item)
        exchanges, failing = placed(self._failing, recorded)
        self._statuses[id] = found.status
        self.channel.send(
            Finished(
                id=id,
                status=found.status,
                message=found.message,
                cause=found.cause,
                route=self.contract.missing(self._failing) if self._failing is not None else "",
                blocked_by=found.blocked_by,
                warnings=warnings,
                exchanges=exchanges,
                failing=failing,
                started=started,
                seconds=time.perf_counter() - clock,
            ).as_event()
        )

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Any:
        before = self.recorder.total
        yield
        sent = self.recorder.latest(before)
        if sent is not None:
            self._shared[fixturedef.argname] = sent

    def _looked_at(self, item: pytest.Item) -> tuple[Exchange, ...]:
        """What a check that sends nothing itself looks at: the exchange of the nearest fixture that it shares."""
        names: Iterable[str] = getattr(item, "fixturenames", ())
        return tuple(self._shared[name] for name in names if name in self._shared)[:1]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        for id in needs_of(item):
            if self._statuses.get(id) is not Status.PASSED:
                raise pytest.skip.Exception(id)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        yield
        if call.excinfo is not None and self._outcome is None:
            self._outcome = self._judged(check_id(item), call.excinfo)
            error = call.excinfo.value
            self._failing = error.exchange if isinstance(error, Failure | ProtocolError) else None

    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """A grader that ends pytest while it is loaded is told in one line; the rest goes to stderr."""
        print(excrepr, file=sys.stderr)
        if not self._spoke:
            self._say_broken(broken(excinfo.value, self._folder, self._reading))

    def _say_broken(self, how: dict[str, str]) -> None:
        """Nothing will be checked."""
        self._spoke = True
        self.channel.send({"event": "broken", **how})

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The last line, only when every check had its turn."""
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            with suppress(RunnerGone):
                self.channel.send({"event": "done"})

    # -- judgement: by the exception's type, never by the phase ------------------------------------------------------

    def _judged(self, id: str, excinfo: pytest.ExceptionInfo[BaseException]) -> Finished:
        error = excinfo.value
        if isinstance(error, pytest.skip.Exception):
            blocker = str(error.msg)
            return Finished(id, Status.SKIPPED, f"skipped: {blocker} has to pass first", blocked_by=blocker)
        if isinstance(error, ProtocolError):
            about = f"{error.exchange.method} {error.exchange.url}: " if error.exchange is not None else ""
            crash = self._crash()
            message = f"{about}{error.message}{crash}"
            return Finished(id, Status.FAILED, message, cause="crashed" if crash else error.kind)
        if isinstance(error, Failure):
            crash = self._crash() if error.cause == "server_error" else ""
            return Finished(id, Status.FAILED, error.message + crash, cause="crashed" if crash else error.cause)
        if isinstance(error, AssertionError):
            return Finished(id, Status.FAILED, safe(str(error), 2000))
        return Finished(id, Status.ERROR, _our_fault(excinfo), cause="grader")

    def _crash(self) -> str:
        """How the server ended, when it did; it is started again so that the next check is judged on its own."""
        try:
            state = self.control.app_state()
            if state["running"]:
                return ""
            if self._revivals < MOST_REVIVALS and not state["oom"]:
                self._revivals += 1
                self.control.start_app()
        except (Failure, Refused, RunnerGone) as error:
            return f". The server had ended and did not come back ({safe_line(str(error), 200)})"
        if state["oom"]:
            return ". The server's process was killed because it ran out of memory"
        return f". The server's process had ended with exit code {state['exit_code']}"


def check_id(item: pytest.Item) -> str:
    """`test_wrong_password_is_refused` proves `wrong-password-is-refused`."""
    return item.name.split("[")[0].removeprefix("test_").replace("_", "-")


def needs_of(item: pytest.Item) -> tuple[str, ...]:
    """The ids of the checks that have to pass before this one."""
    ids: tuple[str, ...] = getattr(getattr(item, "function", None), ATTRIBUTE, ())
    return ids


def lacking(item: pytest.Item) -> list[dict[str, str]]:
    """The fixtures that a check asks for and nobody gives: told before anything runs, not as a fault in the middle."""
    given = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", None)
    wanted = getattr(item, "fixturenames", ()) if given is not None else ()
    place = f"{item.path}:{(item.reportinfo()[1] or 0) + 1}"
    return [
        {"file": place, "message": f"there is no fixture {name!r}; docs/graders.md lists them"}
        for name in wanted
        if name not in (given or ()) and name != "request"
    ]


def broken(error: BaseException, folder: Path, reading: Path) -> dict[str, str]:
    """How a grader broke while it was loaded, and where: the last line inside `folder` that led there, or `reading`."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(folder)]
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(reading)
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": f"{error.filename}:{error.lineno}", "message": f"syntax error: {error.msg}"}
    return {"file": place, "message": f"{type(error).__name__}: {safe_line(str(error), 500)}".rstrip(": ")}


def _our_fault(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Type, text and place of an error in the grader, for whoever maintains it."""
    place = excinfo.traceback[-1]
    text = safe_line(str(excinfo.value), 500)
    return f"{excinfo.typename}: {text} ({Path(str(place.path)).name}:{place.lineno + 1})"
