"""Applies a unified diff to files in memory, strictly: no fuzz, no offsets, and an error names the patch's line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Read = Callable[[str], bytes | None]


class PatchError(Exception):
    """The patch is malformed or does not fit; `line` is its own line (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def changed_files(patch: str, read: Read) -> Mapping[str, bytes | None]:
    """Path -> new content, or None for a removed file, for every file the patch changes.

    `read(path)` gives a file's present content, or None when there is none. Paths lose their first part (a/, b/),
    as with `patch -p1`. Raises PatchError.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        parsed = PatchSet(patch)
    except UnidiffParseError as error:
        raise PatchError(f"not a unified diff: {error}", 1) from error
    if not parsed:
        raise PatchError("the patch changes nothing", 1)
    changed: dict[str, bytes | None] = {}
    for file in parsed:
        source, target = _stripped(file.source_file), _stripped(file.target_file)
        lines = [] if source is None else _lines(source, read, _header(patch, file))
        result = _applied(file, source or target or "", lines)
        if source is not None and source != target:
            changed[source] = None
        if target is not None:
            changed[target] = "".join(result).encode("utf-8")
    return changed


def _header(patch: str, file: Any) -> int:
    """The line (from 1) of the patch that names the file to change."""
    header = f"--- {file.source_file}"
    return next((n for n, text in enumerate(patch.splitlines(), 1) if text.startswith(header)), 1)


def _lines(path: str, read: Read, line: int) -> list[str]:
    content = read(path)
    if content is None:
        raise PatchError(f"there is no file {path!r} to change", line)
    try:
        return content.decode("utf-8").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise PatchError(f"{path} is no text", line) from error


def _applied(file: Any, path: str, lines: list[str]) -> list[str]:
    result: list[str] = []
    position = 0
    for hunk in file:
        start = hunk.source_start - 1 if hunk.source_length else hunk.source_start
        result += lines[position:start]
        position = start
        for line in hunk:
            if line.is_added:
                result.append(line.value)
                continue
            if line.line_type not in (" ", "-", ""):
                continue
            if position >= len(lines) or lines[position].rstrip("\r\n") != line.value.rstrip("\r\n"):
                raise PatchError(f"line {position + 1} of {path} is not what the patch expects", line.diff_line_no or 1)
            if line.is_context:
                result.append(lines[position])
            position += 1
    return result + lines[position:]


def _stripped(path: str) -> str | None:
    """The path below the first folder; None for /dev/null."""
    if path == "/dev/null":
        return None
    return path.split("/", 1)[1] if "/" in path else path
