"""What is to be graded and whose it is, said before anything runs: one Unit for every student.

A unit is a folder, an archive, or the loose files that one student handed in; without parts the submission is missing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kata.batch.names import Named, before_canvas, is_archive, key_of, named, told_apart
from kata.batch.roster import Student, owners
from kata.errors import UsageError
from kata.safe import safe_line

_SOURCE = (".py", ".js", ".mjs", ".cjs", ".ts", ".php", ".rb", ".pl", ".psgi", ".java", ".go")
#: Archives that are not opened; their owner is told so instead of being left out.
_FOREIGN = (".rar", ".7z", ".bz2", ".xz", ".zst")
#: What stands at the root of a project, and never beside submissions.
_PROJECT = ("requirements.txt", "pyproject.toml", "package.json", "composer.json", "Gemfile", "go.mod", "pom.xml",
            "Dockerfile", "Procfile", "kata.toml")  # fmt: skip
_LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Part:
    """One folder or file of a submission; `name` is what its owner called it."""

    name: str
    path: Path


@dataclass(frozen=True)
class Unit:
    """One student's submission. `key` is unique and safe as a folder's name; `notes` say what was decided.

    `unfetched` says that there is one, which could not be got hold of this time, and `correct` what the instructor
    has to correct before it can be.
    """

    key: str
    student: Student
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    unfetched: bool = False
    correct: str = ""

    @property
    def missing(self) -> bool:
        return not self.parts


@dataclass(frozen=True)
class Intake:
    """Every unit, in the order of their keys, and what has to be said about the folder as a whole."""

    units: tuple[Unit, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """One name in the folder of submissions."""

    source: str
    path: Path
    named: Named
    student: Student
    notes: tuple[str, ...] = field(default=())


def take_in(folder: Path, students: Sequence[Student] = ()) -> Intake:
    """Every submission in `folder`, told apart, joined with the roster. Raises UsageError when there is none."""
    found, notes = _found(folder)
    _refuse_a_project(folder)
    assigned = [_assigned(each, students) for each in found]
    groups = _grouped(assigned)
    units = [_unit(group) for group in groups]
    unclear = {row for each in assigned if not each.student.row for row in _rows(each, students)}
    units += [_missing(each, unclear) for each in students if each.row not in {unit.student.row for unit in units}]
    if not any(unit.parts for unit in units):
        raise UsageError(
            f"{folder} holds no submission",
            "Give a folder with one folder or archive (.zip, .tar, .tar.gz) for each student.",
        )
    keys = told_apart([(unit.key, _number(unit), _source(unit)) for unit in units])
    kept = sorted((replace(unit, key=key) for unit, key in zip(units, keys, strict=True)), key=lambda unit: unit.key)
    return Intake(tuple(kept), (*notes, *_namesakes(kept)))


def _found(folder: Path) -> tuple[list[_Found], list[str]]:
    found: list[_Found] = []
    ignored: list[str] = []
    for entry in _entries(folder):
        shown = safe_line(os.fsencode(entry.name), 120)
        if not _is_submission(entry):
            if not entry.name.startswith(".") and entry.name not in _LITTER:
                ignored.append(shown)
            continue
        name = named(entry.name)
        student = Student(safe_line(os.fsencode(name.student), 120), name.number if name.platform == "canvas" else "")
        found.append(_Found(entry.name, Path(entry.path), name, student, ("handed in late",) if name.late else ()))
    if not ignored:
        return found, []
    told = ", ".join(ignored[:8]) + (f" and {len(ignored) - 8} more" if len(ignored) > 8 else "")
    return found, [f"Left out, because they are no submissions: {told}."]


def _refuse_a_project(folder: Path) -> None:
    """One student's folder in the place of the folder of all: each of its files would be taken for a student."""
    mark = next((name for name in _PROJECT if (folder / name).is_file()), None)
    if mark is not None:
        raise UsageError(
            f"{folder} looks like one submission, not like a folder of submissions: it holds {mark}",
            f"Give the folder above it; `kata check` grades one. If {mark} belongs to nobody, move it elsewhere.",
        )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except NotADirectoryError as error:
        hint = "Unpack the platform's archive and give the folder." if is_archive(folder.name) else ""
        raise UsageError(f"{folder} is not a folder of submissions", hint or "Give a folder.") from error
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be read: {error.strerror}", "Give the folder that holds the submissions."
        ) from error


def _is_submission(entry: os.DirEntry[str]) -> bool:
    """A folder, an archive of any sort or a source file; a link too, so that its refusal is told to its owner."""
    if entry.name.startswith(".") or entry.name in _LITTER:
        return False
    name = named(entry.name)
    if name.platform == "blackboard" and not name.file and not entry.is_dir(follow_symlinks=False):
        return False  # Blackboard's own .txt beside each submission
    if entry.is_dir(follow_symlinks=False) or entry.is_symlink():
        return True
    lower = entry.name.lower()
    known = bool(name.platform) or is_archive(lower) or lower.endswith(_SOURCE + _FOREIGN)
    return known and stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)


