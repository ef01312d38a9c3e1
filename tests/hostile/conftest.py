"""Hostile submissions that need containers: graded in the strict profile, and the machine is clean afterwards."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.canary import Canary
from tests.tiny import LIBRARY

from kata.check import check
from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.library import Library, Shelf
from kata.profile import STRICT
from kata.results import Report
from kata.task import OnEvent, Options, Task

#: The strict profile with its deadlines shortened: no case waits longer than it has to.
HURRIED = replace(
    STRICT, build=replace(STRICT.build, seconds=40.0), boot_seconds=15.0, check_seconds=30.0, exchange_seconds=3.0
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.engine)


@pytest.fixture
def strict(engine: DockerEngine, images: Mapping[str, str]) -> Iterator[Callable[..., Report]]:
    """Grade a folder for 90-tiny as a stranger's; nothing that carries a label of this process may be left."""

    def run(submission: Path, on_event: OnEvent = lambda event: None, **options: Any) -> Report:
        found = Library((Shelf(LIBRARY),)).find("90-tiny")
        return check(Task(found, engine, images, Options(**{"profile": HURRIED, **options}), on_event), submission)

    yield run
    left = [(kind, id) for kind, id, _ in engine.labelled(f"{PID}={os.getpid()}")]
    tags = [
        tag for each in engine._api.images(filters={"label": f"{PID}={os.getpid()}"}) for tag in each["RepoTags"] or ()
    ]
    left += [("image", tag) for tag in tags if tag.startswith("kata-run/")]
    assert left == [], "a run left something behind"


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A TCP and a UDP socket of the host on one port; `heard` tells whether anything came."""
    with socket.create_server(("0.0.0.0", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("0.0.0.0", tcp.getsockname()[1]))
        yield Canary(tcp, udp)


@pytest.fixture(name="HURRIED")
def _hurried() -> Any:
    return HURRIED
