"""The submission: a folder or an archive becomes a bounded, read-only snapshot. Nothing else opens it.

path -> Source (folder, zip, tar) -> walk: ignored names left out, every count capped -> Spool -> Snapshot
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from kata.submission import ignore
from kata.submission.folder import Folder
from kata.submission.found import Kind, Skip
from kata.submission.limits import LEARNER, STRICT, Limits
from kata.submission.opening import opened
from kata.submission.refusal import Tally, refused, shown
from kata.submission.snapshot import Snapshot, made
from kata.submission.source import Source
from kata.submission.spool import Entry, Spool

__all__ = ["LEARNER", "LOOKED_FOR", "STRICT", "Limits", "Snapshot", "take"]

#: Files that decide how a submission is built, in the order of the decision.
LOOKED_FOR = (
    *("kata.toml", "Dockerfile", "Procfile", "requirements.txt", "pyproject.toml", "package.json", "composer.json"),
    *("Gemfile", "cpanfile", "pom.xml", "build.gradle", "go.mod"),
)

#: A link at one of these names is refused: leaving it out would change the decision silently.
_DECIDING = frozenset(
    (*LOOKED_FOR, "dockerfile", "Containerfile", ".dockerignore", "Dockerfile.dockerignore", "package-lock.json")
)

#: Folders whose name is part of how the code is started; a submission that is only `app/` keeps it.
_OWN_FOLDERS = frozenset({"src", "app", "public", "lib", "cmd", "bin", "config"})


def take(path: Path, limits: Limits = LEARNER) -> Snapshot:
    """Read the submission at `path`, a folder or a .zip, .tar, .tar.gz or .tgz file, once.

    Raises UsageError when there is nothing at `path`, SubmissionError (refused) when it cannot be graded.
    """
    with closing(opened(path, limits)) as source:
        steps = _unwrap(source)
        warnings = _about_steps(steps) if isinstance(source, Folder) else []
        skip = ignore.rules(source.small(ignore.FILE, limits.parsed))
        spool = Spool.new()
        try:
            entries, links = _copied(source, skip, spool, Tally(limits))
            _must_hold_something(source, entries)
            return made(source.name, entries, spool, limits, links, warnings + _about_links(links))
        except BaseException:
            spool.close()
            raise


def _unwrap(source: Source) -> list[str]:
    """Step into a folder that is alone at the root, as in most archives. Returns the names of the folders."""
    steps: list[str] = []
    while len(steps) < 3 and (name := source.only_folder()) and _is_wrapping(source, name):
        source.enter(name)
        steps.append(name)
    return steps


def _is_wrapping(source: Source, name: str) -> bool:
    """Whether `name` is a folder around a project; one like `app/` is, too, when the project's own files are in it."""
    return name not in _OWN_FOLDERS or any(source.small(f"{name}/{file}", 0) is not None for file in LOOKED_FOR)


def _about_steps(steps: list[str]) -> list[str]:
    if not steps:
        return []
    return [f"The submission holds only the folder {shown('/'.join(steps))}/, so that folder is graded."]


def _copied(source: Source, skip: Skip, spool: Spool, tally: Tally) -> tuple[list[Entry], list[str]]:
    """The files, copied into the spool, and the paths of the links that were left out."""
    entries: list[Entry] = []
    links: list[str] = []
    with closing(source.walk(skip, tally)) as walk:
        for found in walk:
            if found.kind is Kind.FILE:
                entries.append(spool.add(found, tally))
            elif found.path in _DECIDING:
                raise refused(
                    f"{shown(found.path)} is a symbolic link, and kata follows none.",
                    f"Replace {shown(found.path)} by the file itself.",
                )
            else:
                links.append(found.path)
    return entries, links


def _about_links(links: list[str]) -> list[str]:
    if not links:
        return []
    named = ", ".join(shown(link) for link in links[:5]) + (f" and {len(links) - 5} more" if len(links) > 5 else "")
    return [f"Symbolic links are left out: {named}. A file that the server needs has to be there itself."]


def _must_hold_something(source: Source, entries: list[Entry]) -> None:
    if not entries:
        raise refused(
            f"The submission {shown(source.name)} has nothing in it.",
            f"kata looked for {', '.join(LOOKED_FOR)} or source code. Give the folder that holds your server.",
        )
