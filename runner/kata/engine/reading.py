"""What Docker's replies say, in kata's own words. Pure; the fields are those of its Engine API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kata.engine import ContainerState, EngineInfo, ImageInfo

Reply = Mapping[str, Any]


def engine_info(reply: Reply, api: str) -> EngineInfo:
    """The engine itself, from `GET /info`."""
    return EngineInfo(
        version=reply.get("ServerVersion", ""),
        api=api,
        system=f"{reply.get('OperatingSystem', '')} {reply.get('KernelVersion', '')}".strip(),
        cpus=reply.get("NCPU", 1),
        memory=reply.get("MemTotal", 0),
        cgroup=reply.get("CgroupVersion", "1"),
        storage=reply.get("Driver", ""),
    )


def image_info(reply: Reply) -> ImageInfo:
    """An image, from `GET /images/NAME/json`; whatever its configuration leaves out is null there."""
    config = reply.get("Config") or {}
    return ImageInfo(
        id=reply["Id"],
        labels=config.get("Labels") or {},
        user=config.get("User") or "",
        volumes=tuple(config.get("Volumes") or {}),
        ports=tuple(config.get("ExposedPorts") or {}),
        command=tuple((config.get("Entrypoint") or []) + (config.get("Cmd") or [])),
        size=reply.get("Size", 0),
    )


def container_state(reply: Reply) -> ContainerState:
    """What became of a container, from the `State` of `GET /containers/ID/json`."""
    return ContainerState(
        running=bool(reply["Running"]),
        exit_code=int(reply["ExitCode"]),
        out_of_memory=bool(reply["OOMKilled"]),
    )


def pull_line(event: Reply) -> str:
    """One line of a pull for whoever waits: the layer, what happens to it, how far it is."""
    return " ".join(str(event[key]) for key in ("id", "status", "progress") if event.get(key))
