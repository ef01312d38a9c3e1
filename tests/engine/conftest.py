"""Every test in this folder starts real containers, and none of them may leave anything behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.tiny import LIBRARY

from kata.check import check
from kata.engine.docker import DockerEngine
from kata.engine.labels import PID, RUN
from kata.library import Library, Shelf
from kata.results import Report
from kata.task import Options, Task

Check = Callable[..., Report]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.fixture(autouse=True)
def nothing_left(engine: DockerEngine) -> Iterator[None]:
    """No container, network or volume of this process is left after a test."""
    yield
    left = [(kind, id) for kind, id, _ in engine.labelled(f"{PID}={os.getpid()}")]
    assert left == [], "a run left something behind"


@pytest.fixture
def grade(engine: DockerEngine, images: Mapping[str, str]) -> Check:
    """Grade a folder for 90-tiny (or another exercise) and return the report."""

    def run(submission: Path, exercise: str = "90-tiny", shelf: Path = LIBRARY, **options: Any) -> Report:
        found = Library((Shelf(shelf),)).find(exercise)
        events: list[Mapping[str, Any]] = []
        return check(Task(found, engine, images, Options(**options), events.append), submission)

    return run


__all__ = ["RUN"]
