"""Untrusted text inside Markdown (GitHub Flavored Markdown, https://github.github.com/gfm/)."""

from __future__ import annotations

import html
import re

_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_BACKTICKS = re.compile(r"`+")


def escaped(text: str) -> str:
    """One line of text that Markdown shows as it is: every punctuation mark is escaped (GFM, section 2.4)."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def escaped_html(text: str) -> str:
    """One line of text inside an HTML tag of Markdown, where backslashes do not escape."""
    return re.sub(r"([*_`\[\]~:!\\])", lambda match: f"&#{ord(match[1])};", html.escape(" ".join(text.split())))


def fenced(text: str) -> str:
    """A code block whose fence is longer than any run of backticks inside it."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"
