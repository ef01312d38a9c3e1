"""Redis: one user without administration for the learner, one for the grader, a memory limit, nothing on disk."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

from kata.services import Occupied, Prepared, Service

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress

PORT = 6379
#: Everything an application needs; nothing that ends, reconfigures or empties the server for everybody.
APP_RULES = (
    "~* &* +@all -@admin -@dangerous +info +keys +sort +flushdb -flushall -config -shutdown -debug -save -bgsave "
    "-replicaof -slaveof -module -acl -monitor -client|kill"
)


def prepare(engine: Engine, image: str, seed: int, progress: Progress) -> Prepared:
    """Redis from `image`, with passwords drawn for this run alone."""
    draw = random.SystemRandom()
    app, reader = (f"{draw.getrandbits(96):024x}" for _ in range(2))
    rules = APP_RULES.split()
    command = (
        "redis-server",
        *("--save", "", "--appendonly", "no", "--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru"),
        *("--protected-mode", "no", "--user", "default", "off"),
        *("--user", "app", "on", f">{app}", *rules),
        *(
            "--user",
            "kata_reader",
            "on",
            f">{reader}",
            "~*",
            "&*",
            "+@read",
            "+@connection",
            "+info",
            "+keys",
            "+dbsize",
        ),
    )

    def container() -> DockerContainer:
        # testcontainers' own class for it would want the whole Redis client library, for a wait that we do not use.
        from testcontainers.core.container import DockerContainer

        return DockerContainer(image)

    return Prepared(
        name="redis",
        role="redis",
        image=image,
        port=PORT,
        container=container,
        probe=lambda host, port: _ping(host, port, reader),
        app={"REDIS_URL": f"redis://app:{app}@redis:{PORT}/0"},
        inspect={"user": "kata_reader", "password": reader},
        command=command,
    )


def _ping(host: str, port: int, password: str) -> None:
    with socket.create_connection((host, port), 2) as connection:
        connection.settimeout(2)
        connection.sendall(f"AUTH kata_reader {password}\r\nPING\r\n".encode("ascii"))
        said = b""
        while b"PONG" not in said:
            chunk = connection.recv(512)
            if not chunk:
                raise ConnectionError("Redis closed the connection")
            said += chunk
            if b"-BUSY" in said:
                raise Occupied("a script (EVAL) of your server has kept Redis busy for seconds")


SERVICE = Service("redis", "redis", "cache", prepare)
