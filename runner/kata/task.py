"""What one run is asked to do: which exercise, with which engine and options, and who is told how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kata.engine.docker import DockerEngine
from kata.exercise import Exercise
from kata.profile import LEARNER, Profile

OnEvent = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Options:
    """What one run is asked to do. `seed` None draws a new one; `only` names checks; `keep` leaves it running.

    `first` are checks that come before the others; `port` asks for a port of 127.0.0.1 for the server.
    """

    seed: int | None = None
    only: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    keep: bool = False
    port: int | None = None
    profile: Profile = LEARNER


DEFAULTS = Options()


def unheard(event: Mapping[str, Any]) -> None:
    """The listener of a run of which only the report is wanted."""


@dataclass(frozen=True)
class Task:
    """One exercise to be graded with this engine and these images (by role); `on_event` is told what happens."""

    exercise: Exercise
    engine: DockerEngine
    images: Mapping[str, str]
    options: Options = DEFAULTS
    on_event: OnEvent = unheard

    def progress(self, text: str) -> None:
        """Tell one line of what goes on at this moment."""
        self.on_event({"event": "progress", "text": text})
