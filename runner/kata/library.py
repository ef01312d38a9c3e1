"""Where exercises and graders are, and how one is found by id or a part of it ("06", "auth")."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kata.errors import UnknownExercise, UsageError
from kata.exercise import Exercise, Outline, load, outline

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "kata.libraries"


@dataclass(frozen=True)
class Shelf:
    """A folder with exercises/ and graders/ in it."""

    root: Path

    def ids(self) -> list[str]:
        folder = self.root / "exercises"
        return sorted(file.parent.name for file in folder.glob("*/exercise.toml"))

    def outline(self, id: str) -> Outline:
        return outline(self.root / "exercises" / id)

    def load(self, id: str) -> Exercise:
        return load(self.root / "exercises" / id, self.root / "graders" / id)


@dataclass(frozen=True)
class Library:
    """Shelves in the order in which they are searched; the shipped one is last."""

    shelves: tuple[Shelf, ...]

    @classmethod
    def open(cls, extra: Sequence[Path] = ()) -> Library:
        """The given folders, then KATA_LIBRARY, then installed packages, then what kata ships."""
        named = [Path(part) for part in os.environ.get("KATA_LIBRARY", "").split(os.pathsep) if part]
        for folder in (*extra, *named):
            if not (folder / "exercises").is_dir():
                missing = "it has no exercises folder" if folder.is_dir() else "there is no such folder"
                raise UsageError(
                    f"{folder} is no library: {missing}",
                    "A library is a folder with exercises/ and graders/ in it.",
                )
        # The grader runs in a folder of its own, from where a relative path leads nowhere.
        return cls(tuple(Shelf(folder.absolute()) for folder in (*extra, *named, *_installed(), shipped())))

    def ids(self) -> list[str]:
        return sorted({id for shelf in self.shelves for id in shelf.ids()})

    def all(self) -> Iterator[Exercise]:
        for id in self.ids():
            yield self.find(id)

    def outlines(self) -> Iterator[Outline]:
        """Every exercise in short, without loading it."""
        for id in self.ids():
            yield next(shelf for shelf in self.shelves if id in shelf.ids()).outline(id)

    def find(self, name: str) -> Exercise:
        """The exercise of that id, number, slug or unique beginning. Raises UnknownExercise with the nearest names."""
        id = matching(name, self.ids())
        shelf = next(shelf for shelf in self.shelves if id in shelf.ids())
        return shelf.load(id)


def matching(name: str, ids: Sequence[str]) -> str:
    """The one of `ids` that `name` means: exact, slug ("auth"), or a beginning of either ("06", "ca")."""
    wanted = name.strip().strip("/").lower()
    if wanted in ids:
        return wanted
    slugs = {id: id.split("-", 1)[-1] for id in ids}
    exact = [id for id in ids if slugs[id] == wanted]
    hits = exact or [id for id in ids if wanted and (id.startswith(wanted) or slugs[id].startswith(wanted))]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise UnknownExercise(f"{name!r} may mean {' or '.join(hits)}", "Name one of them.")
    import difflib

    near = difflib.get_close_matches(wanted, [*ids, *slugs.values()], n=3, cutoff=0.5)
    names = list(dict.fromkeys(next((id for id in ids if word in (id, slugs[id])), word) for word in near)) or list(ids)
    raise UnknownExercise(f"there is no exercise {name!r}", f"Did you mean {', '.join(names)}? `kata list` shows all.")


def shipped() -> Path:
    """The folder with the shipped exercises/ and graders/: inside the wheel, or two folders up in a checkout."""
    here = Path(__file__).resolve().parent
    bundled = here / "_bundled"
    return bundled if bundled.is_dir() else here.parent.parent


def _installed() -> Iterator[Path]:
    """Folders that installed packages offer under the entry point group `kata.libraries` (a module with exercises/)."""
    if not any(map(_may_offer, sys.path)):
        return
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        try:
            loaded = entry.load()
            folder = Path(loaded() if callable(loaded) else str(loaded.__path__[0]))
        except Exception as error:  # whatever a stranger's package raises while it is imported
            raise _no_library(entry, f"{type(error).__name__}: {error}") from error
        if not (folder / "exercises").is_dir():
            raise _no_library(entry, f"{folder} has no exercises folder")
        yield folder


def _may_offer(place: str) -> bool:
    """Whether a package there names the group: importlib.metadata costs more to import than a list to show."""
    if os.path.isfile(place):  # packages in an archive
        return True
    texts = Path(place).glob("*-info/entry_points.txt")
    with suppress(OSError):
        return any(ENTRY_POINTS in text.read_text("utf-8", "replace") for text in texts)
    return False


def _no_library(entry: EntryPoint, why: str) -> UsageError:
    package = entry.dist.name if entry.dist is not None else "an installed package"
    return UsageError(
        f"{package} offers the library {entry.name!r} ({entry.value}), but {why}",
        f"Mend or uninstall {package}: its entry point must be a package with exercises/ and graders/ in it.",
    )
