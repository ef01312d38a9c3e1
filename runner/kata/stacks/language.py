"""What every stack adapter offers. An adapter is one module of this folder; adding one is a file and a line."""

from __future__ import annotations

from typing import Protocol

from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start


class Language(Protocol):
    """A language whose submissions kata can start. `name` is also the role of its image."""

    name: str

    def recognise(self, app: App) -> str | None:
        """The file that shows the submission to be in this language, or None."""

    def prepare(self, app: App) -> Preparation:
        """How its dependencies are installed. Raises SubmissionError when that cannot be said."""

    def start(self, app: App) -> Start | None:
        """How its server starts, or None when no entry point was found."""
