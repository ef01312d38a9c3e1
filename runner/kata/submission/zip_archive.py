"""Reads a zip file: its directory is capped and checked first, contents are unpacked in pieces.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from kata.submission import archive, ignore
from kata.submission.archive import Archive, Member
from kata.submission.found import Kind
from kata.submission.limits import MIB, Limits
from kata.submission.refusal import refused, shown

_DIRECTORY_ENTRY = b"PK\x01\x02"
_MOST_AT_ONCE = 32 * MIB
_UNIX = (3, 19)
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
#: What zipfile raises for bytes that are no zip, or no longer one.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    struct.error,
    OverflowError,
    NotImplementedError,
    OSError,
)
_KINDS: dict[int, Kind | None] = {stat.S_IFREG: Kind.FILE, stat.S_IFLNK: Kind.LINK, stat.S_IFDIR: None}


def opened(file: IO[bytes], name: str, size: int, limits: Limits) -> Archive:
    """The zip in `file`, of `size` bytes. Raises SubmissionError when it is broken, encrypted or too much."""
    _check_count(file, limits)
    try:
        zipped = zipfile.ZipFile(_Capped(file))
    except (*_BROKEN, RuntimeError) as error:
        raise archive.corrupt(name, error) from error
    infos = zipped.infolist()
    members = archive.checked(_members(infos), size, limits)
    return Archive(name, members, lambda member: _reading(zipped, infos[member.number], name), file.close)


class _Capped:
    """The file, for zipfile, which reads a zip's whole directory at once, however long that says it is."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size if 0 <= size <= _MOST_AT_ONCE else _MOST_AT_ONCE + 1)
        if len(content) > _MOST_AT_ONCE:
            raise refused("The zip's directory is too large.", "Leave out what is not source code.")
        return content

    def seekable(self) -> bool:
        return True


def _check_count(file: IO[bytes], limits: Limits) -> None:
    """Count the directory's entries by their signature, before zipfile makes an object of each."""
    if archive.occurrences(file, _DIRECTORY_ENTRY, limits.scanned) > limits.scanned:
        raise refused(f"The zip holds more than {limits.scanned:,} files.", "Leave out what is not source code.")


def _members(infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    for number, info in enumerate(infos):
        path = _name(info)
        is_folder = path.endswith("/")
        mode = info.external_attr >> 16 if info.create_system in _UNIX else 0
        kind = _KINDS.get(stat.S_IFMT(mode), Kind.FILE)
        if not ignore.is_litter(path.rstrip("/"), is_folder):
            _check(info, path, mode)
        yield Member(path, None if is_folder else kind, bool(mode & stat.S_IXUSR), info.file_size, number)


def _check(info: zipfile.ZipInfo, path: str, mode: int) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise refused(f"{shown(path)} in the zip is encrypted.", "Make the zip without a password.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused(
            f"{shown(path)} in the zip is packed in an unusual way.", "Make the zip with ordinary compression."
        )
    if stat.S_IFMT(mode) not in (0, *_KINDS):
        raise archive.special(path, "a special file")


def _name(info: zipfile.ZipInfo) -> str:
    """The name as its bytes; without the UTF-8 flag Unix tools store what the file system had, others code page 437."""
    if info.flag_bits & _UTF_8:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    if info.create_system in _UNIX:
        return raw.decode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return info.orig_filename


def _reading(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Callable[[int], bytes]:
    """Reads the next bytes of one file; the checksum is verified at its end."""
    try:
        stream = zipped.open(info)
    except (*_BROKEN, RuntimeError) as error:
        raise archive.corrupt(name, error) from error

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except _BROKEN as error:
            raise archive.corrupt(name, error) from error

    return read
