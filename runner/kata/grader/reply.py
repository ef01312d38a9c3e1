"""A reply of the server, read strictly: six ways of being wrong, six different messages."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kata.grader.failure import Failure
from kata.results import Exchange
from kata.safe import safe, safe_line

_MAX_DEPTH = 64
_MISSING = object()


class Headers:
    """Header fields by name in any letter case; a name may stand several times (RFC 9110 section 5)."""

    def __init__(self, pairs: Collection[tuple[str, str]]) -> None:
        self.pairs = tuple(pairs)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of `name`."""
        return next(iter(self.all(name)), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def tokens(self, name: str) -> set[str]:
        """The comma-separated members of all values, lower-cased: Vary, Allow, Cache-Control."""
        return {part.strip().lower() for value in self.all(name) for part in value.split(",") if part.strip()}

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.all(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


@dataclass(frozen=True)
class Reply:
    """One complete reply. Everything that reads it fails with a message that names what is wrong."""

    status: int
    headers: Headers
    body: bytes
    exchange: Exchange
    surplus: int = 0

    @cached_property
    def text(self) -> str:
        """The body as strict UTF-8."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._failure(f"the body is not valid UTF-8 (byte {error.start})") from error

    @property
    def media_type(self) -> str:
        """Content-Type without parameters, lower-cased; empty when the header is missing."""
        return (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()

    @property
    def about(self) -> str:
        """How messages name this reply: `POST /login`."""
        return f"{self.exchange.method} {_path(self.exchange.url)}"

    def expect(self, accepted: int | Collection[int]) -> Reply:
        """This reply, when its status is accepted; else a Failure that says what was accepted and what came."""
        codes = {accepted} if isinstance(accepted, int) else accepted
        if self.status in codes:
            return self
        came = f"came {self.status}"
        if self.status >= 500:
            came += ": the server failed inside"
        elif not self.body:
            came += " with an empty body"
        raise self._failure(f"expected {_statuses(codes)}, {came}", _status_cause(self.status))

    def expect_no_body(self) -> Reply:
        """This reply, when nothing followed its header; HEAD, 204 and 304 have no body (RFC 9110 section 6.4.1)."""
        count = len(self.body) + self.surplus
        if count:
            raise self._failure(f"the {self.status} reply must end after its header, but {count} bytes of body came")
        return self

    def header(self, name: str) -> str:
        """The value of a header that must be there."""
        value = self.headers.get(name)
        if value is None:
            raise self._failure(f"the {self.status} reply has no {name} header")
        return value

    @cached_property
    def json(self) -> Any:
        """The body as data, whatever its Content-Type says: that is a check of its own."""
        if not self.body:
            raise self._failure(f"expected JSON, but the body of the {self.status} reply is empty")
        try:
            return parse_json(self.text)
        except _NotJson as error:
            raise self._failure(f"the body is not JSON: {error}") from error

    def field(self, path: str, kind: type | tuple[type, ...] | None = None) -> Any:
        """The value at `path` ("user.email", "items[0].id") of the JSON body, with its type checked."""
        value = _at(self.json, path)
        if value is _MISSING:
            raise self._failure(f"the JSON body has no {path!r}; it has {_outline(self.json)}")
        if kind is not None and not _is(value, kind):
            raise self._failure(f"{path!r} must be {_kinds(kind)}, but is {shown(value)}")
        return value

    def has(self, path: str) -> bool:
        """Whether the JSON body has something at `path`."""
        return _at(self.json, path) is not _MISSING

    def _failure(self, message: str, cause: str = "") -> Failure:
        """A failure of this reply, which names it and shows its exchange."""
        return Failure(f"{self.about}: {message}", cause, self.exchange)


class _NotJson(ValueError):
    """Text that is not JSON as kata reads it; the message is ours."""


def parse_json(text: str) -> Any:
    """Strict JSON (RFC 8259): no NaN, no infinity, no duplicate keys, no lone surrogates, at most 64 levels deep."""
    if _depth(text) > _MAX_DEPTH:
        raise _NotJson(f"it is nested more than {_MAX_DEPTH} levels deep")
    try:
        data = json.loads(text, parse_constant=_constant, parse_float=_float, parse_int=_int, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise _NotJson(f"{error.msg.lower()} at line {error.lineno} column {error.colno}") from error
    except (RecursionError, UnicodeEncodeError) as error:
        raise _NotJson("it cannot be read") from error
    if "\\ud" in text.lower():
        _refuse_lone_surrogates(data)
    return data


def _constant(name: str) -> Any:
    raise _NotJson(f"{name} is no JSON value")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _NotJson(f"the number {safe_line(text, 30)} is out of range")
    return value


def _int(text: str) -> int:
    """A whole number that a float can hold as well, so that no check is at a loss when it reckons with it."""
    _float(text)
    return int(text)


class _Object(dict[str, Any]):
    """A JSON object of the submission's: a check that takes a key that is not there fails, and is no fault of ours."""

    def __missing__(self, key: str) -> Any:
        raise Failure(f"a JSON object of the reply has no {safe_line(str(key), 60)!r}; it has {_outline(self)}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _Object()
    for key, value in pairs:
        if key in found:
            raise _NotJson(f"the key {safe_line(key, 60)!r} stands twice in one object")
        found[key] = value
    return found


def _refuse_lone_surrogates(data: Any) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _NotJson("a string holds half of a surrogate pair") from error


def _depth(text: str) -> int:
    """The deepest nesting, strings left out; no recursion, so that a hostile body costs only its length."""
    deepest = depth = 0
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text, re.DOTALL):
        if mark.group() in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark.group() in "]}":
            depth -= 1
    return deepest


def _at(data: Any, path: str) -> Any:
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if name and isinstance(data, dict) and name in data:
            data = data[name]
        elif index and isinstance(data, list) and int(index) < len(data):
            data = data[int(index)]
        else:
            return _MISSING
    return data


def _is(value: Any, kind: type | tuple[type, ...]) -> bool:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, bool):
        return bool in kinds
    if isinstance(value, float) and value.is_integer() and int in kinds:
        return True
    return isinstance(value, kinds) or (isinstance(value, int) and float in kinds)


_NAMES = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def _kinds(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join(_NAMES.get(each, "null" if each is type(None) else each.__name__) for each in kinds)


def shown(value: Any) -> str:
    """`value` as JSON on one safe line, for messages."""
    return safe_line(json.dumps(value, ensure_ascii=False, default=str), 200)


def _outline(data: Any) -> str:
    if isinstance(data, dict):
        return "the keys " + safe_line(", ".join(map(str, data)), 200) if data else "no keys at all"
    return f"a list of {len(data)}" if isinstance(data, list) else shown(data)


def _path(url: str) -> str:
    return safe(re.sub(r"^\w+://[^/]+", "", url) or "/", 120)


def _statuses(codes: Collection[int]) -> str:
    """ "201", "400 or 422", "a 2xx status, 400 or 422": whole classes are told as such."""
    whole = [each for each in range(1, 6) if all(code in codes for code in range(each * 100, each * 100 + 100))]
    single = [str(code) for code in sorted(codes) if code // 100 not in whole]
    words = [f"a {each}xx status" for each in whole] + single
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _status_cause(status: int) -> str:
    return "server_error" if status >= 500 else ""
