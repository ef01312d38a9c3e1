"""What a real run of `kata check` sent, in order, with the faults it asked for: the script that the floor replays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kata.check import check
from kata.engine.docker import DockerEngine
from kata.exercise import Exercise
from kata.results import Exchange
from kata.task import Options, Task


@dataclass(frozen=True)
class Step:
    """Exchanges that overlapped in time (one or more), or a restart of the server (none)."""

    exchanges: tuple[Exchange, ...]
    on_replica: bool = False

    @property
    def is_restart(self) -> bool:
        return not self.exchanges


def record(
    exercise: Exercise, submission: Path, engine: DockerEngine, images: Mapping[str, str], seed: int
) -> list[Step]:
    """Run the check once and keep what it sent. Raises RuntimeError when the submission does not pass."""
    asked: list[tuple[float, str]] = []

    def on_event(event: Mapping[str, Any]) -> None:
        if event.get("event") == "asked" and event["what"] == "restart_app":
            asked.append((event["at"], event["what"]))

    report = check(Task(exercise, engine, images, Options(seed=seed), on_event), submission)
    if report.exit_code != 0:
        raise RuntimeError(f"the submission to record did not pass: {report.message}")
    sent = sorted((e for each in report.checks for e in each.exchanges), key=lambda e: e.started)
    return _steps(sent, [at for at, _ in asked])


def _steps(sent: list[Exchange], restarts: list[float]) -> list[Step]:
    app = urlsplit(sent[0].url).netloc
    steps: list[Step] = []
    group: list[Exchange] = []
    for exchange in sent:
        while restarts and exchange.started > restarts[0]:
            steps += [_step(group, app)] if group else []
            group = []
            steps.append(Step(()))
            restarts.pop(0)
        if group and exchange.started >= max(e.started + e.seconds for e in group):
            steps.append(_step(group, app))
            group = []
        group.append(exchange)
    return [*steps, _step(group, app)] if group else steps


def _step(group: list[Exchange], app: str) -> Step:
    return Step(tuple(group), urlsplit(group[0].url).netloc != app)


def leaves(data: Any, path: str = "") -> dict[str, str]:
    """Every string in a JSON value, by its path."""
    if isinstance(data, dict):
        return {k: v for key, value in data.items() for k, v in leaves(value, f"{path}.{key}").items()}
    if isinstance(data, list):
        return {k: v for index, value in enumerate(data) for k, v in leaves(value, f"{path}[{index}]").items()}
    return {path: data} if isinstance(data, str) and len(data) > 8 else {}


def learned(recorded: Exchange, body: bytes) -> dict[str, str]:
    """Strings of the recorded reply -> what stands in their place in the new one (tokens, ids)."""
    try:
        old, new = leaves(json.loads(recorded.reply_body)), leaves(json.loads(body))
    except ValueError:
        return {}
    return {old[path]: new[path] for path in old if path in new and old[path] != new[path]}
