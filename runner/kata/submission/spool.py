"""The contents of a submission, one after another in an anonymous temporary file that no crash can leave behind."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from kata.submission.found import Found
from kata.submission.refusal import Tally

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: where its `size` bytes stand in the spool, or the bytes themselves."""

    path: str
    executable: bool
    size: int
    sha256: bytes
    offset: int = 0
    inline: bytes | None = None

    @classmethod
    def of_bytes(cls, path: str, content: bytes, executable: bool = False) -> Entry:
        """A file that is kept in memory."""
        return cls(path, executable, len(content), hashlib.sha256(content).digest(), inline=content)

    @property
    def raw_path(self) -> bytes:
        """The path as the bytes that the file system has."""
        return self.path.encode("utf-8", "surrogateescape")


class Spool:
    """Append, then read at any place; reading moves no shared position, so several tars can be made at once."""

    def __init__(self, descriptor: int, end: int = 0) -> None:
        self._descriptor: int | None = descriptor
        self._end = end

    @classmethod
    def new(cls) -> Spool:
        """An empty spool in the system's temporary folder."""
        with tempfile.TemporaryFile(buffering=0) as file:
            return cls(os.dup(file.fileno()))

    def add(self, found: Found, tally: Tally) -> Entry:
        """Copy one file, counting its real bytes. Raises SubmissionError at the first byte too many."""
        tally.declare(found.path, found.size)
        digest, size, offset = hashlib.sha256(), 0, self._end
        while chunk := found.read(CHUNK):
            size += len(chunk)
            tally.copied(found.path, size)
            digest.update(chunk)
            self._append(chunk)
        tally.finish(size)
        return Entry(found.path, found.executable, size, digest.digest(), offset)

    def read(self, entry: Entry, size: int | None = None) -> bytes:
        """The content of a file, or its first `size` bytes."""
        if size is None:
            return b"".join(self.chunks(entry))
        return (
            entry.inline[:size]
            if entry.inline is not None
            else os.pread(self._open(), min(size, entry.size), entry.offset)
        )

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The content of a file, piece by piece."""
        if entry.inline is not None:
            yield entry.inline
            return
        done = 0
        while done < entry.size:
            chunk = os.pread(self._open(), min(CHUNK, entry.size - done), entry.offset + done)
            if not chunk:
                raise OSError(f"the temporary file ends at {entry.offset + done}, inside {entry.path!r}")
            done += len(chunk)
            yield chunk

    def shared(self) -> Spool:
        """The same contents, closed independently."""
        return Spool(os.dup(self._open()), self._end)

    def close(self) -> None:
        """Give the disk space back once every sharer has closed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, chunk: bytes) -> None:
        view = memoryview(chunk)
        while view:
            written = os.pwrite(self._open(), view, self._end)
            self._end += written
            view = view[written:]

    def _open(self) -> int:
        if self._descriptor is None:
            raise ValueError("the snapshot is closed")
        return self._descriptor
