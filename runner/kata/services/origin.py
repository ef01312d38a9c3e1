"""The slow origin: our own small server that counts what reaches it; the learner's server caches in front of it."""

from __future__ import annotations

import json
import secrets
import urllib.request
from importlib import resources
from typing import TYPE_CHECKING

from kata.services import Prepared, Service

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress

PORT = 8080
_PROGRAM = "/origin_server.py"


def prepare(engine: Engine, image: str, seed: int, progress: Progress) -> Prepared:
    """The origin on any Python image; its control side answers only to a token that the grader alone has."""
    token = secrets.token_hex(16)
    program = resources.files(__package__).joinpath("origin_server.py").read_bytes()

    def container() -> DockerContainer:
        from testcontainers.core.container import DockerContainer

        return DockerContainer(image).with_env("PORT", str(PORT)).with_env("ORIGIN_TOKEN", token)

    return Prepared(
        name="origin",
        role="python",
        image=image,
        port=PORT,
        container=container,
        probe=lambda host, port: _count(host, port, token),
        app={"ORIGIN_URL": f"http://origin:{PORT}"},
        inspect={"token": token},
        memory=128 << 20,
        files={_PROGRAM: program},
        command=("python", _PROGRAM),
    )


def load(host: str, port: int, token: str, document: str) -> None:
    """Put the resources of a document (origin_server.py describes it) into an origin that runs."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path, resource in json.loads(document)["resources"].items():
        where = f"http://{host}:{port}/control/{token}/resources{path}"
        request = urllib.request.Request(where, json.dumps(resource).encode(), method="PUT")
        opener.open(request, timeout=3).close()


def _count(host: str, port: int, token: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(f"http://{host}:{port}/control/{token}/calls", timeout=3).close()


SERVICE = Service("origin", "python", "origin", prepare)
