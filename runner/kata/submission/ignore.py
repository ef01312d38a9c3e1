"""What never enters a snapshot: what tools leave behind, and what .kataignore names.

.kataignore has the patterns of .gitignore (https://git-scm.com/docs/gitignore), in the root only.
"""

from __future__ import annotations

from kata.submission.dockerignore import check_amount, choice
from kata.submission.found import Skip
from kata.submission.patterns import MOST_BYTES, Matcher, Pattern, Token, Wild
from kata.submission.refusal import refused

FILE = ".kataignore"

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


def is_litter(path: str, is_folder: bool) -> bool:
    """Is `path`, or a folder around it, left out by default?"""
    folders = path.split("/")[:-1]
    return by_default(path, is_folder) or not _NAMES.isdisjoint(folders) or "/vendor/bundle/" in f"/{path}"


def rules(kataignore: bytes | None) -> Skip:
    """The default rules, with those of .kataignore when there is one. Raises SubmissionError for a malformed one.

    They may be asked about a path only after the folders around it were let in, as in a walk from the root.
    """
    if kataignore is None:
        return by_default
    matcher = Matcher(parse(_text(kataignore)))
    return lambda path, is_folder: by_default(path, is_folder) or leaves_out(matcher, path, is_folder)


def leaves_out(matcher: Matcher, path: str, is_folder: bool) -> bool:
    """Does the last pattern that matches `path` itself leave it out?"""
    accepted = matcher.accepted(path)
    last = matcher.last(accepted) if is_folder else matcher.last_for_file(accepted)
    return last is not None and not last.negated


def parse(text: str) -> list[Pattern]:
    """The patterns of a .kataignore."""
    patterns = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = _trimmed(line)
        if not line.strip("!/") or line.startswith("#"):
            continue
        pattern = _pattern(line)
        if pattern is None:
            raise refused(f"{FILE}:{number}: this is not a valid pattern.", "Mend or remove the line.")
        patterns.append(pattern)
    check_amount(patterns, FILE)
    return patterns


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise refused(f"{FILE} has more than {MOST_BYTES:,} bytes.", "Use fewer, wider patterns.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"{FILE} is not UTF-8 text.", "Save the file as UTF-8.") from error


def _trimmed(line: str) -> str:
    """Without trailing spaces, unless a backslash quotes them."""
    kept = line.rstrip(" \t\r")
    return kept + line[len(kept)] if kept.endswith("\\") and len(kept) < len(line) else kept


def _pattern(line: str) -> Pattern | None:
    """One line; None when it is malformed."""
    negated = line.startswith("!")
    body = line[negated:]
    folders_only = body.endswith("/")
    body = body.removesuffix("/")
    anchored = "/" in body
    tokens = _tokens(body.removeprefix("/"))
    if tokens is None:
        return None
    return Pattern(tokens if anchored else (Wild.FOLDERS, *tokens), negated, folders_only)


def _tokens(body: str) -> tuple[Token, ...] | None:
    """Two stars or more mean folders only between slashes; elsewhere they are one. None for a malformed pattern."""
    tokens: list[Token] = []
    names = body.split("/")
    for index, name in enumerate(names):
        is_last = index == len(names) - 1
        if _is_folders(name) and is_last:
            tokens += [Wild.ONE, Wild.ALL]
        elif _is_folders(name):
            tokens += [Wild.FOLDERS] if tokens[-1:] != [Wild.FOLDERS] else []
        else:
            part = _name_tokens(name)
            if part is None:
                return None
            tokens += [*part, *([] if is_last else ["/"])]
    return tuple(tokens) or None


def _name_tokens(name: str) -> list[Token] | None:
    tokens: list[Token] = []
    at = 0
    while at < len(name):
        character = name[at]
        at += 1
        if character == "*":
            tokens += [Wild.MANY] if tokens[-1:] != [Wild.MANY] else []
        elif character == "?":
            tokens.append(Wild.ONE)
        elif character == "[":
            parsed = choice(name, at, "!^")
            if parsed is None:
                return None
            token, at = parsed
            tokens.append(token)
        elif character == "\\":
            if at >= len(name):
                return None
            tokens.append(name[at])
            at += 1
        else:
            tokens.append(character)
    return tokens


def _is_folders(name: str) -> bool:
    """Two stars; to git, more of them are the same (wildmatch.c)."""
    return len(name) > 1 and not name.strip("*")
