"""The client that checks hold: one verb, one connection, one bounded reply."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from kata.grader.failure import Failure, ProtocolError
from kata.grader.recorder import Recorder
from kata.grader.reply import Headers, Reply, shown
from kata.grader.transport import DEFAULT_LIMITS, Limits, RawReply, exchange
from kata.results import Exchange
from kata.safe import safe, safe_line

#: How much of a reply's body stands in a report; a difference further on is named by its JSON path.
SHOWN_BODY = 4096
_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
_LONGEST_WAIT = 10.0
HeaderLines = Mapping[str, str] | Sequence[tuple[str, str]]
#: A header's value as RFC 9110 section 5.5 allows it, and nothing at its ends that is no part of it.
_FIELD_VALUE = re.compile(r"(?![ \t])[\t\x20-\x7e\x80-\xff]*(?<![ \t])")


class Api:
    """A server's base URL and what the client does around each request. `on_reply` sees every reply (the contract)."""

    def __init__(
        self,
        base_url: str,
        recorder: Recorder,
        base_path: str = "",
        limits: Limits = DEFAULT_LIMITS,
        on_reply: Callable[[Reply], None] | None = None,
        patient: bool = True,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.base_path = base_path.rstrip("/")
        self._recorder = recorder
        self._limits = limits
        self._on_reply = on_reply
        self._patient = patient

    @property
    def raw(self) -> Api:
        """The same client, which reports a 429 instead of waiting it out."""
        return Api(self.base_url, self._recorder, self.base_path, self._limits, self._on_reply, patient=False)

    def get(self, path: str, **options: Any) -> Reply:
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Any) -> Reply:
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Any) -> Reply:
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, **options: Any) -> Reply:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Reply:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Reply:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Reply:
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: str | bytes | None = None,
        form: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        headers: HeaderLines = (),
        token: str | None = None,
    ) -> Reply:
        """Send one request and return the whole reply. Raises ProtocolError when none came."""
        lines = _lines(headers, token)
        query: Any = params
        request = httpx.Request(
            method, self._url(path), params=query, headers=lines, json=json, content=content, data=form
        )
        reply = self._patiently(request)
        reply = self._after_slash(request, reply)
        if self._on_reply is not None:
            self._on_reply(reply)
        return reply

    def _url(self, path: str) -> str:
        """`path` under the base URL. An absolute URL keeps its path only: nothing outside is ever called."""
        parts = _parts(path)
        if parts is None:
            raise Failure(f"{safe_line(path, 120)!r} is no path or URL that can be requested")
        if parts.scheme in ("http", "https") and parts.netloc:
            self._recorder.warn(f"{safe_line(path, 120)} is absolute; its host was replaced by the server's own")
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            if self.base_path and path.startswith(self.base_path + "/"):
                return self.base_url + path
        elif not path.startswith("/"):
            raise Failure(f"{safe_line(path, 120)!r} is no path or URL that can be requested")
        try:
            return str(httpx.URL(self.base_url + self.base_path + path))
        except httpx.InvalidURL as error:
            raise Failure(f"{safe_line(path, 120)!r} is no path or URL that can be requested") from error

    def _patiently(self, request: httpx.Request) -> Reply:
        reply = self._steadily(request)
        if reply.status != 429 or not self._patient:
            return reply
        wait = _seconds(reply.headers.get("Retry-After"))
        if wait is not None and wait <= _LONGEST_WAIT:
            self._recorder.warn(f"the server said 429; waited {wait:g} s as its Retry-After asks")
            time.sleep(wait)
            reply = self._steadily(request)
        if reply.status == 429:
            raise Failure(
                f"{reply.about}: throttled: the server's rate limit (429) is lower than the statement allows for",
                cause="throttled",
            )
        return reply

    def _steadily(self, request: httpx.Request) -> Reply:
        """Once more when the connection went before any byte and repeating is harmless (RFC 9110 section 9.2.2)."""
        try:
            return self._send(request)
        except ProtocolError as error:
            if error.kind != "closed" or request.method not in _IDEMPOTENT:
                raise
            self._recorder.warn("the server closed a connection without a reply; the request was sent once more")
            return self._send(request)

    def _send(self, request: httpx.Request) -> Reply:
        started, clock = time.time(), time.perf_counter()
        try:
            raw = exchange(request, self._limits)
        except ProtocolError as error:
            error.exchange = _failed(request, started, time.perf_counter() - clock, error)
            self._recorder.add(error.exchange)
            raise
        reply = _reply(request, raw, started, time.perf_counter() - clock)
        self._recorder.add(reply.exchange)
        return reply

    def _after_slash(self, request: httpx.Request, reply: Reply) -> Reply:
        """Follow a redirect that only adds or removes the last slash, once, with a warning."""
        if reply.status not in (301, 302, 307, 308) or not _only_slash(request.url, reply.headers.get("Location")):
            return reply
        target = request.url.copy_with(path=_toggled(request.url.path))
        if reply.status in (301, 302) and request.method not in ("GET", "HEAD"):
            raise Failure(
                f"{reply.about}: answered {reply.status} to {target.path}, and a client turns that into a GET; "
                f"did you mean to serve {request.url.path} itself (or to answer 307/308)?",
                cause="trailing_slash",
            )
        self._recorder.warn(f"{request.url.path} redirects to {target.path}; followed once")
        again = httpx.Request(request.method, target, headers=request.headers, content=request.content)
        return self._send(again)


