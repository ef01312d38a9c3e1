"""The one view that stack detection has of a submission: every question about its files is asked here."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kata.settings import Settings
from kata.submission import Snapshot, parsing

_PEEK = 64 * 1024


@dataclass(frozen=True)
class App:
    """A submission's files and what its kata.toml says."""

    snapshot: Snapshot
    settings: Settings = field(default_factory=Settings)

    def has(self, path: str) -> bool:
        """Is there a file at `path`?"""
        return self.snapshot.has(path)

    def has_folder(self, path: str) -> bool:
        """Is there a file anywhere below `path`?"""
        return path in self._folders

    def first(self, paths: Iterable[str]) -> str | None:
        """The first of `paths` that is a file."""
        return next((path for path in paths if self.has(path)), None)

    def all(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of `paths` that are files, in that order."""
        return tuple(path for path in paths if self.has(path))

    def named(self, ending: str, depth: int = 0) -> tuple[str, ...]:
        """Files whose name ends so, at most `depth` folders below the root; the highest first."""
        found = [path for path in self.snapshot.paths if path.endswith(ending) and path.count("/") <= depth]
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Every folder that holds a file, however deep."""
        paths = self.snapshot.paths
        return frozenset(path[:at] for path in paths for at, character in enumerate(path) if character == "/")

    @property
    def everything(self) -> tuple[str, ...]:
        """Every file."""
        return self.snapshot.paths

    def text(self, path: str) -> str:
        """The text of a small file; raises SubmissionError when it cannot be read."""
        return self.snapshot.text(path)

    def peek(self, path: str) -> str:
        """The beginning of a source file, whatever its size and encoding; never refuses."""
        return self.snapshot.head(path, _PEEK).decode("utf-8", "replace")

    def size(self, path: str) -> int:
        """Bytes of a file."""
        return self.snapshot.entries[path].size

    def json(self, path: str) -> dict[str, Any]:
        """A file that holds a JSON object; raises SubmissionError naming file and line when it does not."""
        return parsing.json_object(self.snapshot, path)

    def toml(self, path: str) -> dict[str, Any]:
        """A TOML file; raises SubmissionError naming file and line when it cannot be parsed."""
        return parsing.toml(self.snapshot, path)

    def python(self, path: str) -> ast.Module | None:
        """The syntax tree of a Python file; None when there is none to be had."""
        return parsing.python(self.snapshot, path)
