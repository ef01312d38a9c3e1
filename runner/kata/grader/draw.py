"""Values nobody can hard-code: names, e-mails, passwords drawn from the run's seed, the same again with `--seed`."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

_CONSONANTS = "bdfgklmnprstv"
_VOWELS = "aeiou"


class Draw:
    """A seeded source of realistic values. Each call gives a new one; e-mails and words never repeat in a run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - replayable by design, no secret
        self._used: set[str] = set()

    def word(self, syllables: int = 3) -> str:
        """A pronounceable lower-case word that this run has not used yet."""
        return self._fresh(lambda: "".join(self._syllable() for _ in range(syllables)))

    def name(self) -> str:
        """A first and a last name."""
        return f"{self.word(2).title()} {self.word(3).title()}"

    def email(self) -> str:
        """A fresh address in a domain that never resolves (RFC 2606)."""
        return f"{self.word(2)}.{self.word(2)}{self.integer(10, 99)}@example.com"

    def password(self, length: int = 14) -> str:
        """Letters of both cases, digits and a mark, `length` characters."""
        letters = "".join(self._random.choices(string.ascii_letters + string.digits, k=max(4, length) - 4))
        return f"{letters}aZ7-"

    def text(self, length: int) -> str:
        """Words and spaces, exactly `length` characters, no space at either end."""
        words = ""
        while len(words) < length:
            words += self.word(self.integer(1, 3)) + " "
        return words[:length].rstrip().ljust(length, "o")

    def integer(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)

    def choice(self, items: Sequence[Item]) -> Item:
        return self._random.choice(items)

    def uuid(self) -> str:
        """A random UUID (version 4) as text."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def secret(self, length: int) -> str:
        """Letters and digits, `length` characters."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=length))

    def _syllable(self) -> str:
        return self._random.choice(_CONSONANTS) + self._random.choice(_VOWELS)

    def _fresh(self, make: Callable[[], str]) -> str:
        value = make()
        while value in self._used:
            value = make() + self._syllable()
        self._used.add(value)
        return value