def _lines(headers: HeaderLines, token: str | None) -> list[tuple[bytes, bytes]]:
    """The caller's header lines after the client's own neutral ones, which they replace.

    What cannot be sent came from the server, a token or an ETag: that is its failure.
    """
    pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
    if token is not None:
        pairs.append(("Authorization", f"Bearer {token}"))
    given = {name.lower() for name, _ in pairs}
    own = [
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", "http-client/1.0"),
        ("Connection", "close"),
    ]
    pairs = [pair for pair in own if pair[0].lower() not in given] + pairs
    return [(name.encode("ascii"), _field_value(name, value)) for name, value in pairs]


def _field_value(name: str, value: str) -> bytes:
    if not _FIELD_VALUE.fullmatch(value):
        raise Failure(f"no client can send {shown(value)} in a header, and {name} would need it")
    return value.encode("latin-1")


def _reply(request: httpx.Request, raw: RawReply, started: float, seconds: float) -> Reply:
    found = Exchange(
        **_request_parts(request),
        status=raw.status,
        reply_headers=tuple((safe_line(name, 100), safe_line(value, 1000)) for name, value in raw.headers),
        reply_body=safe(raw.body[:SHOWN_BODY], SHOWN_BODY),
        cut=max(0, len(raw.body) - SHOWN_BODY) + raw.surplus,
        started=started,
        seconds=seconds,
    )
    return Reply(raw.status, Headers(raw.headers), raw.body, found, raw.surplus)


def _failed(request: httpx.Request, started: float, seconds: float, error: ProtocolError) -> Exchange:
    return Exchange(**_request_parts(request), error=error.message, started=started, seconds=seconds)


_UNTOLD = {"host", "accept-encoding", "user-agent", "content-length", "connection"}


def _request_parts(request: httpx.Request) -> dict[str, Any]:
    """What a report shows of a request: headers that curl sets by itself are left out."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    shown = tuple(
        (safe_line(name, 100), safe_line(value, 2000))
        for name, value in headers
        if name.lower() not in _UNTOLD and (name.lower(), value) != ("accept", "*/*")
    )
    body = request.read()
    return {
        "method": request.method,
        "url": safe_line(str(request.url), 2000),
        "request_headers": shown,
        "request_body": safe(body, 4000) if body else None,
    }


def _only_slash(url: httpx.URL, location: str | None) -> bool:
    if not location:
        return False
    target = _parts(location)
    return (
        target is not None and target.path == _toggled(url.path) and target.netloc in ("", url.netloc.decode("ascii"))
    )


def _parts(url: str) -> SplitResult | None:
    """The parts of a URL that a server may have written; None when it is none (`http://[::bad`)."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _toggled(path: str) -> str:
    return path.rstrip("/") if path.endswith("/") else path + "/"


def _seconds(text: str | None) -> float | None:
    """Retry-After as seconds; None when it is missing or a date (RFC 9110 section 10.2.3)."""
    return float(text) if text is not None and re.fullmatch(r"\d{1,4}", text.strip()) else None
