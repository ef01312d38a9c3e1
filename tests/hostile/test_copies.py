"""A second copy of a server may do no more than the first, and a service that it ends is told as its doing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from kata import waiting
from kata.application import Launch
from kata.engine import Sandbox
from kata.engine.docker import DockerEngine
from kata.engine.labels import PID
from kata.environment import REPLICA, Environment
from kata.errors import SubmissionError
from kata.services import service

#: testcontainers warns of its own decorators while it is imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
Enter = Callable[..., Environment]

#: Serves like any other when it is the first; the second, which finds the first, floods its log.
TWO_FACED = """
import socket, sys, http.server
try: socket.create_connection(("app", 8000), 1)
except OSError: http.server.test(http.server.SimpleHTTPRequestHandler, port=8000)
while True: print("x" * 3000)
"""


@pytest.fixture
def environment(engine: DockerEngine, images: dict[str, str]) -> Iterator[Enter]:
    """Makes an environment of two copies of a program, with services."""

    def make(program: str, *services: str, sandbox: Sandbox = Sandbox()) -> Environment:  # noqa: B008 - frozen
        def launch(told: Any) -> Launch:
            command = ("python", "-u", "-c", program)
            return Launch(images["python"], command, told, 8000, "/", sandbox, seconds=10)

        chosen = [(service(name), images[name]) for name in services]
        return Environment(engine, chosen, launch, images, 8000, True, 1, lambda text: None)

    yield make
    assert list(engine.labelled(f"{PID}={os.getpid()}")) == []


def test_a_second_copy_that_floods_is_ended_as_the_first_would_be(environment: Enter) -> None:
    with environment(TWO_FACED) as running:
        with pytest.raises(SubmissionError):
            running.replica_url()
        assert waiting.until(lambda: running.exceeded, 10) is not None
        assert running.exceeded is not None
        assert "printed more than" in running.exceeded.message


def test_a_second_copy_has_the_same_limits(environment: Enter, engine: DockerEngine) -> None:
    with environment(
        "import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port=8000)"
    ) as running:
        running.replica_url()
        found = [engine._api.inspect_container(each.container)["HostConfig"] for each in running._applications.values()]
        assert len(found) == 2
        assert found[0] == found[1]
        assert REPLICA in running._applications


def test_copies_that_start_together_are_watched_too(environment: Enter) -> None:
    """The log of a copy on a database of its own counts like any other."""
    with environment(TWO_FACED, "postgres") as running:
        with pytest.raises(SubmissionError):
            running.start_together()
        assert waiting.until(lambda: running.exceeded, 10) is not None


def test_a_service_that_is_driven_out_of_memory_is_told_as_such(environment: Enter) -> None:
    """PostgreSQL survives what kills one of its sessions; when it does not, what is checked afterwards is told so."""
    serving = "import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port=8000)"
    with environment(serving, "postgres") as running:
        url = urlsplit(running.environment["DATABASE_URL"])
        host, port = running.services.address("postgres")
        known = {"user": url.username, "password": url.password, "dbname": url.path.strip("/")}
        with pytest.raises(psycopg.Error), psycopg.connect(host=host, port=port, **known) as connection:
            connection.execute("SELECT array_agg(repeat('x', 1000000)) FROM generate_series(1, 2000)")
        state = running._engine.state(running.services.containers["postgres"])
        told = running.services.out_of_memory()
        assert (told is None) is (state.running or not state.out_of_memory)
