"""A submission as data: what is graded, whatever happens to the folder it came from."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, cast

from kata.submission.limits import LEARNER, Limits
from kata.submission.refusal import refused, shown
from kata.submission.spool import Entry, Spool
from kata.submission.tar_stream import TarStream

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Snapshot:
    """The files of one submission, read once. Use as a context manager, or call `close`.

    `digest` is a SHA-256 over every path, executable bit and content; times, owners and the form of the submission
    (folder, zip, tar) do not change it. `links` are the symbolic links that were left out.
    """

    name: str
    digest: str
    warnings: tuple[str, ...]
    links: tuple[str, ...]
    limits: Limits
    entries: Mapping[str, Entry]
    spool: Spool

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file, "/"-separated from the root, sorted. Bytes that are not UTF-8 are surrogate escapes."""
        return tuple(self.entries)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries.values())

    def has(self, path: str) -> bool:
        """Is there a file at `path`?"""
        return path in self.entries

    def text(self, path: str, limit: int | None = None) -> str:
        """The text of a small file, without byte order mark. Raises SubmissionError: missing, large or not UTF-8."""
        content = self.content(path, limit)
        try:
            # Windows PowerShell redirects into UTF-16, and pip reads such a requirements.txt, too.
            return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise refused(f"{shown(path)}:{line}: is not UTF-8 text.", "Save the file as UTF-8.") from error

    def content(self, path: str, limit: int | None = None) -> bytes:
        """The bytes of a small file, at most `limit` (default: what detection may read) of them."""
        entry = self.entries.get(path)
        if entry is None:
            if path in self.links:
                raise refused(f"{shown(path)} is a symbolic link, and kata follows none.", "Put the file itself there.")
            raise refused(f"The submission has no file {shown(path)}.")
        limit = self.limits.parsed if limit is None else limit
        if entry.size > limit:
            raise refused(f"{shown(path)} has {entry.size:,} bytes; kata reads at most {limit:,} of it.", "Shorten it.")
        return self.spool.read(entry)

    def head(self, path: str, size: int) -> bytes:
        """The first `size` bytes of a file that is there."""
        return self.spool.read(self.entries[path], size)

    def files_digest(self, paths: Iterable[str]) -> str:
        """A SHA-256 over these files only; it keys what is built from them. Missing files count as absent."""
        return digest_of(self.entries[path] for path in sorted(set(paths)) if path in self.entries)

    def tar(
        self, owner: tuple[int, int] = (0, 0), prefix: str = "", only: Callable[[str], bool] | None = None
    ) -> IO[bytes]:
        """A tar of the files that `only` accepts, below `prefix`, owned by (uid, gid), made while it is read.

        Parent folders are in it, and `prefix` even when no file is; modes are 0644 and 0755, times are 0.
        """
        entries = [entry for path, entry in self.entries.items() if only is None or only(path)]
        return cast(IO[bytes], TarStream(self.spool, entries, owner, prefix))

    def overlay(self, files: Mapping[str, bytes | None]) -> Snapshot:
        """A new snapshot with some files replaced or added, or removed (None). It has to be closed on its own."""
        entries = dict(self.entries)
        for path, content in files.items():
            old = entries.pop(path, None)
            if content is not None:
                entries[path] = Entry.of_bytes(path, content, executable=old.executable if old else False)
        return made(self.name, entries.values(), self.spool.shared(), self.limits, self.links, self.warnings)

    def close(self) -> None:
        """Free the disk space. Harmless when repeated."""
        self.spool.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def made(
    name: str,
    entries: Iterable[Entry],
    spool: Spool,
    limits: Limits = LEARNER,
    links: Iterable[str] = (),
    warnings: Iterable[str] = (),
) -> Snapshot:
    """A snapshot of `entries`, whose contents stand in `spool`."""
    ordered = {entry.path: entry for entry in sorted(entries, key=lambda entry: entry.raw_path)}
    return Snapshot(name, digest_of(ordered.values()), tuple(warnings), tuple(sorted(links)), limits, ordered, spool)


def digest_of(entries: Iterable[Entry]) -> str:
    """SHA-256, in hex, over (path, executable bit, content) of `entries`, which are sorted by path."""
    digest = hashlib.sha256()
    for entry in entries:
        path = entry.raw_path
        digest.update(b"%d:%s:%d:%s" % (len(path), path, entry.executable, entry.sha256))
    return digest.hexdigest()
