"""The floor: the same containers by raw calls to the engine, and the recorded requests by a bare client."""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import docker
from recording import Step, learned

from kata.results import Exchange


class Floor:
    """What one run consists of, started as fast as the engine allows: no probes but the last, no checks, no report."""

    def __init__(
        self, images: Mapping[str, str], environment: Mapping[str, str], code: bytes, postgres: Sequence[str]
    ) -> None:
        self._api: Any = docker.APIClient()
        self._images = images
        self._environment = environment
        self._code = code
        self._postgres = postgres
        self._pool = ThreadPoolExecutor(8)
        self._containers: dict[str, str] = {}
        self._ports: dict[str, int] = {}

    def run(self, steps: Sequence[Step]) -> float:
        """Seconds from the first call to the last container removed."""
        started = time.perf_counter()
        name = f"floor-{time.time_ns()}"
        self._network = self._api.create_network(
            name, internal=True, options={"com.docker.network.bridge.inhibit_ipv4": "true"}
        )["Id"]
        try:
            self._start(name)
            self._replay(steps)
        finally:
            list(
                self._pool.map(lambda id: self._api.remove_container(id, force=True, v=True), self._containers.values())
            )
            self._api.remove_network(self._network)
        return time.perf_counter() - started

    def _start(self, network: str) -> None:
        waiting = [
            self._pool.submit(self._create, "postgres", network, list(self._postgres), {}),
            self._pool.submit(self._create_app, "app", network),
            self._pool.submit(self._create_app, "replica", network),
            self._pool.submit(self._create_forwarder, network),
        ]
        for each in waiting:
            each.result()
        self._await("app", "postgres")

    def _create(self, role: str, network: str, command: Any, environment: Mapping[str, str], **options: Any) -> None:
        made = self._api.create_container(
            self._images[role],
            command=command,
            environment=dict(environment),
            networking_config=self._api.create_networking_config(
                {network: self._api.create_endpoint_config(aliases=[role])}
            ),
            host_config=self._api.create_host_config(network_mode=network, init=role != "postgres"),
            **options,
        )
        self._containers[role] = made["Id"]
        if role == "postgres":
            self._api.start(made["Id"])

    def _create_app(self, role: str, network: str) -> None:
        start = ["sh", "-c", "exec uvicorn main:app --host 0.0.0.0 --port $PORT"]
        self._create(role, network, start, self._environment, working_dir="/app", user="10001:10001")
        self._api.put_archive(self._containers[role], "/", io.BytesIO(self._code))

    def _create_forwarder(self, network: str) -> None:
        targets = {"app": (9000, 8000), "replica": (9001, 8000), "postgres": (9002, 5432)}
        script = " ".join(
            f"socat TCP-LISTEN:{a},fork,reuseaddr,backlog=256,nodelay TCP:{role}:{b},nodelay &"
            for role, (a, b) in targets.items()
        )
        made = self._api.create_container(
            self._images["forwarder"],
            entrypoint=["sh", "-c"],
            command=[f"{script} wait"],
            ports=[a for a, _ in targets.values()],
            host_config=self._api.create_host_config(
                port_bindings={a: ("127.0.0.1", None) for a, _ in targets.values()}, init=True
            ),
        )
        self._containers["forwarder"] = made["Id"]
        self._api.connect_container_to_network(made["Id"], self._network)
        self._api.start(made["Id"])
        published = self._api.inspect_container(made["Id"])["NetworkSettings"]["Ports"]
        self._ports = {role: int(published[f"{a}/tcp"][0]["HostPort"]) for role, (a, _) in targets.items()}

    def _await(self, role: str, database: str = "") -> None:
        """Start the server as soon as its database takes connections, and return when it answers."""
        if database:
            while self._api.exec_inspect(self._ready(database))["ExitCode"]:
                time.sleep(0.01)
            self._api.start(self._containers[role])
        while True:
            try:
                self._send(role, "GET", "/health", {}, None)
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)

    def _ready(self, database: str) -> str:
        made = self._api.exec_create(self._containers[database], ["pg_isready", "-q", "-h", "127.0.0.1"])
        self._api.exec_start(made["Id"])
        return str(made["Id"])

    def _replay(self, steps: Sequence[Step]) -> None:
        known: dict[str, str] = {}
        replica_is_up = False
        for step in steps:
            if step.is_restart:
                self._api.restart(self._containers["app"], timeout=10)
                self._await("app")
                continue
            role = "replica" if step.on_replica else "app"
            if step.on_replica and not replica_is_up:
                self._api.start(self._containers["replica"])
                self._await("replica")
                replica_is_up = True
            for more in self._pool.map(lambda e, r=role: self._again(r, e, dict(known)), step.exchanges):
                known.update(more)

    def _again(self, role: str, exchange: Exchange, known: Mapping[str, str]) -> dict[str, str]:
        def now(text: str) -> str:
            for old, new in known.items():
                text = text.replace(old, new)
            return text

        parts = urlsplit(exchange.url)
        target = now(parts.path + (f"?{parts.query}" if parts.query else ""))
        body = None if exchange.request_body is None else now(exchange.request_body).encode("utf-8", "replace")
        try:
            reply = self._send(role, exchange.method, target, {k: now(v) for k, v in exchange.request_headers}, body)
        except (OSError, http.client.HTTPException):
            return {}
        return learned(exchange, reply)

    def _send(self, role: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[role], timeout=10)
        try:
            connection.request(method, target, body=body, headers={**headers, "Connection": "close"})
            return connection.getresponse().read()
        finally:
            connection.close()
