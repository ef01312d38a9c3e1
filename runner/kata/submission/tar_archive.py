"""Reads a tar or tar.gz file: regular files, folders and links; no header can make it hold much in memory.

Formats: ustar and pax (POSIX.1-2017, pax, "EXTENDED DESCRIPTION"), GNU long names
(https://www.gnu.org/software/tar/manual/html_node/Standard.html).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from kata.submission import archive, ignore
from kata.submission.archive import Archive, Member
from kata.submission.found import Kind
from kata.submission.limits import KIB, Limits
from kata.submission.refusal import refused

_BLOCK = 512
_LONGEST_HEADER = 64 * KIB
_GZIP = b"\x1f\x8b"
#: How a gzip file begins; several may follow one another, and each costs time, however little is in it.
_MEMBER = b"\x1f\x8b\x08"
_MOST_MEMBERS = 1000
_BROKEN = (OSError, EOFError, zlib.error)

_FILES = (b"0", b"\0", b"7")
_SPECIAL = {
    b"1": "a hard link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a FIFO (named pipe)",
    b"S": "a sparse file",
}


def opened(file: IO[bytes], name: str, size: int, limits: Limits) -> Archive:
    """The tar in `file`, of `size` bytes, gzipped or not. Raises SubmissionError when it is broken or too much."""
    is_gzip = file.read(2) == _GZIP
    if is_gzip and archive.occurrences(file, _MEMBER, _MOST_MEMBERS) > _MOST_MEMBERS:
        raise archive.corrupt(name, "it is made of too many gzip files, one after the other")
    file.seek(0)
    stream: IO[bytes] = gzip.GzipFile(fileobj=file) if is_gzip else file  # type: ignore[assignment]
    tar = _Tar(stream, name, size if is_gzip else None, limits)
    members = archive.checked(tar.members(), size, limits)
    return Archive(name, members, tar.reading, file.close)


class _Tar:
    """`packed` is the size of the gzip file, None for a plain tar."""

    def __init__(self, stream: IO[bytes], name: str, packed: int | None, limits: Limits) -> None:
        self._stream = stream
        self._name = name
        self._packed = packed
        self._limits = limits

    def members(self) -> Iterator[Member]:
        """Every member; the headers between them (long names, pax records) are applied, not yielded."""
        at, headers, said = 0, 0, dict[str, str]()
        while (header := self._header(at)) is not None:
            headers += 1
            if headers > 2 * self._limits.scanned:
                raise refused("The archive holds too many headers.", "Leave out what is not source code.")
            kind, size = header[156:157], self._size(header, said)
            body, at = at + _BLOCK, at + _BLOCK + size + -size % _BLOCK
            if kind in b"xLKg" and kind != b"\0":
                said |= self._said(kind, body, size)
            else:
                yield self._member(header, kind, said, size, body)
                said = {}

    def reading(self, member: Member) -> Callable[[int], bytes]:
        """Reads the next bytes of one member. A gzip stream goes back only by starting again."""
        position, end = member.number, member.number + member.size

        def read(size: int) -> bytes:
            nonlocal position
            piece = self._read(position, min(size, end - position))
            position += len(piece)
            return piece

        return read

    def _header(self, at: int) -> bytes | None:
        """The block at `at`; None at the end of the archive."""
        header = self._read(at, _BLOCK, may_end=at > 0)
        if not header.strip(b"\0"):
            return None
        # The checksum adds up all bytes, its own eight counting as spaces; old tars added them up as signed.
        plain = header[:148] + b" " * 8 + header[156:]
        if self._number(header[148:156]) not in (sum(plain), sum(plain) - 256 * sum(byte > 127 for byte in plain)):
            raise archive.corrupt(self._name, "it is no tar, or it is damaged")
        return header

    def _size(self, header: bytes, said: dict[str, str]) -> int:
        size = said.get("size", "")
        return int(size[:20]) if size.isascii() and size.isdigit() else self._number(header[124:136])

    def _said(self, kind: bytes, body: int, size: int) -> dict[str, str]:
        """What an extra header says about the member that follows."""
        if size > _LONGEST_HEADER:
            raise archive.corrupt(self._name, "a header in it is too long")
        content = self._read(body, size)
        if kind == b"L":
            return {"path": _text(content)}
        return self._records(content) if kind == b"x" else {}

    def _records(self, content: bytes) -> dict[str, str]:
        """pax records: "LENGTH KEY=VALUE\\n", where LENGTH counts the whole record."""
        records: dict[str, str] = {}
        while content.strip(b"\0"):
            length, _, _ = content.partition(b" ")
            end = int(length) if length.isdigit() and len(length) < 7 else 0
            record = content[len(length) + 1 : end]
            if not len(length) < end <= len(content) or not record.endswith(b"\n"):
                raise archive.corrupt(self._name, "a header in it is damaged")
            key, _, value = record[:-1].partition(b"=")
            records[_text(key)] = value.decode("utf-8", "surrogateescape")
            content = content[end:]
        return records

    def _member(self, header: bytes, kind: bytes, said: dict[str, str], size: int, body: int) -> Member:
        path = said.get("path") or _name(header)
        is_folder = kind == b"5" or (kind in _FILES and path.endswith("/"))
        if any(key.startswith("GNU.sparse") for key in said):
            kind = b"S"
        if not ignore.is_litter(path.rstrip("/"), is_folder):
            _check(path, kind)
        executable = bool(self._number(header[100:108]) & 0o100)
        return Member(path, _kind(kind, is_folder), executable, 0 if kind in b"25" else size, body)

    def _number(self, field: bytes) -> int:
        """An octal number of a header; the binary form of huge ones is refused, no submission needs it."""
        digits = field.strip(b"\0 ")
        if not digits:
            return 0
        if not all(0x30 <= digit <= 0x37 for digit in digits):
            raise archive.corrupt(self._name, "a number in it is damaged or too large")
        return int(digits, 8)

    def _read(self, at: int, size: int, may_end: bool = False) -> bytes:
        """Exactly `size` bytes at `at`, or none at the end when it may end there."""
        if self._packed is not None:
            archive.check_growth(at + size, self._packed, self._limits)
        try:
            self._stream.seek(at)
            content = self._stream.read(size)
        except _BROKEN as error:
            raise archive.corrupt(self._name, error) from error
        if len(content) != size and not (may_end and not content):
            raise archive.corrupt(self._name, "it ends too early")
        return content


def _check(path: str, kind: bytes) -> None:
    if kind not in (*_FILES, b"2", b"5"):
        raise archive.special(path, _SPECIAL.get(kind, "a special file"))


def _kind(kind: bytes, is_folder: bool) -> Kind | None:
    return None if is_folder else Kind.LINK if kind == b"2" else Kind.FILE


def _name(header: bytes) -> str:
    """The name in the header itself; ustar splits a long one in two."""
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