def _assigned(found: _Found, students: Sequence[Student]) -> _Found:
    if not students:
        return found
    candidates = owners(found.named, found.source, students)
    if len(candidates) == 1:
        return replace(found, student=candidates[0])
    if not candidates:
        return _noted(found, "nobody on the roster has this name; graded under the name of the submission")
    lines = " and ".join(str(each.row) for each in candidates)
    if candidates[0].submission:
        return _noted(found, f"lines {lines} of the roster both name this submission, so it is neither's; name it once")
    return _noted(found, f"lines {lines} of the roster have this name; a column `submission` there tells whose it is")


def _noted(found: _Found, note: str) -> _Found:
    return replace(found, notes=(*found.notes, note))


def _rows(found: _Found, students: Sequence[Student]) -> list[int]:
    return [each.row for each in owners(found.named, found.source, students)]


def _grouped(found: Iterable[_Found]) -> list[list[_Found]]:
    """What one student handed in, together: by the roster, else by the platform's number or login."""
    groups: dict[tuple[str, ...], list[_Found]] = {}
    for each in found:
        name = each.named
        if each.student.row:
            identity: tuple[str, ...] = ("row", str(each.student.row))
        elif name.platform:
            identity = (name.platform, name.number, name.student)
        else:
            identity = ("source", each.source)
        groups.setdefault(identity, []).append(each)
    return list(groups.values())


def _unit(group: Sequence[_Found]) -> Unit:
    """What counts of all that one student handed in; text that was typed into the platform is no submission."""
    newest = max(each.named.attempt for each in group)
    chosen = _counted([each for each in group if each.named.attempt == newest and not each.named.typed])
    first = (chosen or group)[0]
    dropped = [safe_line(os.fsencode(each.source), 120) for each in group if each not in chosen]
    notes = tuple(dict.fromkeys(note for each in chosen or group for note in each.notes))
    if not chosen:
        notes += (f"no submission: only text or a link, in {dropped[0]}",)
    elif dropped:
        notes += (f"handed in more than once; graded is {_shown(first)}, not {', '.join(dropped)}",)
    elif len(chosen) > 1:
        notes += (f"{len(chosen)} single files, graded together",)
    elif not first.path.is_dir() and not is_archive(first.source):
        notes += ("a single file",)
    parts, renamed = _parts(chosen)
    return Unit(key_of(first.student.name), first.student, parts, notes + renamed)


def _counted(attempt: Sequence[_Found]) -> list[_Found]:
    """Of several things at once the newest archive or folder, else the newest file of each name."""
    ordered = sorted(attempt, key=lambda each: each.named.order)
    whole = [each for each in ordered if is_archive(each.source) or each.path.is_dir()]
    files = {each.named.file: each for each in ordered}
    return whole[-1:] or sorted(files.values(), key=lambda each: os.fsencode(each.source))


def _parts(chosen: Sequence[_Found]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The parts under their owner's names for them, and what has to be said about these."""
    names = [each.named.file or each.source for each in chosen]
    plain = before_canvas(names) if any(each.named.platform == "canvas" for each in chosen) else names
    told = [f"{old} is {new}" for old, new in zip(names, plain, strict=True) if old != new and not is_archive(old)]
    notes = (f"Canvas had numbered names: {safe_line(os.fsencode(', '.join(told)), 200)}",) if told else ()
    return tuple(Part(new, each.path) for new, each in zip(plain, chosen, strict=True)), notes


def _missing(student: Student, unclear: set[int]) -> Unit:
    note = "no submission could be told to be theirs" if student.row in unclear else "no submission"
    if student.submission and student.row not in unclear:
        note = f"no submission: the roster names {student.submission}, which is not there"
    return Unit(key_of(student.name), student, notes=(note,))


def _namesakes(units: Sequence[Unit]) -> list[str]:
    """Who has the name of another, and under which key each is found in the tables."""
    names: dict[str, list[Unit]] = {}
    for unit in units:
        names.setdefault(unit.student.name.casefold(), []).append(unit)
    return [
        f"{len(same)} students or submissions have the same name, {same[0].student.name}: "
        + ", ".join(f"{unit.key} is {safe_line(os.fsencode(_source(unit)), 120)}" for unit in same)
        for same in names.values()
        if len(same) > 1
    ]


def _number(unit: Unit) -> str:
    """The student's number, else the one that the platform wrote into the submission's name."""
    return unit.student.number or next((named(part.path.name).number for part in unit.parts), "")


def _source(unit: Unit) -> str:
    return "/".join(part.path.name for part in unit.parts) or f"line {unit.student.row} of the roster"


def _shown(found: _Found) -> str:
    return safe_line(os.fsencode(found.source), 120)
