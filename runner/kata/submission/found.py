"""What a walk through a folder or an archive meets."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum

#: (path inside the submission, is it a folder) -> leave it out
Skip = Callable[[str, bool], bool]


class Kind(Enum):
    """Only files enter a snapshot; links are named in a warning."""

    FILE = "file"
    LINK = "link"


@dataclass(frozen=True)
class Found:
    """A file or a link at `path` ("/"-separated, from the submission's root); `read(n)` gives its next bytes.

    It can be read only until the walk goes on.
    """

    path: str
    kind: Kind
    executable: bool = False
    size: int = 0
    read: Callable[[int], bytes] = lambda _: b""


#: What a walk yields, one after another; closing it closes whatever file it holds open.
Walk = Generator[Found, None, None]
