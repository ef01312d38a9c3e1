"""Patterns as Docker reads them (https://docs.docker.com/build/concepts/context/#dockerignore-files).

Anchored at the root, `!` takes back in, the last match wins, and a pattern that matches a folder matches all in it;
moby/patternmatcher and moby/buildkit's `dockerignore.ReadAll` are followed where the page is silent.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from kata.submission.patterns import MOST_BYTES, MOST_CHOICES, MOST_PATTERNS, Choice, Matcher, Pattern, Token, Wild
from kata.submission.refusal import refused, shown
from kata.submission.snapshot import Snapshot


def build_context(snapshot: Snapshot, dockerfile: str = "Dockerfile") -> Callable[[str], bool]:
    """Which files of the snapshot Docker is given to build `dockerfile`; for Snapshot.tar(only=...).

    Dockerfile.dockerignore comes before .dockerignore. The Dockerfile itself is always in. Raises SubmissionError for
    a pattern that Docker would not accept either.
    """
    for path in (f"{dockerfile}.dockerignore", ".dockerignore"):
        if snapshot.has(path):
            matcher = Matcher(parse(snapshot.text(path, MOST_BYTES), path))
            return lambda name: name in (dockerfile, path) or not leaves_out(matcher, name)
    return lambda _: True


def leaves_out(matcher: Matcher, path: str) -> bool:
    """Does the last pattern that matches `path` or a folder around it leave it out?"""
    last = matcher.last(matcher.accepted_within(path))
    return last is not None and not last.negated


def parse(text: str, path: str) -> list[Pattern]:
    """The patterns of an ignore file's text; `path` is for messages."""
    patterns = []
    for number, line in enumerate(text.splitlines(), start=1):
        cleaned = _cleaned(line)
        if cleaned is None:
            continue
        negated, body = cleaned
        tokens = _tokens(body)
        if tokens is None:
            raise refused(f"{shown(path)}:{number}: {shown(line)} is not a valid pattern.", "Mend or remove the line.")
        patterns.append(Pattern(tokens, negated))
    check_amount(patterns, path)
    return patterns


def check_amount(patterns: list[Pattern], path: str) -> None:
    """Refuse an ignore file with too many patterns, or too many `[...]` in them."""
    choices = sum(isinstance(token, Choice) for pattern in patterns for token in pattern.tokens)
    if len(patterns) > MOST_PATTERNS or choices > MOST_CHOICES:
        raise refused(
            f"{shown(path)} has more than {MOST_PATTERNS} patterns or {MOST_CHOICES} [...].", "Use wider ones."
        )


def _cleaned(line: str) -> tuple[bool, str] | None:
    """(negated, pattern) without spaces, "./", "//" and a leading "/"; None for comments and blank lines."""
    if line.startswith("#") or not line.strip():
        return None
    body = line.strip()
    negated = body.startswith("!")
    if negated:
        body = body[1:].strip()
    # An empty name after "!" is kept as one that no path has, so that it is refused below.
    body = posixpath.normpath(body).replace("//", "/") if body else ""
    return negated, body[1:] if len(body) > 1 and body.startswith("/") else body


def _tokens(body: str) -> tuple[Token, ...] | None:
    """None when the pattern is malformed."""
    tokens: list[Token] = []
    at = 0
    while at < len(body):
        character = body[at]
        at += 1
        if character == "*" and body[at : at + 1] == "*":
            at += 1 + (body[at + 1 : at + 2] == "/")
            tokens.append(Wild.ALL if at >= len(body) else Wild.FOLDERS)
        elif character == "*":
            tokens.append(Wild.MANY)
        elif character == "?":
            tokens.append(Wild.ONE)
        elif character == "\\":
            if at >= len(body):
                return None
            tokens.append(body[at])
            at += 1
        elif character == "[":
            parsed = choice(body, at, "^")
            if parsed is None:
                return None
            token, at = parsed
            tokens.append(token)
        else:
            tokens.append(character)
    return tuple(tokens) or None


def choice(body: str, at: int, negations: str) -> tuple[Choice, int] | None:
    """The `[...]` whose inside starts at `at`, and where the pattern goes on; None when it is malformed."""
    negated = body[at : at + 1] in tuple(negations)
    at += negated
    ranges: list[tuple[str, str]] = []
    while at < len(body) and (body[at] != "]" or not ranges):
        low, at = _one(body, at)
        high = low
        if body[at : at + 1] == "-" and body[at + 1 : at + 2] not in ("", "]"):
            high, at = _one(body, at + 1)
        if low == "" or high == "" or high < low:
            return None
        ranges.append((low, high))
    return (Choice(tuple(ranges), negated), at + 1) if at < len(body) else None


def _one(body: str, at: int) -> tuple[str, int]:
    """One character, "" when it is missing, and the position after it; a backslash escapes."""
    if body[at] == "\\":
        at += 1
    return body[at : at + 1], at + 1
