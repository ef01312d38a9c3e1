"""Starts a prepared service through testcontainers, inside the run's network and under the sandbox's limits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kata import waiting
from kata.engine import LOG_BYTES
from kata.engine.caching import SERVICE_CAPABILITIES
from kata.errors import NotGraded
from kata.services import Occupied, Prepared

_READY_SECONDS = 60


def start_service(prepared: Prepared, network: str, labels: Mapping[str, str]) -> str:
    """Create and start the service; its container id. Does not wait: readiness is probed through the forwarder."""
    # Ryuk mounts the engine's socket and is pulled on first use; the run's own reaper does its work.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    made = prepared.container()
    made.ports.clear()
    if prepared.command is not None:
        made.with_command(list(prepared.command))
    for path, content in (prepared.files or {}).items():
        made.with_copy_into_container(content, path)
    made.with_kwargs(**_options(prepared, network, labels))
    made.waiting_for(None)  # type: ignore[arg-type]
    # The class's own start: a database's subclass would go on to wait on a published port, once a second.
    DockerContainer.start(made)
    return made.get_container_id()


def wait_until_ready(prepared: Prepared, host: str, port: int) -> None:
    """Return when the service does real work: a SELECT, a PING. Raises Occupied when the submission prevents it."""
    last: Exception | None = None

    def probe() -> bool | None:
        nonlocal last
        try:
            prepared.probe(host, port)
        except Exception as error:  # noqa: BLE001 - whatever a client library raises while the service is not ready
            last = error
            return None
        return True

    if waiting.until(probe, _READY_SECONDS) is None:
        if isinstance(last, Occupied):
            raise last
        name = prepared.name
        raise NotGraded(f"{name} was not ready within {_READY_SECONDS} seconds", "Run `kata doctor`; try again.")


def _options(prepared: Prepared, network: str, labels: Mapping[str, str]) -> dict[str, Any]:
    from docker.types import EndpointConfig, LogConfig

    return {
        "network": network,
        "networking_config": {network: EndpointConfig("1.41", aliases=[prepared.name])},
        "labels": dict(labels),
        "cap_drop": ["ALL"],
        "cap_add": list(SERVICE_CAPABILITIES),
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": prepared.memory,
        "memswap_limit": prepared.memory,
        "pids_limit": 256,
        "healthcheck": {"test": ["NONE"]},
        "log_config": LogConfig(type="json-file", config={"max-size": str(LOG_BYTES), "max-file": "1"}),
        "restart_policy": {"Name": "no"},
    }
