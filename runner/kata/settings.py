"""kata.toml of a submission: what the learner says where detection would guess wrong. Every field is optional."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from kata.errors import SubmissionError
from kata.results import Verdict
from kata.safe import safe_line
from kata.submission import Snapshot, parsing
from kata.toml_lines import line_of

FILE = "kata.toml"
_MOST_BYTES = 32 * 1024


@dataclass(frozen=True)
class Settings:
    """kata.toml as data; None and empty mean that it says nothing. `install` is () for "nothing to install"."""

    start: str | None = None
    port: int | None = None
    health: str | None = None
    base_path: str = ""
    stack: str | None = None
    dockerfile: str | None = None
    install: tuple[str, ...] | None = None
    environment: tuple[tuple[str, str], ...] = ()
    services: tuple[tuple[str, str], ...] = ()

    def service(self, role: str) -> str | None:
        """Which service the learner picked for `role`, such as "database"."""
        return dict(self.services).get(role)


def load(snapshot: Snapshot) -> Settings:
    """The settings in the snapshot's root. Raises SubmissionError, as `kata.toml:LINE: field: what is wrong`."""
    if not snapshot.has(FILE):
        return Settings()
    text = snapshot.text(FILE, _MOST_BYTES)
    data = parsing.toml(snapshot, FILE, _MOST_BYTES)
    _refuse_unknown(text, data)
    _validate(text, data)
    return Settings(
        start=data.get("start"),
        port=data.get("port"),
        health=data.get("health"),
        base_path=data.get("base_path", ""),
        stack=data.get("stack"),
        dockerfile=data.get("dockerfile"),
        install=_lines(data.get("install")),
        environment=tuple(data.get("environment", {}).items()),
        services=tuple(data.get("services", {}).items()),
    )


def _refuse_unknown(text: str, data: dict[str, Any]) -> None:
    from kata.schemas import schema

    known = list(schema("settings")["properties"])
    for name in data:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            raise _refused(f"{FILE}:{line_of(text, (name,))}: {safe_line(name, 60)}: there is no such field.", hint)


def _validate(text: str, data: dict[str, Any]) -> None:
    from kata.schemas import first_error, schema

    error = first_error("settings", data)
    if error is not None:
        where = line_of(text, error.path)
        described: str = schema("settings")["properties"][error.path[0]]["description"]
        value, _, mismatch = error.message.partition(" does not match ")
        what = f"{value} is not possible here" if mismatch else error.message
        raise _refused(f"{FILE}:{where}: {safe_line(error.where, 100)}: {safe_line(what)}", described)


def _lines(install: str | list[str] | None) -> tuple[str, ...] | None:
    if isinstance(install, str):
        return (install,) if install.strip() else ()
    return None if install is None else tuple(install)


def _refused(message: str, hint: str) -> SubmissionError:
    return SubmissionError(Verdict.REFUSED, message, hint, cause="kata.toml")
