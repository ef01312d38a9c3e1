"""Whose submission it is, as the name of a folder or file tells it. Pure.

Canvas      doejane_LATE_4711_90210_my-api.zip           student, user number, number of the file
            LATE_anon_x7Tz_90210_my-api.zip              the same, where students are anonymous
            doejane_4711_text.html                       what was typed in there, or a link
Moodle      Jane Doe_4711_assignsubmission_file_/        student, participant number
            Jane Doe_4711_assignsubmission_onlinetext_/  what was typed in there
Blackboard  06-auth_jdoe_attempt_2026-01-31-23-59-00_my-api.zip
anything    jane-doe.zip, jane-doe/
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")

_MOODLE = re.compile(
    r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)", re.DOTALL
)
_BLACKBOARD = re.compile(r"(?P<title>.+?)_(?P<who>[^_]+)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?")
_UPLOADED = r"(?:(?P<order>\d+)_(?P<file>.+)|(?:text|link)\.html)"
_CANVAS = re.compile(rf"(?P<who>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_{_UPLOADED}")
_CANVAS_ANONYMOUS = re.compile(rf"(?P<late>LATE_)?(?P<who>anon_(?P<number>[A-Za-z0-9]+))_{_UPLOADED}")


@dataclass(frozen=True)
class Named:
    """What one name says. `number` is the learning platform's, `attempt` orders several of one student.

    `order` is higher for a file that was uploaded later; `typed` is no file but text or a link for the platform.
    """

    student: str
    platform: str = ""
    number: str = ""
    attempt: str = ""
    file: str = ""
    order: int = 0
    late: bool = False
    typed: bool = False


def named(name: str) -> Named:
    """The student whom the name of a folder or file means; every name means one."""
    if match := _MOODLE.fullmatch(name):
        typed = match["kind"] == "onlinetext"
        return Named(match["who"], "moodle", match["number"], file=match["file"], typed=typed)
    if match := _BLACKBOARD.fullmatch(name):
        return Named(match["who"], "blackboard", attempt=match["attempt"], file=match["file"] or "")
    if match := _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name):
        return _of_canvas(match)
    return Named(without_ending(name), file=name)


def _of_canvas(match: re.Match[str]) -> Named:
    order, late = int(match["order"] or 0), bool(match["late"])
    return Named(match["who"], "canvas", match["number"], "", match["file"] or "", order, late, not match["file"])


def is_archive(name: str) -> bool:
    """Whether the name is one of an archive that can be opened."""
    return name.lower().endswith(ARCHIVES)


def before_canvas(names: Sequence[str]) -> list[str]:
    """What the student called files that are one upload: Canvas adds -1 to the name of one that was uploaded before."""
    plain = [re.sub(r"-\d+(?=\.[^.]+$)", "", name) for name in names]
    return [new if plain.count(new) == 1 and new not in names else name for new, name in zip(plain, names, strict=True)]


def without_ending(name: str) -> str:
    """The name without the ending of an archive or of a source file."""
    for ending in ARCHIVES:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return re.sub(r"(?<=.)\.[A-Za-z0-9]{1,5}$", "", name)


def key_of(student: str) -> str:
    """A short name that is safe as a folder on every system and in an address; not yet unique.

    Letters keep their vowel signs and accents; where there is no letter, signs go by their names: "woman-rocket".
    """
    text = student.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    plain = unicodedata.normalize("NFKC", _without_joiners(text))
    return _shortened(plain) or _shortened("-".join(map(_named_sign, plain))) or "student"


def _shortened(text: str) -> str:
    """Words of letters, digits and the marks on them, with `-` between."""
    plain = "".join(each if each in "._" or each.isalnum() or _is_mark(each) else "-" for each in text)
    words = ("".join(dropwhile(_is_mark, word)) for word in plain.split("-"))  # no mark without a letter
    return "-".join(word for word in words if word).strip("-._")[:60].strip("-._")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc")


def _named_sign(character: str) -> str:
    """An emoji's or symbol's name, "" for what is a mark on it or no sign."""
    return unicodedata.name(character, "").lower() if unicodedata.category(character) == "So" else ""


def _without_joiners(text: str) -> str:
    """The text without characters that only shape others, also where `safe` has made them visible as \\u200d."""
    shown = re.sub(r"\\(?:u([0-9a-f]{4})|U000([0-9a-f]{5}))", _unless_joiner, text)
    return "".join(each for each in shown if not _is_joiner(each))


def _unless_joiner(escape: re.Match[str]) -> str:
    return "" if _is_joiner(chr(int(escape[1] or escape[2], 16))) else escape[0]


def _is_joiner(character: str) -> bool:
    """A format character (category Cf), or one that chooses between two looks of the sign before it."""
    return unicodedata.category(character) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(character, "")


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
    decomposed = unicodedata.normalize("NFKD", _without_joiners(name).casefold())
    words = re.findall(r"[^\W_]+", "".join(c for c in decomposed if not unicodedata.combining(c)))
    return frozenset("".join(words[turn:] + words[:turn]) for turn in range(len(words)))
