"""`python -m tests.batch.dying POINT batch ...`: kata, but for kill -9 at a marked point of a batch.

The points are marked from outside, so that nothing in kata knows of them.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn


@dataclass(frozen=True)
class Point:
    """Before or after a call of `name` in `owner` ("module" or "module:Class") whose first words satisfy `which`.

    `half` does a part of what the call does; without it the call is made, or not, as a whole.
    """

    owner: str
    name: str
    after: bool = False
    which: Callable[..., bool] = lambda *words: True
    half: Callable[..., None] | None = None

    def mark(self) -> None:
        """From now on the process dies there."""
        module, _, within = self.owner.partition(":")
        owner: Any = importlib.import_module(module)
        owner = getattr(owner, within) if within else owner
        real = getattr(owner, self.name)

        def call(*words: Any, **named: Any) -> Any:
            if not self.which(*words):
                return real(*words, **named)
            if self.half is not None:
                self.half(*words)
            elif self.after:
                real(*words, **named)
            die()

        setattr(owner, self.name, call)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("outlived kill -9")


def half_a_line(file: Path, line: dict[str, Any]) -> None:
    with file.open("ab") as out:
        out.write(repr(line).encode()[:40])


def half_a_file(file: Path, content: bytes) -> None:
    with file.open("wb") as out:
        out.write(content[: len(content) // 2])


#: In the order in which a batch comes by.
POINTS = {
    "folder taken": Point("kata.batch.store:Store", "save_header"),
    "header written": Point("kata.batch.store:Store", "save_header", after=True),
    "roster written": Point("kata.batch.store:Store", "save_intake", after=True),
    "snapshot made": Point("kata.batch.running", "snapshot_of", after=True),
    "unit taken": Point("kata.batch.journal:Journal", "started", after=True),
    "grader process started": Point("kata.grading:GraderProcess", "__enter__", after=True),
    "images ensured": Point("kata.launching", "_detected", after=True),
    "network made": Point("kata.environment:Environment", "_make_network", after=True),
    "services up": Point("kata.backing:BackingServices", "wait", after=True),
    "server created": Point("kata.application:Application", "create", after=True),
    "server started": Point("kata.application:Application", "wait_until_ready"),
    "checks half done": Point("kata.grading:GraderProcess", "_take", which=lambda _, said, *rest: "id" in said),
    "containers half removed": Point("kata.engine.docker:DockerEngine", "remove_network"),
    "result written, not in its place": Point(
        "kata.batch.durable", "_written", after=True, which=lambda file, text: file.parent.name == "results"
    ),
    "result in its place": Point("kata.batch.durable", "write_once", after=True),
    "line of the journal half written": Point(
        "kata.batch.durable", "append", which=lambda file, line: line["event"] == "ended", half=half_a_line
    ),
    "everybody graded": Point("kata.batch.journal:Journal", "complete", after=True),
    "table half written": Point(
        "pathlib:Path", "write_bytes", which=lambda file, _: file.name == ".new-gradebook.csv", half=half_a_file
    ),
    "feedback half written": Point(
        "kata.batch.outputs", "_write", which=lambda file, _: file.parent.name == "bob", after=True
    ),
    "database not in its place": Point("kata.batch.outputs", "write_database"),
}


def main(words: list[str]) -> None:
    """Mark the point that the first word names, and go on as kata."""
    from kata.cli import main as kata

    POINTS[words[0]].mark()
    kata(words[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
