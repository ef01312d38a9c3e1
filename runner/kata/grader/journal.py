"""What the grader process and the runner say to each other: one JSON object a line, flushed line by line.

    grader -> runner   {"event": "ready", "checks": [...]}          imported and collected; waits for the session
                       {"event": "started", "id": ...}
                       {"event": "finished", "id": ..., "status": ..., ...}
                       {"event": "done"}                            the last line; without it the grader died
                       {"event": "broken", "message": ...}          the grader itself cannot be loaded
                       {"ask": "restart_app", "with": {...}}        a fault or a fact only the runner can give
    runner -> grader   {"session": {...}}                           once, when the server answers
                       {"answer": ...}                              to each ask, in order, or
                       {"failed": "..."}                            the submission did not bear it, or
                       {"refused": "..."}                           the runner could not do it

A run that is killed leaves every line up to the kill, and the missing "done" says that it died.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kata.results import Exchange, Status


@dataclass(frozen=True)
class Finished:
    """One check's outcome as the grader process saw it; titles and points are the runner's business.

    `failing` is the index of the exchange that the message is about; None where it is about no single one. `route` is
    the contract's operation that it asked for, where nothing but 404 has come from that so far.
    """

    id: str
    status: Status
    message: str = ""
    cause: str = ""
    route: str = ""
    blocked_by: str = ""
    warnings: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    failing: int | None = None
    started: float = 0.0
    seconds: float = 0.0

    def as_event(self) -> dict[str, Any]:
        return {"event": "finished", **asdict(self)}


@dataclass(frozen=True)
class Session:
    """What the grader process is told when the server answers.

    `app` and `replica` are base URLs ("http://127.0.0.1:49153"); `services` maps a service's name to how to look
    inside it; `environment` is what the server was given.
    """

    app: str
    seed: int
    replica: str = ""
    base_path: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: float = 10.0


def finished_from(event: Mapping[str, Any]) -> Finished:
    """The `Finished` of a "finished" line. Raises KeyError, TypeError or ValueError when the line is not one."""
    fields = {key: value for key, value in event.items() if key != "event"}
    fields["status"] = Status(fields["status"])
    fields["warnings"] = tuple(fields.get("warnings", ()))
    fields["exchanges"] = tuple(_exchange(item) for item in fields.get("exchanges", ()))
    return Finished(**fields)


def session_from(data: Mapping[str, Any]) -> Session:
    """The `Session` of a "session" line."""
    return Session(**data)


def line(message: Mapping[str, Any]) -> bytes:
    """One message as the bytes of one line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _exchange(item: Mapping[str, Any]) -> Exchange:
    pairs = {key: tuple((name, value) for name, value in item[key]) for key in ("request_headers", "reply_headers")}
    return Exchange(**{**item, **pairs})
