"""Holds every reply against openapi.yaml (OpenAPI 3.1, whose schemas are JSON Schema 2020-12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kata.grader.failure import Failure
from kata.grader.reply import Reply
from kata.results import Exchange
from kata.safe import safe_line

#: Larger bodies are not validated: a schema with many branches would cost more than it tells.
_LARGEST = 256 << 10
#: Mismatches that are told of one reply; looking for more of them would cost more than it tells, too.
_MOST_PROBLEMS = 5
_URI = "urn:kata:contract"


class Contract:
    """The operations of an OpenAPI document, and what the replies so far broke of them.

    A status that the document does not list is no violation: the accepted sets of the checks decide. A listed
    status must have a listed media type and a body that fits its schema.
    """

    def __init__(self, document: Mapping[str, Any], base_path: str = "") -> None:
        self._document = document
        self.base_path = base_path
        self._operations = sorted(_operations(document), key=lambda item: item[1].count("{"))
        self._validators: dict[str, Any] = {}
        self._found: dict[str, None] = {}
        self._answered: set[str] = set()

    @classmethod
    def read(cls, file: Path, base_path: str = "") -> Contract:
        """The contract in `file`; one without operations when the exercise has none."""
        return cls(_yaml(file) if file.is_file() else {}, base_path)

    @property
    def violations(self) -> tuple[str, ...]:
        """One line for each kind of mismatch: operation, status, JSON path and the schema keyword that failed."""
        return tuple(self._found)

    def see(self, reply: Reply) -> list[str]:
        """Validate one reply; what is wrong is returned, and kept in `violations`."""
        found = self._operation(reply.exchange)
        if found is None:
            return []
        if reply.status != 404:
            self._answered.add(found[2])
        problems = list(self._problems(reply, *found))
        for problem in problems:
            self._found.setdefault(problem)
        return problems

    def missing(self, exchange: Exchange) -> str:
        """The operation that `exchange` asked for, "GET /books/{id}"; empty where anything but 404 has come from it."""
        found = self._operation(exchange)
        return found[2] if found is not None and found[2] not in self._answered else ""

    def _problems(self, reply: Reply, pointer: str, operation: Mapping[str, Any], name: str) -> Iterator[str]:
        if not 200 <= reply.status < 500:
            return
        status, response = _response(operation, reply.status)
        if response is None:
            return
        response = _resolved(self._document, response)
        content = response.get("content")
        about = f"{name} {reply.status}"
        if not content:
            if reply.body and reply.exchange.method != "HEAD":
                yield f"{about}: the contract has no body here, but {len(reply.body)} bytes came"
            return
        if reply.exchange.method == "HEAD":
            return
        media = _media(content, reply.media_type)
        if media is None:
            came = safe_line(reply.media_type or "missing", 60)
            yield f"{about}: Content-Type is {came}, the contract says {' or '.join(content)}"
        elif "schema" in content[media] and "json" in media and len(reply.body) <= _LARGEST:
            yield from self._schema_problems(reply, f"{pointer}/responses/{status}", response, media, about)

    def _schema_problems(
        self, reply: Reply, key: str, response: Mapping[str, Any], media: str, about: str
    ) -> Iterator[str]:
        try:
            data = reply.json
        except Failure as failure:
            yield failure.message
            return
        validator = self._validator(f"{key}:{media}", response["content"][media]["schema"])
        for error in islice(validator.iter_errors(data), _MOST_PROBLEMS):
            path = "$" + "".join(
                f"[{p}]" if isinstance(p, int) else f".{safe_line(p, 60)}" for p in error.absolute_path
            )
            yield f"{about}: {path} breaks {error.validator!r} ({safe_line(str(error.validator_value), 120)})"

    def _validator(self, key: str, schema: Mapping[str, Any]) -> Any:
        if key not in self._validators:
            from jsonschema import Draft202012Validator
            from referencing import Registry
            from referencing.jsonschema import DRAFT202012

            registry: Any = Registry().with_resource(_URI, DRAFT202012.create_resource(dict(self._document)))
            self._validators[key] = Draft202012Validator(_absolute(schema), registry=registry)
        return self._validators[key]

    def _operation(self, exchange: Exchange) -> tuple[str, Mapping[str, Any], str] | None:
        path = urlsplit(exchange.url).path
        if self.base_path and path.startswith(self.base_path):
            path = path[len(self.base_path) :]
        method = "get" if exchange.method == "HEAD" else exchange.method.lower()
        for pattern, template, verb, operation in self._operations:
            if verb == method and pattern.fullmatch(path):
                return f"{verb} {template}", operation, f"{exchange.method} {template}"
        return None


_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[re.Pattern[str], str, str, Mapping[str, Any]]]:
    for template, item in (document.get("paths") or {}).items():
        parts = re.split(r"(\{[^}]+\})", template)
        pattern = re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts) + "/?")
        for verb in _VERBS:
            if verb in item:
                yield pattern, template, verb, item[verb]


def _response(operation: Mapping[str, Any], status: int) -> tuple[str, Mapping[str, Any] | None]:
    """The response object for `status`: its own, its class's ("4XX"), or none. Never `default`."""
    responses = operation.get("responses") or {}
    for key in (str(status), f"{status // 100}XX"):
        if key in responses:
            return key, responses[key]
    return "", None


def _resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """`node`, or what its local $ref points to."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def _media(content: Mapping[str, Any], media_type: str) -> str | None:
    """The entry of `content` that `media_type` fits; any JSON media type fits application/json."""
    for media in content:
        json_like = media.endswith("json") and (media_type.endswith("+json") or media_type == "application/json")
        if media.lower() == media_type or media == "*/*" or json_like:
            return media
        if media.endswith("/*") and media_type.startswith(media[:-1]):
            return media
    return None


def _absolute(schema: Any) -> Any:
    """`schema` with its local references pointing into the whole document."""
    if isinstance(schema, dict):
        return {
            key: _URI + value
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema


def _yaml(file: Path) -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Mapping[str, Any] = yaml.load(file.read_text("utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders
    return document
