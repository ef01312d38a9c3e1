"""Whether openapi.yaml is a contract: YAML, OpenAPI 3.1, and every reference leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kata.exercise import text_of
from kata.verify.matrix import Problem


def contract_problems(file: Path) -> Iterator[Problem]:
    """The first thing that is wrong with the contract in `file`, with its line. Raises BrokenExercise for no text."""
    import yaml

    text = text_of(file)
    try:
        node, document = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = mark.line + 1 if mark else 1
        yield Problem(f"{file}:{where}", f"no YAML: {getattr(error, 'problem', None) or 'it cannot be read'}")
        return
    found = _lost_reference(document, document, ()) or _mismatch(document)
    if found is not None:
        path, what = found
        yield Problem(f"{file}:{_line(node, path)}", f"no OpenAPI 3.1: {what}")


Found = tuple[tuple[str | int, ...], str] | None


def _lost_reference(document: Any, node: Any, path: tuple[str | int, ...]) -> Found:
    """The first $ref below `node` that leads nowhere inside the document."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and not _leads_somewhere(document, reference):
            return (*path, "$ref"), f"the reference {reference!r} leads nowhere; only parts of this file can be meant"
        items: list[tuple[str | int, Any]] = list(node.items())
    else:
        items = list(enumerate(node)) if isinstance(node, list) else []
    for key, value in items:
        found = _lost_reference(document, value, (*path, key))
        if found is not None:
            return found
    return None


def _leads_somewhere(document: Any, reference: str) -> bool:
    if not reference.startswith("#/"):
        return False
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
    return True


def _mismatch(document: Any) -> Found:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    if not isinstance(document, dict):
        return (), "it must be a mapping that begins with `openapi: 3.1.0`"
    error = next(iter(OpenAPIV31SpecValidator(document).iter_errors()), None)
    if error is None:
        return None
    return tuple(error.absolute_path), error.message[:300]


def _line(node: Any, path: Sequence[str | int]) -> int:
    """The line (from 1) of the value at `path`, or of the nearest part around it that is there."""
    line = node.start_mark.line if node is not None else 0
    for part in path:
        found = None
        if node is not None and isinstance(node.value, list):
            for index, entry in enumerate(node.value):
                if isinstance(entry, tuple) and entry[0].value == str(part):
                    line, found = entry[0].start_mark.line, entry[1]
                elif not isinstance(entry, tuple) and index == part:
                    line, found = entry.start_mark.line, entry
        if found is None:
            break
        node = found
    return int(line) + 1
