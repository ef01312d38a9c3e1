"""The one way to refuse a submission, and the count that makes it happen in time."""

from __future__ import annotations

from kata.errors import SubmissionError
from kata.results import Verdict
from kata.safe import safe_line
from kata.submission.limits import MIB, Limits

IGNORE_HINT = "Remove it, or name it in a file .kataignore (same patterns as .gitignore)."


def refused(message: str, hint: str = "") -> SubmissionError:
    """A refusal to raise; untrusted names in `message` have passed `shown`."""
    return SubmissionError(Verdict.REFUSED, message, hint, cause="refused")


def shown(path: str) -> str:
    """A path from a submission as one harmless line of at most 200 characters."""
    return safe_line(path.encode("utf-8", "surrogateescape"), 200)


class Tally:
    """Counts what enters a snapshot and refuses at the first excess, so that no count costs more than its cap."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.scanned = 0
        self.entries = 0
        self.size = 0

    def scan(self) -> None:
        """One more name was looked at, whether or not it enters."""
        self.scanned += 1
        if self.scanned > self.limits.scanned:
            raise refused(
                f"The submission holds more than {self.limits.scanned:,} files, ignored ones included.",
                "Submit only the source of the server, without dependencies, caches or data.",
            )

    def enter(self, path: str) -> None:
        """One more file or folder enters."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise refused(
                f"The submission has more than {self.limits.entries:,} files and folders; {shown(path)} is one.",
                f"Which folder is not source code? {IGNORE_HINT}",
            )
        self.descend(path)

    def descend(self, path: str) -> None:
        """Refuse a path with too many folders around it."""
        if path.count("/") >= self.limits.depth:
            raise refused(
                f"Folders stand more than {self.limits.depth} deep inside one another, at {shown(path)}.", IGNORE_HINT
            )

    def declare(self, path: str, size: int) -> None:
        """A file says that it has `size` bytes; refused before one of them is read when that is too much."""
        if size > self.limits.file:
            raise refused(f"{shown(path)} has {_mib(size)}; one file may have {_mib(self.limits.file)}.", IGNORE_HINT)
        if self.size + size > self.limits.total:
            raise refused(
                f"The submission holds more than {_mib(self.limits.total)} of files; {shown(path)} is one too many.",
                IGNORE_HINT,
            )

    def copied(self, path: str, so_far: int) -> None:
        """`so_far` bytes of a file were read, whatever it declared."""
        self.declare(path, so_far)

    def finish(self, size: int) -> None:
        """A file of `size` real bytes is complete."""
        self.size += size


def _mib(size: int) -> str:
    return f"{size / MIB:,.1f} MiB" if size % MIB else f"{size // MIB:,} MiB"
