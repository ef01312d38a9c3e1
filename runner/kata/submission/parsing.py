"""Small files of a submission as data. A broken one is refused by file and line; none can cost much to read."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from typing import Any

from kata.errors import SubmissionError
from kata.safe import safe_line
from kata.submission.refusal import refused, shown
from kata.submission.snapshot import Snapshot

#: tomllib takes quadratic time in the parts of a dotted key.
_MOST_DOTS = 100
#: Every byte of Python costs up to 400 bytes as a syntax tree.
_MOST_PYTHON = 128 * 1024
#: An import or an assignment; of a call that goes on below, the first line is enough.
_PLAIN_LINE = re.compile(r"^(?:from .+|import .+|\w+ *=.+)$", re.MULTILINE)


def toml(snapshot: Snapshot, path: str, limit: int | None = None) -> dict[str, Any]:
    """A TOML file. Raises SubmissionError (refused) when it cannot be read or parsed."""
    text = snapshot.text(path, limit)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.count(".") > _MOST_DOTS:
            raise refused(f"{shown(path)}:{number}: more than {_MOST_DOTS} dots in one line.", "Split the line.")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _too_deep(path) from error
    except ValueError as error:
        line_number = re.search(r"at line (\d+)", str(error))
        raise _broken(path, int(line_number[1]) if line_number else None, "TOML", error) from error


def json_object(snapshot: Snapshot, path: str, limit: int | None = None) -> dict[str, Any]:
    """A JSON file that holds an object. Raises SubmissionError (refused) when it does not."""
    text = snapshot.text(path, limit)
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise _too_deep(path) from error
    except json.JSONDecodeError as error:
        raise _broken(path, error.lineno, "JSON", error) from error
    except ValueError as error:
        raise _broken(path, None, "JSON", error) from error
    if not isinstance(data, dict):
        raise refused(f"{shown(path)}: expected a JSON object, found {type(data).__name__}.", "Mend the file.")
    return data


def python(snapshot: Snapshot, path: str) -> ast.Module | None:
    """The syntax tree of a Python file, never run; None when it is too large or no UTF-8.

    Of what is not valid Python here (it may be for a newer one) the plain lines at the left margin are read.
    """
    try:
        text = snapshot.text(path, _MOST_PYTHON)
    except SubmissionError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = _tree(text)
        if whole is not None:
            return whole
        lines = (_tree(line) or _tree(f"{line})") for line in _PLAIN_LINE.findall(text))
        return ast.Module([statement for tree in lines if tree is not None for statement in tree.body], [])


def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _broken(path: str, line: int | None, form: str, error: ValueError) -> SubmissionError:
    where = f":{line}" if line else ""
    return refused(f"{shown(path)}{where}: is not valid {form}: {safe_line(str(error))}.", f"Mend the {form} there.")


def _too_deep(path: str) -> SubmissionError:
    return refused(f"{shown(path)}: is nested too deeply to be read.", "Mend the file.")
