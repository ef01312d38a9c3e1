"""Untrusted bytes become harmless text here, once, where they enter a result."""

from __future__ import annotations

import unicodedata

#: Bidirectional controls, zero-width and other invisible format characters are category Cf; surrogates are Cs.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_KEPT = {"\n", "\t"}


def safe(text: str | bytes, limit: int = 2000) -> str:
    """At most `limit` characters of `text` with every control, invisible or lone surrogate character made visible.

    Newline and tab are kept. Bytes that are not UTF-8 are shown as \\xNN. A cut is marked with the number of
    characters left out.
    """
    if isinstance(text, bytes):
        # Four bytes a character is the most that UTF-8 needs, so nothing beyond is ever decoded.
        rest = max(0, len(text) - limit * 4)
        text = text[: limit * 4].decode("utf-8", "backslashreplace")
    else:
        rest = 0
    left_out = max(0, len(text) - limit) + rest
    shown = "".join(_visible(character) for character in text[:limit])
    return f"{shown}… ({left_out} more characters)" if left_out else shown


def safe_line(text: str | bytes, limit: int = 300) -> str:
    """`safe`, on one line: newlines and tabs are made visible too."""
    return safe(text, limit).replace("\n", "\\n").replace("\t", "\\t")


def _visible(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _UNSAFE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
