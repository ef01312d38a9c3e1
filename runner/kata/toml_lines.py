"""Where in a TOML text a value stands: tomllib keeps no positions, and a message without a line teaches nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of the key at `path`, or of the nearest table around it; 1 when nothing matches.

    A path such as ("requirements", 3, "hint") is the key `hint` in the fourth [[requirements]].
    """
    lines = text.splitlines()
    names = [part for part in path if isinstance(part, str)]
    position = _table(lines, path)
    for name in names[::-1]:
        found = _key(lines, name, position)
        if found is not None:
            return found + 1
    return position + 1


def _table(lines: Sequence[str], path: Sequence[str | int]) -> int:
    """The line of the header that opens the innermost table of `path`; 0 when there is none."""
    position = 0
    for index, part in enumerate(path):
        if not isinstance(part, str):
            continue
        nth = path[index + 1] if index + 1 < len(path) else 0
        header = re.compile(rf"\s*\[\[?\s*([\w.-]+\.)?{re.escape(part)}\s*\]\]?")
        hits = [number for number, line in enumerate(lines) if header.match(line)]
        if hits:
            position = hits[min(nth, len(hits) - 1) if isinstance(nth, int) else 0]
    return position


def _key(lines: Sequence[str], name: str, start: int) -> int | None:
    """The first line from `start`, up to the next table header, that sets `name`."""
    key = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*(=|\.)")
    for number in range(start, len(lines)):
        if number > start and re.match(r"\s*\[", lines[number]):
            return None
        if key.match(lines[number]):
            return number
    return None
