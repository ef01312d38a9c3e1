"""From a unit to its snapshot: a folder, an archive, an archive inside one, or loose files."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from kata.batch.intake import Part, Unit
from kata.batch.names import is_archive
from kata.errors import NotGraded, SubmissionError, UsageError
from kata.submission import Limits, Snapshot, take
from kata.submission.found import Found, Kind
from kata.submission.refusal import Tally, refused, shown
from kata.submission.snapshot import made
from kata.submission.spool import Entry, Spool

_DOCUMENTS = (".txt", ".md", ".pdf", ".docx", ".odt", ".html", ".png", ".jpg")
_FOREIGN = (".rar", ".7z", ".bz2", ".xz", ".zst")
_DEEPEST = 2


#: Errors of the system that a submission provokes itself, by its links and names; every other one is the machine's.
_THEIRS = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENXIO, errno.EINVAL})


class Unreadable(NotGraded):
    """This machine could not read what was handed in, which costs nobody points."""


def snapshot_of(unit: Unit, limits: Limits) -> Snapshot:
    """What is graded for `unit`.

    Raises SubmissionError (refused) when it cannot be opened by its own doing, Unreadable when by the machine's.
    """
    try:
        return _opened(unit, limits)
    except SubmissionError as error:
        if _is_the_machines(error):
            hint = "Mend its permissions or the disk it is on, and run the same command again."
            raise Unreadable(error.message, hint) from error
        raise


def _is_the_machines(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error is not None and error.errno is not None and error.errno not in _THEIRS


def _opened(unit: Unit, limits: Limits) -> Snapshot:
    only = unit.parts[0]
    if only.name.lower().endswith(_FOREIGN):
        raise _foreign(only.name)
    if len(unit.parts) > 1 or not (only.path.is_symlink() or only.path.is_dir() or is_archive(only.path.name)):
        return _loose(unit.parts, limits)
    try:
        snapshot = take(only.path, limits)
    except UsageError as error:
        raise refused(error.message, error.hint) from error
    return _unpacked(snapshot, limits)


def _unpacked(snapshot: Snapshot, limits: Limits) -> Snapshot:
    """The archive inside, where a submission is nothing but an archive and perhaps a document beside it."""
    for _ in range(_DEEPEST):
        try:
            inner = _only_archive(snapshot)
        except BaseException:
            snapshot.close()
            raise
        if inner is None:
            break
        with snapshot, tempfile.TemporaryDirectory(prefix="kata-inner-") as folder:
            file = Path(folder) / Path(inner).name
            with file.open("wb") as out:
                for chunk in snapshot.spool.chunks(snapshot.entries[inner]):
                    out.write(chunk)
            snapshot = take(file, limits)
    return snapshot


def _only_archive(snapshot: Snapshot) -> str | None:
    """The archive that is the whole submission. Raises SubmissionError for one of a foreign form, and for several."""
    code = [path for path in snapshot.paths if not path.lower().endswith(_DOCUMENTS)]
    if not code or not all(is_archive(path) or path.lower().endswith(_FOREIGN) for path in code):
        return None
    if len(code) > 1:
        raise refused(f"There are {len(code)} archives: {', '.join(map(shown, code[:5]))}.", "Hand in one .zip.")
    if not is_archive(code[0]):
        raise _foreign(code[0])
    return code[0]


def _foreign(name: str) -> SubmissionError:
    return refused(f"{shown(name)} is packed in a form that kata does not open.", "Hand in a .zip.")


def _loose(parts: Sequence[Part], limits: Limits) -> Snapshot:
    """Single files, side by side at the root."""
    spool, tally = Spool.new(), Tally(limits)
    try:
        entries = [_copied(part, spool, tally) for part in parts]
        if len({entry.path for entry in entries}) < len(entries):
            raise refused("Two of the single files have the same name.", "Hand in one archive.")
        return made(parts[0].name, entries, spool, limits)
    except BaseException:
        spool.close()
        raise


def _copied(part: Part, spool: Spool, tally: Tally) -> Entry:
    name = part.name.replace("/", "_").replace("\\", "_").replace("\0", "_")
    try:
        file = os.open(part.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise refused(f"{shown(name)} cannot be read: {error.strerror}.") from error
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise refused(f"{shown(name)} is no ordinary file.", "Hand in one archive.")
        tally.enter(name)
        return spool.add(Found(name, Kind.FILE, False, status.st_size, partial(os.read, file)), tally)
    finally:
        os.close(file)
