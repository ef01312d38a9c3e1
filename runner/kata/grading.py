"""Runs a grader in a process of its own and decides what each of its lines, or a missing one, means."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from kata.engine.labels import Owner, boot_id
from kata.errors import BrokenExercise, NotGraded
from kata.exercise import Exercise
from kata.grader.journal import Finished, Session, finished_from, line
from kata.safe import safe

Answer = Callable[[str, Mapping[str, Any]], Any]
OnEvent = Callable[[Mapping[str, Any]], None]

#: How the folder is called that a grader process works in; its owner follows.
_SCRATCH = "kata-grader-"
#: What the grader process may know of the machine it runs on.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
#: Importing and collecting takes half a second; a busy machine may need twenty times as long.
_LOADING_SECONDS = 60
_OFF = [
    "cacheprovider",
    "terminal",
    "doctest",
    "junitxml",
    "faulthandler",
    "unraisableexception",
    "threadexception",
    "logging",
    "warnings",
    "pastebin",
    "debugging",
    "stepwise",
    "nose",
    "recwarn",
    "setuponly",
    "setupplan",
    "legacypath",
]


class AskFailed(Exception):
    """What a check asked for did not work, and that is the submission's doing."""


@dataclass
class Journal:
    """What the grader process said, in order; kept whatever becomes of the process."""

    finished: dict[str, Finished] = field(default_factory=dict)
    running: str = ""
    done: bool = False


class GraderProcess:
    """A grader that is started early and waits, imported and collected, until the server is up."""

    def __init__(self, exercise: Exercise, only: Sequence[str] = (), first: Sequence[str] = ()) -> None:
        self._exercise = exercise
        self._only = tuple(only)
        self._first = tuple(first)
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._errors: Path | None = None
        self._event: Mapping[str, Any] | None = None

    def __enter__(self) -> GraderProcess:
        owner = Owner.current()
        _remove_abandoned()
        self._scratch = tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{owner.host}-{owner.pid}-{owner.born}-")
        self._errors = Path(self._scratch.name) / "stderr"
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                grader_command(self._exercise, self._only, self._first),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self._scratch.name,
                env=grader_environment(os.environ),
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, scratch = self._process, self._scratch
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):
                        stream.close()
            process.wait()
        if scratch is not None:
            scratch.cleanup()

    def ready(self) -> Mapping[str, Any]:
        """Wait until the grader is collected. Raises BrokenExercise when it cannot be, or proves other ids."""
        if self._event is None:
            self._event = self._collected()
        event = self._event
        if event.get("event") == "broken":
            where = event.get("file") or self._exercise.grader
            raise BrokenExercise(f"{where}: {event['message']}", "Mend the grader; `kata verify` checks it.")
        _same_ids(self._exercise, event["checks"])
        return event

    def _collected(self) -> Mapping[str, Any]:
        """The first line, or what kept it from being said. A grader that never ends loading is ended."""
        process = self._process
        assert process is not None
        patience = threading.Timer(_LOADING_SECONDS, process.kill)
        patience.daemon = True
        patience.start()
        event = next(self._lines(), None)
        if event is not None:
            patience.cancel()
            return event
        code, overdue = process.wait(), not patience.is_alive()
        patience.cancel()
        words = self._last_words().strip()
        if not overdue and (code < 0 or words):  # what the grader itself does wrong, the plugin would have told
            raise NotGraded(f"the grader of {self._exercise.id} did not start (exit code {code}): {words}")
        how = f"was not loaded within {_LOADING_SECONDS} seconds" if overdue else f"ended by itself (exit code {code})"
        return {"event": "broken", "file": "", "message": f"the grader {how} before its first check"}

    def grade(self, session: Session, answer: Answer, on_event: OnEvent, seconds: float) -> Journal:
        """Hand over the session and follow the checks to the end, or for `seconds`; what was finished counts."""
        process = self._process
        assert process is not None
        journal = Journal()
        watchdog = threading.Timer(seconds, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._say({"session": asdict(session)})
            for event in self._lines():
                self._take(event, journal, answer, on_event)
        finally:
            watchdog.cancel()
        return journal

    def stop(self) -> None:
        """End it where it stands; what was finished is kept, and `grade` returns."""
        if self._process is not None:
            self._process.kill()

    def _take(self, event: Mapping[str, Any], journal: Journal, answer: Answer, on_event: OnEvent) -> None:
        if "ask" in event:
            on_event({"event": "asked", "what": event["ask"], "at": time.time()})
            self._say(_answered(answer, event))
            return
        if event["event"] == "started":
            journal.running = event["id"]
        elif event["event"] == "finished":
            journal.finished[event["id"]] = finished_from(event)
            journal.running = ""
        elif event["event"] == "done":
            journal.done = True
        on_event(event)

    def _say(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line(message))
            self._process.stdin.flush()

    def _lines(self) -> Iterator[dict[str, Any]]:
        assert self._process is not None
        assert self._process.stdout is not None
        for text in iter(self._process.stdout.readline, b""):
            yield json.loads(text)

    def _last_words(self) -> str:
        assert self._errors is not None
        return safe(self._errors.read_bytes()[-2000:], 2000)


def grader_command(exercise: Exercise, only: Sequence[str], first: Sequence[str] = ()) -> list[str]:
    """pytest, deaf to everything but the grader's own folder: no configuration, no plugins, no conftest above it."""
    folder = str(exercise.grader)
    words = [sys.executable, "-I", "-m", "pytest", "-c", os.devnull, "--rootdir", folder, "--confcutdir", folder]
    words += ["--import-mode=importlib", "--assert=plain", "--capture=no", "-p", "kata.grader.plugin"]
    for plugin in _OFF:
        words += ["-p", f"no:{plugin}"]
    for id in only:
        words += ["--kata-only", id]
    for id in first:
        words += ["--kata-first", id]
    return [*words, "--kata-contract", str(exercise.contract), folder]


def grader_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The allowed part of `environment`, and no plugin that happens to be installed."""
    kept = {name: environment[name] for name in _ENVIRONMENT if name in environment}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _remove_abandoned() -> None:
    """Remove the folders that runners left here who were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*-*-*"):
        host, pid, born, _ = folder.name.removeprefix(_SCRATCH).rsplit("-", 3)
        if pid.isdigit() and Owner(host, boot_id(), int(pid), born).is_alive() is False:
            shutil.rmtree(folder, ignore_errors=True)


def _answered(answer: Answer, event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": answer(event["ask"], event["with"])}
    except AskFailed as failure:
        return {"failed": str(failure)}
    except NotGraded as error:
        return {"refused": error.message}


def _same_ids(exercise: Exercise, collected: Sequence[str]) -> None:
    stated = [requirement.id for requirement in exercise.requirements]
    unproven = [id for id in stated if id not in collected]
    unstated = [id for id in collected if id not in stated]
    file = exercise.folder / "exercise.toml"
    if unproven:
        name = "test_" + unproven[0].replace("-", "_")
        raise BrokenExercise(
            f"{file}: requirement {unproven[0]!r} has no check", f"Write `def {name}(...)` in {exercise.grader}."
        )
    if unstated:
        raise BrokenExercise(
            f"{exercise.grader}: check {unstated[0]!r} has no requirement",
            f"State it in {file} under [[requirements]].",
        )
