"""A Dockerfile in the submission says everything itself."""

from __future__ import annotations

import re

from kata.stacks.app import App
from kata.submission.refusal import refused, shown

_NAMES = ("Dockerfile", "dockerfile", "Containerfile")
_EXPOSE = re.compile(r"^[ \t]*EXPOSE[ \t]+(\S.*)$", re.IGNORECASE | re.MULTILINE)


def chosen(app: App) -> str | None:
    """The Dockerfile to build: the one that kata.toml names, else ./Dockerfile unless it asks for another stack."""
    if app.settings.dockerfile is not None:
        path = app.settings.dockerfile.removeprefix("./")
        if not app.has(path):
            raise refused(f"kata.toml says dockerfile = {shown(path)!r}, and there is no such file.", "Mend that path.")
        return path
    wanted = app.settings.stack
    found = app.first(_NAMES)
    if wanted == "dockerfile" and found is None:
        raise refused('kata.toml says stack = "dockerfile", and there is no Dockerfile in the root.', "Add one.")
    return found if wanted in (None, "dockerfile") else None


def exposed_port(app: App, path: str) -> int | None:
    """The port that the Dockerfile EXPOSEs, when it is exactly one."""
    words = " ".join(_EXPOSE.findall(app.text(path))).split()
    ports = {word.removesuffix("/tcp") for word in words if not word.startswith("#")}
    port = ports.pop() if len(ports) == 1 else ""
    return int(port) if port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535 else None
