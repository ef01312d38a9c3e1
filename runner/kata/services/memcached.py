"""Memcached: memory only, no users; one for each run, on its private network."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from kata.services import Prepared, Service

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress

PORT = 11211


def prepare(engine: Engine, image: str, seed: int, progress: Progress) -> Prepared:
    """Memcached from `image` with 64 MB."""

    def container() -> DockerContainer:
        from testcontainers.core.container import DockerContainer

        return DockerContainer(image)

    return Prepared(
        name="memcached",
        role="memcached",
        image=image,
        port=PORT,
        container=container,
        probe=_version,
        app={"MEMCACHED_URL": f"memcached://memcached:{PORT}"},
        inspect={},
        command=("memcached", "-m", "64", "-I", "1m"),
    )


def _version(host: str, port: int) -> None:
    with socket.create_connection((host, port), 2) as connection:
        connection.settimeout(2)
        connection.sendall(b"version\r\n")
        if not connection.recv(64).startswith(b"VERSION"):
            raise ConnectionError("memcached did not tell its version")


SERVICE = Service("memcached", "memcached", "cache", prepare)
