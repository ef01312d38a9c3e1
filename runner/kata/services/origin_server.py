"""A slow web service that counts its calls: the origin behind a learner's cache. Runs as `python origin_server.py`.

It holds *resources* by path and knows nothing of any exercise. From the environment:

    PORT             where to listen (8080)
    ORIGIN_TOKEN     opens the control paths; without it there are none
    ORIGIN_DOCUMENT  optional JSON: {"delay": 0.05, "resources": {"/products/7": {"body": {...}}, ...}}

Fields of a resource, all optional:

    body          what a GET answers, any JSON
    status        the status of a GET (200); 503 makes the resource fail
    headers       further reply headers, such as {"Cache-Control": "no-store"}
    hang_up       true: the connection ends without a reply, as when the origin crashes
    delay         seconds before the reply, instead of the document's; the reply tells the state before the delay
    write_status  refuse PUT and DELETE with this status
    languages     {"en": body, "de": body}: chosen by Accept-Language, the first when nothing fits
    users         {token: body}: for `Authorization: Bearer token`; strangers get `body`, or 401 when there is none
    items         "/products/": the bodies of all resources below that path, filtered by the query's fields

An application may GET, HEAD, PUT (a JSON body, stored at once) and DELETE them. The control paths are
/control/TOKEN/resources/<path> (GET, PUT, DELETE a whole resource) and /control/TOKEN/calls?path=<path>, which lists
what applications asked for: {"calls": [{"at": seconds, "method", "path", "query", "status", "headers"}]}.
"""

from __future__ import annotations

import hmac
import json
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LARGEST_BODY = 1 << 20
MOST_RESOURCES = 10_000
KEPT_CALLS = 5_000

Resource = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One request as it came; `headers` have lower-case names, `body` is None when there is none."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def token(self) -> str:
        """What follows `Bearer` in Authorization; empty without it."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True)
class Answer:
    """One reply: `body` is JSON data, or None for no body at all; it is sent after `delay` seconds."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hang_up: bool = False


class Origin:
    """The resources, the calls that were counted, and what each request does to them. Safe to use from many threads."""

    def __init__(self, document: Mapping[str, Any], token: str = "") -> None:
        self._delay = float(document.get("delay", 0.05))
        self._resources: dict[str, Resource] = dict(document.get("resources", {}))
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self._token = token
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """What `request` gets. A wrong control token finds nothing, like any other unknown path."""
        with self._lock:
            inside = self._control_path(request.path)
            if inside is not None:
                return self._control(request, inside)
            answer = self._public(request)
            self._count(request, answer)
            return answer

    # -- what applications see --------------------------------------------------------------------------------------

    def _public(self, request: Request) -> Answer:
        resource = self._resources.get(request.path)
        if request.method in ("GET", "HEAD"):
            return self._read(request, resource)
        if request.method not in ("PUT", "DELETE"):
            return _problem(405, "GET, HEAD, PUT and DELETE are known here", {"Allow": "GET, HEAD, PUT, DELETE"})
        if resource is not None and "write_status" in resource:
            return _problem(resource["write_status"], "this resource cannot be changed now", delay=self._delay)
        return self._put(request, resource) if request.method == "PUT" else self._delete(request, resource)

    def _read(self, request: Request, resource: Resource | None) -> Answer:
        if resource is None:
            return _problem(404, "there is no such resource", delay=self._delay)
        delay = float(resource.get("delay", self._delay))
        status = int(resource.get("status", 200))
        if resource.get("hang_up"):
            return Answer(502, delay=delay, hang_up=True)
        if status >= 400:
            return _problem(status, "the origin fails, as it was told to", resource.get("headers", {}), delay)
        if "users" in resource and (request.token or "body" not in resource):
            return _personal(resource, request.token, delay)
        body, headers = self._body(request, resource)
        return Answer(status, body, {**headers, **resource.get("headers", {})}, delay)

    def _body(self, request: Request, resource: Resource) -> tuple[Any, dict[str, str]]:
        if "languages" in resource:
            language = best_language(request.headers.get("accept-language", ""), list(resource["languages"]))
            return resource["languages"][language], {"Content-Language": language, "Vary": "Accept-Language"}
        if "items" in resource:
            return {"items": self._items(resource["items"], dict(parse_qsl(request.query)))}, {}
        return resource.get("body"), {}

    def _items(self, prefix: str, wanted: Mapping[str, str]) -> list[Any]:
        bodies = [self._resources[path].get("body") for path in sorted(self._resources) if path.startswith(prefix)]
        return [body for body in bodies if isinstance(body, dict) and _fits(body, wanted)]

    def _put(self, request: Request, resource: Resource | None) -> Answer:
        try:
            body = json.loads(request.body or b"")
        except ValueError:
            return _problem(400, "the body is not JSON")
        if resource is None and len(self._resources) >= MOST_RESOURCES:
            return _problem(507, "too many resources")
        self._resources[request.path] = {**(resource or {}), "body": body}
        return Answer(200 if resource is not None else 201, body, delay=self._delay)

    def _delete(self, request: Request, resource: Resource | None) -> Answer:
        if resource is None:
            return _problem(404, "there is no such resource", delay=self._delay)
        del self._resources[request.path]
        return Answer(204, delay=self._delay)

    def _count(self, request: Request, answer: Answer) -> None:
        told = {"method": request.method, "path": request.path, "query": request.query, "status": answer.status}
        self._calls.append({"at": time.monotonic(), **told, "headers": dict(request.headers)})

    # -- what only the holder of the token sees ---------------------------------------------------------------------

    def _control_path(self, path: str) -> str | None:
        """The part after /control/TOKEN, or None when this is no control path or the token is wrong."""
        if not self._token or not path.startswith("/control/"):
            return None
        token, slash, rest = path.removeprefix("/control/").partition("/")
        right = hmac.compare_digest(token.encode(), self._token.encode())
        return slash + rest if right else None

    def _control(self, request: Request, path: str) -> Answer:
        if path == "/calls" and request.method == "GET":
            wanted = dict(parse_qsl(request.query)).get("path")
            return Answer(200, {"calls": [call for call in self._calls if wanted in (None, call["path"])]})
        if path.startswith("/resources/"):
            return self._control_resource(request, path.removeprefix("/resources"))
        return _problem(404, "control paths are /calls and /resources/<path>")

    def _control_resource(self, request: Request, path: str) -> Answer:
        if request.method == "PUT":
            self._resources[path] = json.loads(request.body or b"{}")
        elif path not in self._resources:
            return _problem(404, "there is no such resource")
        elif request.method == "DELETE":
            del self._resources[path]
            return Answer(204)
        return Answer(200, self._resources[path])


