"""Sample requests that fit a contract: one for each operation of an openapi.yaml. Pure but for reading the file."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
#: Deeper schemas refer to themselves; a sample of one stops here.
_DEPTH = 8
_BY_NAME = {
    "email": "mara@example.com", "password": "correct horse 7", "new_password": "battery staple 8",
    "current_password": "correct horse 7", "name": "Mara", "title": "A title", "url": "https://example.com/",
}  # fmt: skip
_BY_FORMAT = {
    "uuid": "0b8f5c1e-6c55-4d0c-9f0e-2f6a3f0b7a11", "email": "mara@example.com", "date": "2031-05-09",
    "date-time": "2031-05-09T12:30:00Z", "uri": "https://example.com/",
}  # fmt: skip
#: Tried in this order where a schema has a pattern.
_SHAPES = ("text", "TEXT-1", "text-1", "1", "1.00", "2031-05-09", "#aabbcc", "+15550100", "EUR")


@dataclass(frozen=True)
class Sample:
    """One request of a contract. `path` may hold {names} still; `body` is None where none is sent."""

    method: str
    path: str
    summary: str
    body: Any = None
    media_type: str = ""
    needs_token: bool = False

    def as_curl(self, base_url: str) -> str:
        """A shell command; values that only the reader knows are shell variables ($TOKEN, $ID)."""
        words = ["curl", "-i"] + (["-X", self.method] if self.method != "GET" else [])
        line = shlex.join(words)
        if self.needs_token:
            line += ' -H "Authorization: Bearer $TOKEN"'
        if self.body is not None:
            content = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
            line += " " + shlex.join(["-H", f"Content-Type: {self.media_type}", "--data-raw", content])
        return f"{line} {_shell_url(base_url + self.path)}"


def read_contract(file: Path) -> Mapping[str, Any]:
    """The document in `file`, or an empty one when there is no such file."""
    if not file.is_file():
        return {}
    import yaml

    document: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return document


def samples(contract: Mapping[str, Any]) -> tuple[Sample, ...]:
    """One request for each operation, in the contract's order."""
    return tuple(_samples(contract))


def _samples(contract: Mapping[str, Any]) -> Iterator[Sample]:
    for path, item in contract.get("paths", {}).items():
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            media_type, body = _body(contract, operation)
            yield Sample(
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                body=body,
                media_type=media_type,
                needs_token=bool(operation.get("security", contract.get("security"))),
            )


def _body(contract: Mapping[str, Any], operation: Mapping[str, Any]) -> tuple[str, Any]:
    content = resolved(contract, operation.get("requestBody", {})).get("content", {})
    for media_type, described in content.items():
        sent = "text/plain" if "*" in media_type else media_type
        if "example" in described:
            return sent, described["example"]
        return sent, value(contract, described.get("schema", {}))
    return "", None


def value(contract: Mapping[str, Any], schema: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that fits the schema: its own example where it has one, else one made up from name, format and type."""
    schema = resolved(contract, schema)
    for word in ("example", "default", "const"):
        if word in schema:
            return schema[word]
    for word in ("examples", "enum"):
        if schema.get(word):
            return schema[word][0]
    for word in ("allOf", "oneOf", "anyOf"):
        if schema.get(word) and depth < _DEPTH:
            return _combined(contract, word, schema, name, depth)
    return _by_type(contract, schema, name, depth)


def _combined(contract: Mapping[str, Any], word: str, schema: Mapping[str, Any], name: str, depth: int) -> Any:
    parts = [value(contract, part, name, depth + 1) for part in schema[word]]
    if word == "allOf" and all(isinstance(part, dict) for part in parts):
        own = _by_type(contract, schema, name, depth + 1) if "properties" in schema else {}
        return {key: item for part in (*parts, own) for key, item in part.items()}
    return parts[0]


def _by_type(contract: Mapping[str, Any], schema: Mapping[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        fields = schema.get("properties", {}) if depth < _DEPTH else {}
        required = set(schema.get("required", fields))
        return {key: value(contract, item, key, depth + 1) for key, item in fields.items() if key in required}
    if kind == "array":
        return [value(contract, schema.get("items", {}), name, depth + 1)] if depth < _DEPTH else []
    if kind in ("integer", "number"):
        return max(1, int(schema.get("minimum", 1)))
    return True if kind == "boolean" else None if kind == "null" else _text(schema, name)


def _text(schema: Mapping[str, Any], name: str) -> str:
    text = _BY_FORMAT.get(schema.get("format", "")) or _BY_NAME.get(name) or name or "text"
    if "pattern" in schema:
        text = next((each for each in (text, *_SHAPES) if re.search(schema["pattern"], each)), text)
    return str(text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 10_000)])


def resolved(contract: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """`part`, or what its $ref names inside the document."""
    seen = 0
    while "$ref" in part and seen < _DEPTH:
        seen += 1
        found: Any = contract
        for word in str(part["$ref"]).removeprefix("#/").split("/"):
            found = found.get(word.replace("~1", "/").replace("~0", "~"), {})
        part = found
    return part


def _shell_url(url: str) -> str:
    """A URL for a shell: {id} becomes the variable $ID, and is therefore in double quotes."""
    if "{" not in url:
        return shlex.quote(url)
    head, *rest = url.split("{")
    parts = [piece.partition("}") for piece in rest]
    return '"' + head + "".join(f"${{{name.upper()}}}{after}" for name, _, after in parts) + '"'
