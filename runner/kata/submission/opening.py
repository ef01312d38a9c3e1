"""From a path on the command line to an opened submission."""

from __future__ import annotations

import difflib
import os
import stat
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from kata.errors import UsageError
from kata.safe import safe_line
from kata.submission import tar_archive, zip_archive
from kata.submission.folder import Folder
from kata.submission.limits import Limits
from kata.submission.refusal import refused
from kata.submission.source import Source

_FORMS = "a folder, or a .zip, .tar, .tar.gz or .tgz file"
_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")


def opened(path: Path, limits: Limits) -> Source:
    """The submission at `path`. Raises UsageError when nothing is there, SubmissionError when it cannot be opened."""
    mode = _mode(path, limits)
    if stat.S_ISDIR(mode):
        return Folder(path, limits)
    if stat.S_ISREG(mode) and _ending(path.name):
        return _archive(path, limits)
    if stat.S_ISLNK(mode):
        raise refused(f"{_shown(path)} is a symbolic link, and kata follows none here.", f"Submit {_FORMS}.")
    raise UsageError(f"{_shown(path)} is not a submission.", f"Give {_FORMS}.")


def _archive(path: Path, limits: Limits) -> Source:
    name = path.name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise refused(f"The archive {_shown(path)} cannot be read: {error.strerror}.") from error
    with ExitStack() as stack:
        file = stack.enter_context(os.fdopen(descriptor, "rb"))
        size = os.fstat(descriptor).st_size
        if size > limits.total:
            raise refused(
                f"The archive {_shown(path)} has {size:,} bytes; it may have {limits.total:,}.",
                "Leave out what is not source code.",
            )
        is_zip = name.lower().endswith(".zip")
        reader = zip_archive.opened if is_zip else tar_archive.opened
        source = reader(file, name, size, limits)
        stack.pop_all()
        return source


def _ending(name: str) -> str:
    """The ending that makes it an archive, the longest that fits; "" when there is none."""
    return max((ending for ending in _ENDINGS if name.lower().endswith(ending)), key=len, default="")


def _mode(path: Path, limits: Limits) -> int:
    try:
        return os.stat(path, follow_symlinks=limits.follow_root).st_mode
    except (OSError, ValueError) as error:
        raise UsageError(f"There is no submission at {_shown(path)}.", _nearest(path)) from error


def _nearest(path: Path) -> str:
    """The names beside `path` that are most like it, as a hint."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, 1000)]
    except (OSError, ValueError):
        return f"The folder {_shown(path.parent)} does not exist either. Give {_FORMS}."
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    if near:
        return "Did you mean " + " or ".join(_shown(path.parent / name) for name in near) + "?"
    return f"Give {_FORMS}."


def _shown(path: Path) -> str:
    return safe_line(os.fsencode(path), 200)
