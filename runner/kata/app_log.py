"""From a server's output to the few lines that tell what happened. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kata.safe import safe

#: Colour and cursor sequences (ECMA-48 CSI): layout for terminals, noise in a report.
_LAYOUT = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]")
_ERROR = re.compile(
    r"Traceback|\b\w*(?:Error|Exception|Violation)\b|panic:|\bFATAL\b|\bfatal\b|Uncaught|Unhandled|Segmentation", re.I
)
_OWN_FRAME = re.compile(r"(?<![\w/])(?:/app/|file:///app/)(?!node_modules/|vendor/|\.venv/)")
#: What differs between two tellings of one failure.
_DRAWN = re.compile(r"\d+|\S+@\S+")
_LEFT_OUT = "..."


def lines_of(output: bytes, limit: int = 300) -> tuple[str, ...]:
    """The lines of `output`, harmless: colours taken out, tabs as four blanks, everything invisible made visible."""
    text = _LAYOUT.sub(b"", output)
    return tuple(safe(line, limit).replace("\t", "    ") for line in text.splitlines() if line.strip())


def telling(lines: Sequence[str], most: int = 20) -> tuple[str, ...]:
    """At most `most` of `lines`: those that name an error, frames of the learner's own code, then the last ones.

    Gaps are marked by a line of three dots. What an error says again and again is worth one telling.
    """
    if len(lines) <= most:
        return tuple(lines)
    new = _first_tellings(lines)
    ranked = [
        *(index for index in new if _ERROR.search(lines[index])),
        *(index + step for index in new if _OWN_FRAME.search(lines[index]) for step in (0, 1)),
        *range(len(lines) - 1, -1, -1),
    ]
    room = most - 3
    chosen: dict[int, None] = {}
    for index in ranked:
        if len(chosen) < room and index < len(lines):
            chosen.setdefault(index)
    return _with_gaps(lines, sorted(chosen), most)


def _first_tellings(lines: Sequence[str]) -> list[int]:
    """The indices of lines that no earlier line says, but for numbers and addresses; frames differ by theirs."""
    first: dict[str, int] = {}
    for index, line in enumerate(lines):
        first.setdefault(line if _OWN_FRAME.search(line) else _DRAWN.sub("…", line), index)
    return list(first.values())


def _with_gaps(lines: Sequence[str], chosen: Sequence[int], most: int) -> tuple[str, ...]:
    shown: list[str] = []
    last = -1
    for index in chosen:
        if index > last + 1 and (not shown or shown[-1] != _LEFT_OUT):
            shown.append(_LEFT_OUT)
        shown.append(lines[index])
        last = index
    return tuple(shown if len(shown) <= most else [line for line in shown if line != _LEFT_OUT])
