"""The fixtures that every grader finds ready (docs/graders.md). All last for the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from kata.grader.client import Api
from kata.grader.contract import Contract
from kata.grader.control import Control
from kata.grader.database import Database, look_into
from kata.grader.draw import Draw
from kata.grader.recorder import Recorder

if TYPE_CHECKING:
    from kata.grader.plugin import Grading


class Fixtures:
    """pytest fixtures over one grading run."""

    def __init__(self, grading: Grading) -> None:
        self._grading = grading

    @pytest.fixture(scope="session")
    def api(self) -> Api:
        """The client for the running server."""
        return self._grading.client(self._grading.session.app)

    @pytest.fixture(scope="session")
    def replica(self) -> Api:
        """The client for a second copy of the server with the same environment."""
        return self._grading.client(self._grading.control.start_replica())

    @pytest.fixture(scope="session")
    def together(self) -> list[Api]:
        """Clients for two new copies of the server, started at the same moment on a new, empty database."""
        return [self._grading.client(url) for url in self._grading.control.start_together()]

    @pytest.fixture(scope="session")
    def draw(self) -> Draw:
        """Values drawn from the run's seed."""
        return Draw(self._grading.session.seed)

    @pytest.fixture(scope="session")
    def environment(self) -> Mapping[str, str]:
        """The variables that the server was given."""
        return self._grading.session.environment

    @pytest.fixture(scope="session")
    def control(self) -> Control:
        """Faults: restart, kill, stop, pause."""
        return self._grading.control

    @pytest.fixture(scope="session")
    def database(self) -> Database:
        """A read-only look into the database."""
        return look_into(self._grading.session.services)

    @pytest.fixture(scope="session")
    def contract(self) -> Contract:
        """What the replies so far broke of openapi.yaml."""
        return self._grading.contract

    @pytest.fixture(scope="session")
    def origin(self) -> Api:
        """The control side of the slow origin; its exchanges are ours and stand in no report."""
        address = self._grading.session.services["origin"]
        url = f"http://{address['host']}:{address['port']}"
        return Api(url, Recorder(), base_path=f"/control/{address['token']}")