def best_language(accepted: str, available: list[str]) -> str:
    """The available language that Accept-Language likes best (RFC 9110 section 12.5.4); the first when none fits."""
    for wanted in _by_weight(accepted):
        for language in available:
            if wanted == language.lower() or wanted.split("-")[0] == language.lower():
                return language
    return available[0]


def _by_weight(accepted: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().lower().removeprefix("q=") or "1"
        try:
            weighted.append((-float(weight), name.strip().lower()))
        except ValueError:
            continue
    return [name for weight, name in sorted(weighted, key=lambda pair: pair[0]) if weight < 0]


def _personal(resource: Resource, token: str, delay: float) -> Answer:
    if token not in resource["users"]:
        return _problem(401, "who is asking?", {"WWW-Authenticate": "Bearer"}, delay)
    return Answer(200, resource["users"][token], {"Cache-Control": "private"}, delay)


def _fits(body: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(str(body.get(name)) == value for name, value in wanted.items())


def _problem(status: int, title: str, headers: Mapping[str, str] | None = None, delay: float = 0.0) -> Answer:
    return Answer(status, {"status": status, "title": title}, headers or {}, delay)


class Server(ThreadingHTTPServer):
    """Listens for an Origin, each connection on a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], origin: Origin) -> None:
        super().__init__(address, Handler)
        self.origin = origin

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the Origin, waits as long as it is told to, replies."""

    protocol_version = "HTTP/1.1"
    server_version = "origin"
    sys_version = ""
    timeout = 60
    wbufsize = -1  # head and body leave in one packet: no waiting for a delayed acknowledgement
    disable_nagle_algorithm = True
    server: Server

    def handle_any(self) -> None:
        answer = self._answer()
        time.sleep(answer.delay)
        if answer.hang_up:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = do_PATCH = do_OPTIONS = handle_any  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what came is told by the control paths."""

    def _answer(self) -> Answer:
        try:
            body = self._body()
        except ValueError as error:
            self.close_connection = True
            return _problem(400, f"the body cannot be read: {error}")
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.origin.answer(Request(self.command, unquote(parts.path), parts.query, headers, body))

    def _body(self) -> bytes:
        """The request's body, whole. Raises ValueError when it is too large or its length is nonsense."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        return self._exactly(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        """A body that comes in chunks (RFC 9112 section 7.1); trailers are read and dropped."""
        body = b""
        while size := int(self.rfile.readline(64).split(b";")[0], 16):
            body += self._exactly(size, len(body))
            self.rfile.readline(4)
        while self.rfile.readline(4096).strip():
            continue
        return body

    def _exactly(self, size: int, already: int = 0) -> bytes:
        if not 0 <= size <= LARGEST_BODY - already:
            raise ValueError(f"at most {LARGEST_BODY} bytes of body")
        return self.rfile.read(size)

    def _send(self, answer: Answer) -> None:
        content = b"" if answer.body is None else json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.body is not None:
            self.send_header("Content-Type", "application/json")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def main(environment: Mapping[str, str] = os.environ) -> None:
    """Serve until the process is ended."""
    document = json.loads(environment.get("ORIGIN_DOCUMENT") or "{}")
    origin = Origin(document, environment.get("ORIGIN_TOKEN", ""))
    Server(("0.0.0.0", int(environment.get("PORT", "8080"))), origin).serve_forever()  # noqa: S104 - in a container


if __name__ == "__main__":
    main()
