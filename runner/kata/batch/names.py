"""Whose submission it is, as the name of a folder or file tells it. Pure.

Canvas      doejane_LATE_4711_90210_my-api.zip           student, user number, submission number
Moodle      Jane Doe_4711_assignsubmission_file_/        student, participant number
Blackboard  06-auth_jdoe_attempt_2026-01-31-23-59-00_my-api.zip
anything    jane-doe.zip, jane-doe/
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")

_MOODLE = re.compile(r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL)
_BLACKBOARD = re.compile(r"(?P<title>.+?)_(?P<who>[^_]+)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?")
_CANVAS = re.compile(r"(?P<who>[^_]+)_(?:LATE_)?(?P<number>\d+)_(?P<attempt>\d+)_(?P<file>.+)")


@dataclass(frozen=True)
class Named:
    """What one name says. `number` is the learning platform's, `attempt` orders several of one student."""

    student: str
    platform: str = ""
    number: str = ""
    attempt: str = ""
    file: str = ""


def named(name: str) -> Named:
    """The student whom the name of a folder or file means; every name means one."""
    if match := _MOODLE.fullmatch(name):
        return Named(match["who"], "moodle", match["number"], file=match["file"])
    if match := _BLACKBOARD.fullmatch(name):
        return Named(match["who"], "blackboard", attempt=match["attempt"], file=match["file"] or "")
    if match := _CANVAS.fullmatch(name):
        return Named(match["who"], "canvas", match["number"], match["attempt"].zfill(20), match["file"])
    return Named(without_ending(name), file=name)


def is_archive(name: str) -> bool:
    """Whether the name is one of an archive that can be opened."""
    return name.lower().endswith(ARCHIVES)


def without_ending(name: str) -> str:
    """The name without the ending of an archive or of a source file."""
    for ending in ARCHIVES:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return re.sub(r"(?<=.)\.[A-Za-z0-9]{1,5}$", "", name)


def key_of(student: str) -> str:
    """A short name that is safe as a folder on every system and in an address; not yet unique."""
    plain = unicodedata.normalize("NFKC", student.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    return re.sub(r"[^\w.]+", "-", plain).strip("-._")[:60].strip("-._") or "student"


def told_apart(keys: list[tuple[str, str, str]]) -> list[str]:
    """Unique keys for (key, number, source); those that differ in nothing but case get their number, else a digest.

    The suffix depends on the one submission alone, so that a late one does not rename the others.
    """
    count: dict[str, int] = {}
    for key, _, _ in keys:
        count[key.casefold()] = count.get(key.casefold(), 0) + 1
    made: list[str] = []
    taken: set[str] = set()
    for key, number, source in keys:
        digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        alone = count[key.casefold()] == 1 and key.casefold() not in taken
        unique = key if alone else f"{key}-{number or digest}"
        unique = f"{unique}-{digest}" if unique.casefold() in taken else unique
        taken.add(unique.casefold())
        made.append(unique)
    return made


def spellings(name: str) -> frozenset[str]:
    """The name squeezed to letters, in every rotation of its words: "Doe, Jane" and "janedoe" share one."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[^\W_]+", "".join(c for c in decomposed if not unicodedata.combining(c)))
    return frozenset("".join(words[turn:] + words[:turn]) for turn in range(len(words)))
