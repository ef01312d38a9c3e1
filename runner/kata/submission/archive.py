"""What zip and tar have in common: a list of members that is checked before one byte is unpacked.

Nothing is ever extracted into a file system, so a bad name could harm nobody here; it is refused because what it meant
is unclear, and because the same archive would harm somebody else's tools.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO

from kata.errors import SubmissionError
from kata.submission import ignore
from kata.submission.found import Found, Kind, Skip, Walk
from kata.submission.limits import MIB, Limits
from kata.submission.refusal import Tally, refused, shown

_LONGEST_NAME = 255
_LONGEST_PATH = 1024
#: Up to this size a ratio says nothing.
_SMALL = 8 * MIB
_AGAIN = "Make the archive again from the project's folder, for example: zip -r submission.zip my-api"


@dataclass(frozen=True, slots=True)
class Member:
    """One file, folder or link of an archive. `number` is where the archive keeps it."""

    path: str
    kind: Kind | None  # None for a folder
    executable: bool = False
    size: int = 0
    number: int = 0


class Archive:
    """A checked list of members; `reading(member)` gives a function that reads its next bytes."""

    def __init__(
        self,
        name: str,
        members: list[Member],
        reading: Callable[[Member], Callable[[int], bytes]],
        close: Callable[[], None],
    ) -> None:
        self.name = re.sub(r"\.(zip|tar|tar\.gz|tgz)$", "", name, flags=re.IGNORECASE)
        self._members = members
        self._reading = reading
        self.close = close

    def only_folder(self) -> str | None:
        """The name of the single folder at the root, when nothing else is there."""
        tops = {member.path.split("/")[0] for member in self._members}
        is_folder = all("/" in member.path or member.kind is None for member in self._members)
        return tops.pop() if len(tops) == 1 and is_folder else None

    def enter(self, name: str) -> None:
        """Make the folder `name` the root."""
        inside = [member for member in self._members if member.path.startswith(f"{name}/")]
        self._members = [replace(member, path=member.path[len(name) + 1 :]) for member in inside]

    def small(self, name: str, limit: int) -> bytes | None:
        """At most `limit` + 1 bytes of the file `name` at the root; None when there is none."""
        member = next((member for member in self._members if member.path == name), None)
        if member is None:
            return None
        if member.kind is not Kind.FILE:
            raise refused(f"{shown(name)} is no ordinary file.", f"Replace {shown(name)} by one.")
        return self._reading(member)(limit + 1)

    def walk(self, skip: Skip, tally: Tally) -> Walk:
        """Every file and link, in the order of the archive."""
        folders: dict[str, bool] = {"": True}
        for member in self._members:
            tally.scan()
            if not _enters(member, skip, tally, folders) or member.kind is None:
                continue
            tally.enter(member.path)
            if member.kind is Kind.LINK:
                yield Found(member.path, Kind.LINK)
            else:
                yield Found(member.path, Kind.FILE, member.executable, member.size, self._reading(member))


def checked(members: Iterator[Member], packed: int, limits: Limits) -> list[Member]:
    """The members worth keeping. Raises SubmissionError at the first name or size that is not acceptable."""
    tally = Tally(limits)
    kept: list[Member] = []
    unpacked = 0
    for member in members:
        tally.scan()
        unpacked += member.size
        check_growth(unpacked, packed, limits)
        path = _plain(member.path)
        if path and not ignore.is_litter(path, member.kind is None):
            tally.descend(path)
            kept.append(replace(member, path=path))
    kept = _without_environments(kept)
    _check_collisions(kept)
    return kept


def occurrences(file: IO[bytes], signature: bytes, enough: int) -> int:
    """How often `signature` stands in the whole file; counting ends soon after `enough`."""
    count, tail = 0, b""
    file.seek(0)
    while count <= enough and (piece := file.read(MIB)):
        count += (tail + piece).count(signature)
        tail = piece[1 - len(signature) :]
    return count


def check_growth(unpacked: int, packed: int, limits: Limits) -> None:
    """Refuse an archive of `packed` bytes that grows to `unpacked`; asked before they are unpacked."""
    if unpacked > _SMALL and unpacked > packed * limits.ratio:
        raise refused(
            f"The archive of {packed:,} bytes unpacks to more than {limits.ratio} times its size.",
            "Leave out what is not source code.",
        )
    if unpacked > limits.unpacked:
        raise refused(
            f"The archive unpacks to more than {limits.unpacked // MIB:,} MiB.", "Leave out what is not source."
        )


def corrupt(name: str, error: Exception | str) -> SubmissionError:
    """A refusal of an archive that cannot be read."""
    return refused(f"The archive {shown(name)} cannot be read: {shown(str(error))}.", _AGAIN)


def special(path: str, what: str) -> SubmissionError:
    """A refusal of a member that is neither a file, a folder nor a link."""
    return refused(f"{shown(path)} in the archive is {what}; only ordinary files and folders are taken.", _AGAIN)


def _plain(name: str) -> str:
    """The name without "./" and doubled slashes, "" for the root itself; refused when it could mean another place."""
    problem = _problem(name)
    if problem:
        raise refused(f"The archive holds the name {shown(name)}, which {problem}.", _AGAIN)
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _problem(name: str) -> str | None:
    parts = name.split("/")
    if "\0" in name:
        return "holds a zero byte"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is an absolute path"
    if ".." in parts:
        return 'leads out of the archive with ".."'
    lengths = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    if max(lengths) > _LONGEST_NAME or sum(lengths) + len(parts) > _LONGEST_PATH:
        return "is too long"
    return None


def _without_environments(members: list[Member]) -> list[Member]:
    """Without virtual environments: folders that hold a pyvenv.cfg."""
    marker = "/pyvenv.cfg"
    folders = {member.path.removesuffix(marker) for member in members if member.path.endswith(marker)}
    if not folders:
        return members
    return [member for member in members if not any(around in folders for around in _around(member.path + "/"))]


def _check_collisions(members: list[Member]) -> None:
    """Refuse two members at one place, a file that is also a folder, and names that differ only in case."""
    kinds: dict[str, bool] = {}
    spelled: dict[str, str] = {}
    for member in members:
        is_folder = member.kind is None
        for path, folder in [*((around, True) for around in _around(member.path)), (member.path, is_folder)]:
            if path in kinds and not (kinds[path] and folder):
                raise refused(f"The archive holds {shown(path)} twice.", _AGAIN)
            kinds[path] = folder
            other = spelled.setdefault(unicodedata.normalize("NFC", path.casefold()), path)
            if other != path:
                same = other.casefold() == path.casefold()
                how = "in case" if same else "in how accents are written"
                raise refused(f"The archive holds {shown(other)} and {shown(path)}, which differ only {how}.", _AGAIN)


def _around(path: str) -> list[str]:
    """The folders that `path` is in, from the root."""
    return [path[:index] for index, character in enumerate(path) if character == "/"]


def _enters(member: Member, skip: Skip, tally: Tally, folders: dict[str, bool]) -> bool:
    """Is nothing around the member left out, nor itself? Each new folder is counted once."""
    for around in _around(member.path) + ([member.path] if member.kind is None else []):
        if around not in folders:
            folders[around] = not skip(around, True)
            if folders[around]:
                tally.enter(around)
        if not folders[around]:
            return False
    return not skip(member.path, member.kind is None)
