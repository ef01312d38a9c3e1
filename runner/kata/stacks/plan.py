"""What was decided about a submission: how it is built, how it is started, and why."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass

_OPERATORS = "();<>|&"
#: What a shell does itself, and what therefore cannot follow `exec`.
_OF_THE_SHELL = re.compile(r"(cd|export|source|\.|exec|if|for|while|until|case|set|ulimit|umask|\{)$|\w+=")


@dataclass(frozen=True)
class Plan:
    """How a submission becomes a running server. Commands are shell lines, run in /app; `why` is one sentence.

    `base` is the role of the image that everything runs in; with a `dockerfile` it is None and the image is built.
    `dependency_files` alone decide the dependency image: `install` runs with them in /app, and `installed_paths`
    below /app are kept. `build` needs the whole code; `fetches` tells that it needs the network, too. `start` is ""
    when the image's own command starts the server.
    `override` is the line of kata.toml that changes the decision.
    """

    stack: str
    why: str
    start: str
    base: str | None
    dependency_files: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    fetches: bool = False
    installed_paths: tuple[str, ...] = ()
    dockerfile: str | None = None
    port: int = 8000
    health: str | None = None
    base_path: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    override: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, ...] | None:
        """What the container runs; None for the image's own command.

        A simple command is exec'ed, so that it gets the signals; `a && b` and the like keep their shell.
        """
        if not self.start:
            return None
        return ("sh", "-c", f"exec {self.start}" if _is_simple(self.start) else self.start)


@dataclass(frozen=True)
class Preparation:
    """What a language needs before the server can start; the fields are those of Plan."""

    files: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    fetches: bool = False
    installed_paths: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Start:
    """How the server starts, which framework was recognised ("" for none), and the reason as part of a sentence."""

    line: str
    why: str
    framework: str = ""
    variables: tuple[tuple[str, str], ...] = ()


def _is_simple(line: str) -> bool:
    """Is it one program with arguments?"""
    words = shlex.shlex(line, posix=True, punctuation_chars=_OPERATORS)
    words.whitespace_split = True
    words.commenters = ""
    try:
        found = list(words)
    except ValueError:  # an open quote: the shell will say so better
        return False
    return bool(found) and not _OF_THE_SHELL.match(found[0]) and not any(set(word) <= set(_OPERATORS) for word in found)


def toml_line(name: str, value: str) -> str:
    """`name = "value"` for kata.toml; a JSON string is a TOML string."""
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
