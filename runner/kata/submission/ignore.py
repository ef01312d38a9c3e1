"""What never enters a snapshot: what tools leave behind, and what .kataignore names."""

from __future__ import annotations

from kata.submission.found import Skip
from kata.submission.limits import Limits

_NAMES = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox"}
    | {".idea", ".vscode", ".gradle", ".DS_Store", "Thumbs.db", "__MACOSX"}
)


def by_default(path: str, is_folder: bool) -> bool:
    """Is `path` something that tools leave behind, at any depth?"""
    name = path.rpartition("/")[2]
    return (
        name in _NAMES
        or (not is_folder and (name.endswith(".pyc") or name.startswith("._")))
        or (is_folder and (path == "vendor/bundle" or path.endswith("/vendor/bundle")))
    )


def rules(kataignore: bytes | None, limits: Limits) -> Skip:
    """The default rules, followed by those of .kataignore."""
    return by_default
