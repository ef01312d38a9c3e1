"""Path patterns of .dockerignore and .kataignore, matched in linear time whatever the pattern.

All patterns of a file become one string of tokens. A set of positions in it, the bits of one integer, moves over the
path character by character (Baeza-Yates and Gonnet, "A new approach to text searching", 1992): nothing is ever tried
twice. Patterns keep their order, so the last one that matches is the highest accepted bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum


class Wild(Enum):
    """What stands for more than one character."""

    ONE = "one character, not /"
    MANY = "any characters, not /"
    ALL = "any characters"
    FOLDERS = "nothing, or any characters up to a /"


@dataclass(frozen=True)
class Choice:
    """One character out of ranges, or out of everything else; never a /."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def accepts(self, character: str) -> bool:
        inside = any(low <= character <= high for low, high in self.ranges)
        return inside != self.negated and character != "/"


#: What an ignore file may have; every limit bounds the time that one character of a path takes.
MOST_BYTES = 16 * 1024
MOST_PATTERNS = 500
MOST_CHOICES = 200

Token = str | Wild | Choice


@dataclass(frozen=True)
class Pattern:
    """One line of an ignore file. `negated` takes a path back in; `folders_only` matches no file."""

    tokens: tuple[Token, ...]
    negated: bool = False
    folders_only: bool = False


@dataclass
class _Masks:
    """One bit a token: what a position may do with the next character, or without one."""

    literal: dict[str, int] = field(default_factory=dict)
    choices: list[tuple[Choice, int]] = field(default_factory=list)
    not_slash: int = 0  # moves on with any character but /
    stays_in_name: int = 0  # stays with any character but /
    stays: int = 0  # stays with any character
    skips: int = 0  # moves on with no character
    skips_two: int = 0  # the same, over FOLDERS and the place where it loops
    _chosen: dict[str, int] = field(default_factory=dict)

    def chosen(self, character: str) -> int:
        """The choices that accept `character`."""
        if character not in self._chosen:
            self._chosen[character] = sum(bit for choice, bit in self.choices if choice.accepts(character))
        return self._chosen[character]


class Matcher:
    """All patterns of one file at once."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = patterns
        self._masks = _Masks()
        self._inside: dict[str, tuple[int, int]] = {}
        self._start = 0
        self._accepts: dict[int, Pattern] = {}
        self._accept = 0
        position = 0
        for pattern in patterns:
            self._start |= 1 << position
            position = self._place(pattern, position)
            self._accepts[position] = pattern
            self._accept |= 1 << position
            position += 1
        self._inside[""] = self._closed(self._start), 0

    def accepted(self, path: str) -> int:
        """The bits of the patterns that match `path` itself."""
        return self._reached(path)[0] & self._accept

    def accepted_within(self, path: str) -> int:
        """The bits of the patterns that match `path` or a folder that it is in."""
        state, around = self._reached(path)
        return around | state & self._accept

    def last(self, accepted: int) -> Pattern | None:
        """The last of the accepted patterns in the file."""
        return self._accepts[accepted.bit_length() - 1] if accepted else None

    def last_for_file(self, accepted: int) -> Pattern | None:
        """The last of the accepted patterns that can match a file."""
        while (pattern := self.last(accepted)) is not None and pattern.folders_only:
            accepted ^= 1 << (accepted.bit_length() - 1)
        return pattern

    def _reached(self, path: str) -> tuple[int, int]:
        """(positions at the end of `path`, bits accepted for the folders around it)."""
        folder, _, name = path.rpartition("/")
        state, around = self._entered(folder)
        for character in name:
            state = self._moved(state, character)
        return state, around

    def _entered(self, folder: str) -> tuple[int, int]:
        """The same behind the folder's "/", remembered: every name is read once, whatever is in it."""
        known = self._inside.get(folder)
        if known is None:
            state, around = self._reached(folder)
            known = self._moved(state, "/"), around | state & self._accept
            self._inside[folder] = known
        return known

    def _place(self, pattern: Pattern, position: int) -> int:
        """Lay the tokens down from `position`; returns where the pattern is accepted."""
        masks = self._masks
        for token in pattern.tokens:
            bit = 1 << position
            if isinstance(token, str):
                masks.literal[token] = masks.literal.get(token, 0) | bit
            elif isinstance(token, Choice):
                masks.choices.append((token, bit))
            elif token is Wild.ONE:
                masks.not_slash |= bit
            elif token is Wild.FOLDERS:
                masks.skips |= bit
                masks.skips_two |= bit
                masks.stays |= bit << 1
                masks.literal["/"] = masks.literal.get("/", 0) | bit << 1
                position += 1
            else:
                masks.skips |= bit
                masks.stays_in_name |= bit
                masks.stays |= bit if token is Wild.ALL else 0
            position += 1
        return position

    def _moved(self, state: int, character: str) -> int:
        masks = self._masks
        moves = masks.literal.get(character, 0)
        stays = masks.stays
        if character != "/":
            moves |= masks.not_slash
            stays |= masks.stays_in_name
            moves |= masks.chosen(character)
        return self._closed((state & moves) << 1 | state & stays)

    def _closed(self, state: int) -> int:
        """With every position that is reached without a character."""
        while True:
            wider = state | (state & self._masks.skips) << 1 | (state & self._masks.skips_two) << 2
            if wider == state:
                return state
            state = wider
