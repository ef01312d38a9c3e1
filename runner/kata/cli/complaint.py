"""How a command says on stderr what went wrong: the message, and below it what to do."""

from __future__ import annotations

import shutil
import sys
import textwrap

import click

_MARK = "kata: "


def complain(message: str, hint: str = "") -> None:
    """Print both, folded at words on a terminal and line by line as they are anywhere else."""
    click.echo(_folded(message, _MARK), err=True)
    for line in hint.splitlines():
        click.echo(_folded(line, " " * len(_MARK)), err=True)


def _folded(text: str, mark: str) -> str:
    if not sys.stderr.isatty():
        return mark + text
    width = max(20, shutil.get_terminal_size().columns)
    indent = " " * len(_MARK)
    return textwrap.fill(
        text, width, initial_indent=mark, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
