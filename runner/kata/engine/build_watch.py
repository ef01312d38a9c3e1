"""Keeps an eye on a build while it runs, and leaves nothing of one that failed.

The engine offers no limit on what a build writes, and no name for the containers of its steps: their ids are announced
in the output, where the build itself may print what it likes. So an id is believed only when that container carries
this build's own token, and an image only when it is untagged and younger than the build.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import docker.errors
import requests

from kata.engine import BuildFailed

_STEP = re.compile(r"^ ---> Running in ([0-9a-f]{12,64})\s*$")
_IMAGE = re.compile(r"^ ---> ([0-9a-f]{12,64})\s*$")
_EVERY = 0.5
#: Announcements that are remembered; a build that prints its own cannot make this grow.
_MOST = 500
_GONE = (docker.errors.APIError, requests.RequestException)


class BuildWatch:
    """One build, watched: `written` is the number of bytes that one step may write, None for any."""

    def __init__(self, api: Any, written: int | None) -> None:
        self.token = f"kata-build-{secrets.token_hex(8)}"
        self.exceeded = False
        self._api = api
        self._written = written
        self._steps: list[str] = []
        self._images: list[str] = []
        self._over = threading.Event()

    @property
    def extra_hosts(self) -> dict[str, str]:
        """The token in a form that the containers of the build's steps carry in their configuration."""
        return {self.token: "127.0.0.1"}

    def listen(self, stream: Generator[dict[str, Any], None, None]) -> Generator[dict[str, Any], None, None]:
        """The same events; what they announce is remembered."""
        try:
            for event in stream:
                text = str(event.get("stream", ""))
                for pattern, found in ((_STEP, self._steps), (_IMAGE, self._images)):
                    announced = pattern.match(text)
                    if announced and len(found) < _MOST:
                        found.append(announced.group(1))
                yield event
        finally:
            stream.close()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Kill the step that writes too much, for as long as the block runs."""
        thread = threading.Thread(target=self._watch, name="kata-build-watch", daemon=True)
        if self._written is not None:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            if thread.ident is not None:
                thread.join()

    def told(self, failure: BuildFailed) -> BuildFailed:
        """The failure with its true cause, where that was written too much."""
        if not self.exceeded:
            return failure
        return BuildFailed(f"a step wrote more than {(self._written or 0) >> 20} MB", failure.log)

    def clear(self) -> None:
        """Remove what the build has left: the container of its last step and the images of its finished steps."""
        for container in self._steps[-3:]:
            if self._is_ours(container):
                with suppress(*_GONE):
                    self._api.remove_container(container, force=True, v=True)
        for image in reversed(self._images):
            with suppress(*_GONE):
                if not self._api.inspect_image(image).get("RepoTags"):
                    self._api.remove_image(image)

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            step = self._steps[-1] if self._steps else ""
            if step and self._size(step) > (self._written or 0) and self._is_ours(step):
                self.exceeded = True
                with suppress(*_GONE):
                    self._api.kill(step)

    def _size(self, container: str) -> int:
        with suppress(*_GONE):
            for found in self._api.containers(all=True, size=True, filters={"id": container}):
                return int(found.get("SizeRw") or 0)
        return 0

    def _is_ours(self, container: str) -> bool:
        with suppress(*_GONE):
            hosts = self._api.inspect_container(container)["HostConfig"].get("ExtraHosts") or []
            return any(str(host).startswith(self.token) for host in hosts)
        return False
