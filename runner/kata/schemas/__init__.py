"""The published JSON Schemas of kata's own files, and validation against them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class SchemaError:
    """The first mismatch: `path` into the data, `where` as text ("requirements[3].hint"), and what is wrong."""

    path: tuple[str | int, ...]
    where: str
    message: str


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema NAME.schema.json beside this file, as data."""
    text = resources.files(__package__).joinpath(f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def first_error(name: str, data: object) -> SchemaError | None:
    """The most telling mismatch of `data` with the schema `name`, or None when it fits."""
    import jsonschema
    from jsonschema.exceptions import best_match

    error = best_match(jsonschema.Draft202012Validator(schema(name)).iter_errors(data))
    if error is None:
        return None
    path = tuple(error.absolute_path)
    return SchemaError((*path, *_unknown(error)), _where(path), error.message[:300])


def _unknown(error: Any) -> list[str]:
    """The first field that nobody knows, so that its own line is named and not that of the table around it."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    return [name for name in error.instance if name not in error.schema.get("properties", {})][:1]


def _where(path: tuple[str | int, ...]) -> str:
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.lstrip(".") or "top level"
