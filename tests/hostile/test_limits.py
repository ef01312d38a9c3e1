"""The strict profile believes no limit that it has not seen holding."""

from __future__ import annotations

import pytest

from kata.engine import ContainerSpec, Sandbox
from kata.engine.docker import DockerEngine
from kata.engine.proof import require_limits
from kata.errors import NotGraded

BOX = Sandbox(memory=48 << 20, pids=50, user="65534:65534")


def test_limits_of_our_own_containers_hold(engine: DockerEngine, images: dict[str, str]) -> None:
    container = engine.create(
        ContainerSpec(images["forwarder"], "test", entrypoint=("sleep",), command=("60",), sandbox=BOX)
    )
    try:
        engine.start(container)
        require_limits(engine, container, BOX)
    finally:
        engine.remove(container)


def test_a_container_without_limits_is_noticed(engine: DockerEngine, images: dict[str, str]) -> None:
    api = engine._api
    container = api.create_container(images["forwarder"], entrypoint=["sleep"], command=["60"])["Id"]
    try:
        engine.start(container)
        with pytest.raises(NotGraded) as caught:
            require_limits(engine, container, BOX)
    finally:
        engine.remove(container)
    for name in ("memory", "processes", "processors", "capabilities", "no new privileges"):
        assert name in caught.value.message
