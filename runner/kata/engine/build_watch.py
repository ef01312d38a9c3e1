"""Keeps an eye on a build while it runs, and leaves nothing of one that failed.

The engine offers no limit on what a build writes, and no name for what it makes. The ids of images are announced in the
output, where the build itself may print what it likes. So an image is believed only when the engine knows it and did
not know it before, and a container is found by this build's own token, whatever the output says.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import docker.errors
import requests

from kata import waiting
from kata.engine import BuildFailed, BuildLimits

_IMAGE = re.compile(r"^ ---> ([0-9a-f]{12,64})\s*$")
_STEP = re.compile(r"^ ---> Running in ([0-9a-f]{12,64})\s*$")
_EVERY = 0.5
#: Seconds in which the engine finishes what it was at when a build is given up.
_SETTLING = 3.0
_GONE = (docker.errors.APIError, requests.RequestException)

Events = Generator[dict[str, Any], None, None]


class BuildWatch:
    """One build, watched: its steps may together write so many bytes, and each use so many of memory."""

    def __init__(self, api: Any, limits: BuildLimits) -> None:
        self.token = f"kata-build-{secrets.token_hex(8)}"
        self.exceeded = False
        self._api = api
        self._written = limits.written
        self._memory = limits.memory
        self._announced: list[str] = []
        self._before: frozenset[str] = frozenset()
        self._layers: dict[str, int] = {}
        self._ours: dict[str, bool] = {}
        self._over = threading.Event()

    @property
    def extra_hosts(self) -> dict[str, str]:
        """The token in a form that the containers of the build's steps carry in their configuration."""
        return {self.token: "127.0.0.1"}

    def listen(self, stream: Events) -> Events:
        """The same events; the images that they announce are remembered, and end the build when they are too large."""
        try:
            for event in stream:
                text = str(event.get("stream", ""))
                if made := _IMAGE.match(text):
                    self._remember(made[1])
                    self.exceeded = self.exceeded or self._is_too_much(0)
                elif runs := _STEP.match(text):
                    self._announced.append(runs[1])
                yield {"error": "too much was written"} if self.exceeded else event
        finally:
            stream.close()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Kill the step that writes too much, for as long as the block runs."""
        self._before = frozenset(self._api.images(all=True, quiet=True))
        thread = threading.Thread(target=self._watch, name="kata-build-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def told(self, failure: BuildFailed) -> BuildFailed:
        """The failure with its true cause, where that was a limit."""
        if self.exceeded:
            return BuildFailed(f"its steps wrote more than {self._written >> 20} MB", failure.log)
        if failure.exit_code is not None and self._ran_out_of_memory():
            return BuildFailed(
                f"a program in it took more than the {self._memory >> 20} MB of memory that a build has, and was ended",
                failure.log,
                hint="Take packages that come ready-built, or let it compile with fewer programs at a time.",
            )
        return failure

    def clear(self) -> None:
        """Remove what the build has left: the container of its last step and the images of its finished steps.

        A build that was given up may still be finishing a layer: what comes of that is waited for.
        """
        waiting.until(self._remove_what_is_left, _SETTLING if self.exceeded else 0.0, every=0.2)

    def _remove_what_is_left(self) -> None:
        for container in self._steps(all=True):
            with suppress(*_GONE):
                self._api.remove_container(container, force=True, v=True)
        for image in self._api.images(all=True, quiet=True):
            if image not in self._before and self._was_made_here(image):
                self._layers.setdefault(image, 0)
        for image in reversed(self._layers):
            with suppress(*_GONE):
                if not self._api.inspect_image(image).get("RepoTags"):
                    self._api.remove_image(image)

    def _ran_out_of_memory(self) -> bool:
        """Whether the engine ended a process of an announced step; what a build announces falsely explains it alone."""
        with suppress(*_GONE):
            ended = self._api.events(since=0, until=f"{time.time():.3f}", filters={"event": "oom"}, decode=True)
            return any(str(each.get("id", "")).startswith(step) for each in ended for step in self._announced)
        return False

    def _remember(self, announced: str) -> None:
        """Note an image that the build has really made, with the bytes of its own layer."""
        with suppress(*_GONE):
            top = self._api.history(announced)[0]
            if top["Id"] not in self._before:
                self._layers[top["Id"]] = int(top["Size"])

    def _was_made_here(self, image: str) -> bool:
        """Whether it came of a step of this build, though nobody heard of it: the engine was faster than the stream."""
        with suppress(*_GONE):
            found = self._api.inspect_image(image)
            return bool(self._ours.get(found.get("Container", "")) or found.get("Parent") in self._layers)
        return False

    def _is_too_much(self, running: int) -> bool:
        return sum(self._layers.copy().values()) + running > self._written

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            for step in self._steps():
                if self._is_too_much(self._size(step)):
                    self.exceeded = True
                    with suppress(*_GONE):
                        self._api.kill(step)

    def _size(self, container: str) -> int:
        with suppress(*_GONE):
            for found in self._api.containers(all=True, size=True, filters={"id": container}):
                return int(found.get("SizeRw") or 0)
        return 0

    def _steps(self, **which: bool) -> list[str]:
        """The containers of this build's steps; those that run, or `all`."""
        with suppress(*_GONE):
            found = [each["Id"] for each in self._api.containers(**which)]
            return [id for id in found if self._is_ours(id)]
        return []

    def _is_ours(self, container: str) -> bool:
        if container not in self._ours:
            with suppress(*_GONE):
                hosts = self._api.inspect_container(container)["HostConfig"].get("ExtraHosts") or []
                self._ours[container] = any(str(host).startswith(self.token) for host in hosts)
        return self._ours.get(container, False)
