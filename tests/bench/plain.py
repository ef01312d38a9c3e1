"""The plain way: testcontainers' defaults, `docker build` with its own layer cache, one thing after the other."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker

from kata.asks import Answer
from kata.exercise import Exercise
from kata.grader.journal import Session
from kata.grading import GraderProcess
from kata.launching import server_environment
from kata.stacks import Plan

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"

_START = "CMD uvicorn main:app --host 0.0.0.0 --port $PORT\n"
_INSTALL = "RUN {pip}pip install --no-cache-dir -r requirements.txt\n"
#: What a first Dockerfile looks like; a changed line of code installs the dependencies again.
FIRST = "FROM {base}\nWORKDIR /app\nCOPY . .\n{ca}" + _INSTALL + _START
#: What it becomes once somebody has read about layers.
LAYERED = "FROM {base}\nWORKDIR /app\n{ca}COPY requirements.txt .\n" + _INSTALL + "COPY . .\n" + _START


class Plain:
    """One way of grading with well-known parts and nothing prepared."""

    def __init__(
        self, images: Mapping[str, str], exercise: Exercise, submission: Path, plan: Plan, dockerfile: str
    ) -> None:
        self._images = images
        self._exercise = exercise
        self._plan = plan
        self._folder = Path(tempfile.mkdtemp(prefix="kata-plain-"))
        shutil.copytree(submission, self._folder, dirs_exist_ok=True)
        bundle = os.environ.get("SSL_CERT_FILE")
        if bundle:
            shutil.copy(bundle, self._folder / "ca.crt")
        ca, pip = ("COPY ca.crt /ca.crt\n", "PIP_CERT=/ca.crt ") if bundle else ("", "")
        (self._folder / "Dockerfile").write_text(dockerfile.format(base=images["python"], ca=ca, pip=pip))
        self._client = docker.from_env()
        self._line = 0

    def change_a_line(self) -> None:
        self._line += 1
        file = self._folder / "main.py"
        file.write_text(file.read_text() + f"\n# change {self._line} {time.time_ns()}\n")

    def run(self) -> float:
        """Seconds for one graded run. Raises RuntimeError when not every check passed."""
        from testcontainers.core.container import DockerContainer
        from testcontainers.core.network import Network
        from testcontainers.core.wait_strategies import HttpWaitStrategy
        from testcontainers.postgres import PostgresContainer

        started = time.perf_counter()
        with Network() as network:
            database = (
                PostgresContainer(self._images["postgres"], driver=None)
                .with_network(network)
                .with_network_aliases("postgres")
            )
            with database:
                image, _ = self._client.images.build(path=str(self._folder), rm=True)
                told = {
                    "DATABASE_URL": f"postgresql://{database.username}:{database.password}@postgres:5432/{database.dbname}"
                }
                environment = server_environment(self._exercise, self._plan, told, seed=1)

                def server() -> DockerContainer:
                    made = (
                        DockerContainer(image.id)
                        .with_network(network)
                        .with_bind_ports(8000, _free_port())
                        .with_envs(**environment)
                    )
                    return made.waiting_for(HttpWaitStrategy(8000, "/health"))

                with server() as app, server() as replica:
                    inspect = {
                        "host": database.get_container_host_ip(),
                        "port": int(database.get_exposed_port(5432)),
                        "user": database.username,
                        "password": database.password,
                        "database": database.dbname,
                        "app_user": database.username,
                    }
                    self._grade(app, replica, environment, inspect)
        return time.perf_counter() - started

    def _grade(self, app: Any, replica: Any, environment: Mapping[str, str], inspect: Mapping[str, Any]) -> None:
        session = Session(_url(app), 1, environment=dict(environment), services={"postgres": inspect})
        with GraderProcess(self._exercise) as grader:
            grader.ready()
            journal = grader.grade(session, self._answers(app, replica), lambda event: None, 300)
        missed = [id for id, line in journal.finished.items() if line.status != "passed"]
        if missed or not journal.done:
            raise RuntimeError(
                f"the plain way did not pass: {missed}: {journal.finished[missed[0]].message if missed else ''}"
            )

    def _answers(self, app: Any, replica: Any) -> Answer:
        def answer(what: str, parameters: Mapping[str, Any]) -> Any:
            if what == "start_replica":
                return _url(replica)
            if what == "restart_app":
                app.get_wrapped_container().restart(timeout=10)
                app.get_wrapped_container().reload()
                app._wait_strategy.wait_until_ready(app)
                return None
            raise RuntimeError(f"the plain way knows no {what}")

        return answer


def _free_port() -> int:
    """A published port that survives a restart has to be chosen beforehand."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def _url(container: Any) -> str:
    return f"http://127.0.0.1:{container.get_exposed_port(8000)}"
