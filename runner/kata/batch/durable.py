"""Files that survive a kill at any moment: written whole, synced, and either there or not."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kata.errors import NotGraded

#: Bytes: a line for each submission that is graded at a moment, several times over.
_RESERVE = 32 << 10


def write_once(file: Path, text: str) -> bool:
    """Write `text` to a name that must be new; False, and nothing changed, when it is taken. Raises NotGraded."""
    made = _written(file, text)
    try:
        os.link(made, file)
    except FileExistsError:
        return False
    except OSError as error:
        raise _cannot(file, error) from error
    finally:
        os.unlink(made)
    _sync(file.parent)
    return True


def write_again(file: Path, text: str) -> None:
    """Write `text` in the place of what was there, whole or not at all. Raises NotGraded."""
    made = _written(file, text)
    try:
        os.replace(made, file)
    except OSError as error:
        os.unlink(made)
        raise _cannot(file, error) from error
    _sync(file.parent)


def append(file: Path, line: Mapping[str, Any]) -> None:
    """Add one JSON line; a line that a crash cut short before is closed first. Raises NotGraded."""
    new = not file.exists()
    try:
        with file.open("ab") as out:
            start = b"\n" if _is_torn(file) else b""
            out.write(start + json.dumps(line, ensure_ascii=True).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise _cannot(file, error) from error
    if new:
        _sync(file.parent)


def make_folder(folder: Path) -> None:
    """Make `folder` and what is above it, so that a power cut cannot take it back. Raises OSError."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(new):
        _sync(each.parent)


def reserve(file: Path) -> None:
    """Keep room for the last lines of a runner whose disk is full, which removes `file` first. Raises NotGraded."""
    if not file.exists():
        write_again(file, " " * _RESERVE)


def lines(file: Path) -> Iterator[dict[str, Any]]:
    """Every whole line; what a crash left half written is no line."""
    if not file.exists():
        return
    with file.open("rb") as text:
        for line in text:
            try:
                read = json.loads(line)
            except ValueError:
                continue
            if isinstance(read, dict):
                yield read


def is_full(error: BaseException) -> bool:
    """Whether it is the disk that has no room."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _is_torn(file: Path) -> bool:
    with file.open("rb") as text:
        if text.seek(0, os.SEEK_END) == 0:
            return False
        text.seek(-1, os.SEEK_END)
        return text.read() != b"\n"


def _written(file: Path, text: str) -> Path:
    """A synced file with `text` beside `file`; nothing is left when the disk is full."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=file.parent)
    except OSError as error:
        raise _cannot(file, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
            os.fchmod(out.fileno(), 0o644)
    except OSError as error:
        os.unlink(name)
        raise _cannot(file, error) from error
    return Path(name)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that knows no sync of folders
            raise _cannot(folder, error) from error
    finally:
        os.close(descriptor)


def _cannot(file: Path, error: OSError) -> NotGraded:
    hint = "Make room" if is_full(error) else "Use a results folder on an ordinary local disk"
    return NotGraded(f"{file} cannot be written: {error.strerror}", f"{hint} and run the same command again.")
