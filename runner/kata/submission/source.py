"""Where a submission comes from: one seam in front of folders and archives."""

from __future__ import annotations

from typing import Protocol

from kata.submission.found import Skip, Walk
from kata.submission.refusal import Tally


class Source(Protocol):
    """An opened folder or archive, standing at the submission's root."""

    @property
    def name(self) -> str:
        """What the submission is called."""

    def only_folder(self) -> str | None:
        """The name of the single folder at the root, when nothing else is there."""

    def enter(self, name: str) -> None:
        """Make that folder the root."""

    def small(self, name: str, limit: int) -> bytes | None:
        """At most `limit` + 1 bytes of a file at the root; None when there is none."""

    def walk(self, skip: Skip, tally: Tally) -> Walk:
        """Every file and link that `skip` does not leave out."""

    def close(self) -> None:
        """Let go of the folder or file."""
