"""A tar that is made while it is read, so that a submission of any size needs no second copy."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from typing import Any

from kata.submission.spool import Entry, Spool

_END = bytes(2 * tarfile.BLOCKSIZE)


class TarStream(io.RawIOBase):
    """A file to hand to Docker: it can be read once, iterated in large pieces, and closed.

    GNU format: names are kept as the bytes they are, also when they are long or not UTF-8.
    """

    def __init__(self, spool: Spool, entries: Iterable[Entry], owner: tuple[int, int], prefix: str) -> None:
        self._chunks = _tar(spool, entries, owner, prefix.strip("/"))
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes; how many, 0 at the end."""
        if not self._left:
            self._left = memoryview(next(self._chunks, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def __iter__(self) -> Iterator[bytes]:
        """Large pieces instead of lines, which mean nothing in a tar."""
        if self._left:
            yield bytes(self._left)
            self._left = memoryview(b"")
        yield from self._chunks


def _tar(spool: Spool, entries: Iterable[Entry], owner: tuple[int, int], prefix: str) -> Iterator[bytes]:
    made = set(_parents(f"{prefix}/"))
    for folder in sorted(made):
        yield _header(folder, owner, tarfile.DIRTYPE, 0o755)
    for entry in entries:
        path = f"{prefix}/{entry.path}" if prefix else entry.path
        for folder in _parents(path):
            if folder not in made:
                made.add(folder)
                yield _header(folder, owner, tarfile.DIRTYPE, 0o755)
        yield _header(path, owner, tarfile.REGTYPE, 0o755 if entry.executable else 0o644, entry.size)
        yield from (chunk for chunk in spool.chunks(entry) if chunk)
        if padding := -entry.size % tarfile.BLOCKSIZE:
            yield bytes(padding)
    yield _END


def _parents(path: str) -> list[str]:
    """The folders that `path` is in, from the root."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts)) if parts[count]]


def _header(path: str, owner: tuple[int, int], kind: bytes, mode: int, size: int = 0) -> bytes:
    member = tarfile.TarInfo(path)
    member.type, member.mode, member.size = kind, mode, size
    member.uid, member.gid = owner
    return member.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
