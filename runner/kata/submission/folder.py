"""Walks a folder without trusting it: no link is followed, nothing but a regular file is opened, every count is capped.

Each folder is opened relative to the open folder around it (openat), so a folder that is swapped for a link during the
walk is noticed. O_NONBLOCK keeps a FIFO that was swapped in from blocking the open.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from kata.submission import ignore
from kata.submission.found import Found, Kind, Skip, Walk
from kata.submission.limits import Limits
from kata.submission.refusal import IGNORE_HINT, Tally, refused, shown

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = _FILE | os.O_DIRECTORY

_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO (named pipe)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


class Folder:
    """A submission's folder, held open."""

    def __init__(self, path: Path, limits: Limits) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        with _refusing(str(path)):
            self._root = os.open(path, flags if limits.follow_root else flags | os.O_NOFOLLOW)
        self._most = limits.scanned
        self.name = Path(os.path.abspath(path)).name

    def only_folder(self) -> str | None:
        """The name of the single folder at the root, when nothing else is there."""
        only: str | None = None
        with _refusing("."), os.scandir(self._root) as entries:
            for entry in islice(entries, self._most):
                is_folder = entry.is_dir(follow_symlinks=False)
                if ignore.by_default(entry.name, is_folder):
                    continue
                if only is not None or not is_folder:
                    return None
                only = entry.name
        return only

    def enter(self, name: str) -> None:
        """Make the folder `name` the root."""
        with _refusing(name):
            inner = os.open(name, _FOLDER, dir_fd=self._root)
        os.close(self._root)
        self._root = inner

    def small(self, name: str, limit: int) -> bytes | None:
        """At most `limit` + 1 bytes of the file `name` at the root; None when there is none."""
        try:
            mode = os.stat(name, dir_fd=self._root, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(f"{shown(name)} cannot be read: {error.strerror}.", IGNORE_HINT) from error
        if not stat.S_ISREG(mode):
            raise refused(f"{shown(name)} is {_kind_name(mode)}.", f"Replace {shown(name)} by an ordinary file.")
        with _opened_file(self._root, name, name) as file:
            return os.read(file, limit + 1)

    def walk(self, skip: Skip, tally: Tally) -> Walk:
        """Every file and link, in the order of their names within each folder."""
        return _walk(self._root, "", skip, tally)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._root)


def _walk(folder: int, prefix: str, skip: Skip, tally: Tally) -> Walk:
    for name, kind in sorted(_listing(folder, prefix, skip, tally)):
        path = prefix + name
        if kind == "link":
            yield Found(path, Kind.LINK)
        elif kind == "folder":
            with _opened_folder(folder, name, path) as inner:
                yield from _walk(inner, path + "/", skip, tally)
        else:
            with _opened_file(folder, name, path) as file:
                status = os.fstat(file)
                executable = bool(status.st_mode & stat.S_IXUSR)
                yield Found(path, Kind.FILE, executable, status.st_size, partial(os.read, file))


def _listing(folder: int, prefix: str, skip: Skip, tally: Tally) -> list[tuple[str, str]]:
    """(name, "file", "folder" or "link") of what enters; counted here, so the list is never longer than the cap."""
    entered = []
    with _refusing(prefix or "."), os.scandir(folder) as entries:
        for entry in entries:
            tally.scan()
            path = prefix + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if skip(path, is_folder) or (is_folder and _is_virtual_environment(folder, entry.name)):
                continue
            tally.enter(path)
            entered.append((entry.name, _kind(entry, path)))
    return entered


def _kind(entry: os.DirEntry[str], path: str) -> str:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    if entry.is_file(follow_symlinks=False):
        return "file"
    name = _kind_name(entry.stat(follow_symlinks=False).st_mode)
    raise refused(f"{shown(path)} is {name}; a submission holds ordinary files and folders only.", IGNORE_HINT)


def _is_virtual_environment(folder: int, name: str) -> bool:
    """A folder with pyvenv.cfg is a Python virtual environment (PEP 405), whatever its name."""
    try:
        return stat.S_ISREG(os.stat(f"{name}/pyvenv.cfg", dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


@contextmanager
def _opened_folder(around: int, name: str, path: str) -> Iterator[int]:
    with _refusing(path):
        folder = os.open(name, _FOLDER, dir_fd=around)
    try:
        yield folder
    finally:
        os.close(folder)


@contextmanager
def _opened_file(folder: int, name: str, path: str) -> Iterator[int]:
    with _refusing(path):
        file = os.open(name, _FILE, dir_fd=folder)
    try:
        mode = os.fstat(file).st_mode
        if not stat.S_ISREG(mode):
            raise refused(f"{shown(path)} became {_kind_name(mode)} while the submission was read.", "Run kata again.")
        yield file
    finally:
        os.close(file)


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    """An operating system error about `path` refuses the submission."""
    try:
        yield
    except OSError as error:
        raise refused(f"{shown(path)} cannot be read: {error.strerror}.", IGNORE_HINT) from error


def _kind_name(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "a special file")
