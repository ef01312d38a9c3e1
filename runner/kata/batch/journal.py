"""What happened, one line after another; who is graded by which result, what is to be graded again, what crashed.

run        a runner took the folder                    {"run", "at", "pid"}
assigned   a student's submission has this key         {"who", "key"}
regrade    these keys need a result of this generation {"wanted": {key: generation}}
started    a key is being graded                       {"run", "key"}
ended      its result is stored, or it was given back  {"run", "key", "verdict", "message"}
complete   nothing is left to do                       {"run"}
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kata.batch import durable


@dataclass
class History:
    """The journal, read. `crashes` counts, for each key, the runners that died while it was being graded."""

    assigned: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    crashes: dict[str, int] = field(default_factory=dict)
    unfinished: bool = False

    @classmethod
    def read(cls, lines: Iterable[Mapping[str, Any]]) -> History:
        """Everything the lines say, whatever is missing at their end."""
        history = cls()
        flying: list[tuple[str, str]] = []
        for line in lines:
            with suppress(KeyError, TypeError, ValueError):  # a line that somebody changed is no line
                history._take(line, flying)
        for _, key in flying:
            history.crashes[key] = history.crashes.get(key, 0) + 1
        return history

    def _take(self, line: Mapping[str, Any], flying: list[tuple[str, str]]) -> None:
        kind = line.get("event")
        if kind == "assigned":
            self.assigned[line["who"]] = line["key"]
        elif kind == "regrade":
            self.wanted.update(line["wanted"])
            flying[:] = [each for each in flying if each[1] not in line["wanted"]]
        elif kind == "started":
            flying.append((line["run"], line["key"]))
        elif kind == "ended" and (line["run"], line["key"]) in flying:
            flying.remove((line["run"], line["key"]))
        if kind in ("regrade", "complete"):
            self.unfinished = kind == "regrade"

    def generation(self, key: str) -> int:
        """Which result of `key` is wanted: 1 unless it was to be graded again."""
        return self.wanted.get(key, 1)


class Journal:
    """The file, held open by the one runner that owns the folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.run = uuid.uuid4().hex[:12]

    def read(self) -> History:
        return History.read(durable.lines(self._file))

    def began(self) -> None:
        self._add("run", pid=os.getpid())

    def assigned(self, who: str, key: str) -> None:
        self._add("assigned", who=who, key=key)

    def regrade(self, wanted: Mapping[str, int]) -> None:
        self._add("regrade", wanted=dict(wanted))

    def started(self, key: str) -> None:
        self._add("started", key=key)

    def ended(self, key: str, verdict: str, message: str) -> None:
        self._add("ended", key=key, verdict=verdict, message=message)

    def complete(self) -> None:
        self._add("complete")

    def _add(self, event: str, **said: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        durable.append(self._file, {"event": event, "run": self.run, "at": at, **said})
