"""How much of a submission kata reads, as data."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """Caps on one submission; sizes are apparent bytes, and ignored files count only in `scanned`.

    `entries` files and folders; `scanned` names looked at; `depth` folders inside one another; `total` bytes of all
    files and `file` of one; `parsed` bytes of a file that detection reads; `ratio` of unpacked to packed bytes.
    `follow_root` lets the path on the command line be a symbolic link; links inside are never followed.
    """

    profile: str
    entries: int
    scanned: int
    depth: int
    total: int
    file: int
    parsed: int
    ratio: int = 100
    follow_root: bool = True

    @property
    def unpacked(self) -> int:
        """Bytes that an archive may unpack to, ignored files included: the time that skipping them may take."""
        return 4 * self.total


#: Somebody's own code on their own machine.
LEARNER = Limits(
    "learner", entries=20_000, scanned=100_000, depth=40, total=300 * MIB, file=100 * MIB, parsed=512 * KIB
)

#: Untrusted code, many submissions in a row.
STRICT = Limits(
    profile="strict",
    entries=5_000,
    scanned=50_000,
    depth=24,
    total=50 * MIB,
    file=20 * MIB,
    parsed=256 * KIB,
    follow_root=False,
)
