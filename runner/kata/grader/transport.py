"""One HTTP/1.1 exchange with a bound on everything: the time of the whole, the headers, the body.

httpx alone has no deadline for a whole exchange, inflates what a server sends without a limit, and raises on a bad
Location. So requests and replies are httpx's, and the bytes in between pass through a network stream that counts.
"""

from __future__ import annotations

import contextlib
import ssl
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import httpcore
import httpx

from kata.grader.failure import ProtocolError

_DRAIN_SECONDS = 0.05
_MOST_SURPLUS = 256 << 10


@dataclass(frozen=True)
class Limits:
    """Bounds of one exchange: seconds for the whole, bytes of body, number of header fields."""

    seconds: float = 10.0
    body: int = 1 << 20
    header_fields: int = 200


@dataclass(frozen=True)
class RawReply:
    """A complete reply as it came: header names and values as text, the body decoded of one gzip layer at most.

    `surplus` counts bytes that followed the header of a reply that has no body (HEAD, 204, 304: RFC 9112 section 6.3).
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    surplus: int = 0


@dataclass
class _Deadline:
    """The moment by which the exchange must be over, and what has come so far (the first bytes are kept)."""

    seconds: float
    end: float = field(init=False)
    bytes_read: int = 0
    first: bytearray = field(default_factory=bytearray)
    bodiless: bool = False

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    def left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def surplus(self) -> int:
        """How many bytes came after the header."""
        end = self.first.find(b"\r\n\r\n")
        return max(0, self.bytes_read - end - 4) if end >= 0 else 0


class _BoundedStream(httpcore.NetworkStream):
    """A socket whose reads and writes all share one deadline, so that dripping bytes cannot extend it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._deadline.left())
        self._count(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        if self._deadline.bodiless:
            self._deadline.bodiless = False
            self._drain()
        self._stream.close()

    def _drain(self) -> None:
        """Read what still comes where nothing should; we asked the server to close, so this ends at once."""
        with contextlib.suppress(httpcore.ReadError, httpcore.ReadTimeout):
            while self._deadline.bytes_read < _MOST_SURPLUS:
                data = self._stream.read(4096, _DRAIN_SECONDS)
                if not data:
                    return
                self._count(data)

    def _count(self, data: bytes) -> None:
        self._deadline.bytes_read += len(data)
        if len(self._deadline.first) < _MOST_SURPLUS:
            self._deadline.first += data

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        raise NotImplementedError("graders speak plain HTTP on loopback")

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, self._deadline.left(), local_address, socket_options)
        return _BoundedStream(stream, self._deadline)


DEFAULT_LIMITS = Limits()


def exchange(request: httpx.Request, limits: Limits = DEFAULT_LIMITS) -> RawReply:
    """Send `request` on a connection of its own and return the whole reply. Raises ProtocolError, and nothing else."""
    deadline = _Deadline(limits.seconds)
    try:
        return _exchange(request, limits, deadline)
    except ProtocolError:
        raise
    except httpcore.TimeoutException as error:
        raise _too_slow(limits, deadline) from error
    except httpcore.ConnectError as error:
        raise ProtocolError("refused", "the connection was refused: nothing listens there any more", True) from error
    except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
        raise _broken(error, deadline) from error
    except Exception as error:
        raise ProtocolError("malformed", "the reply is not HTTP/1.1 that a client can read") from error


def _exchange(request: httpx.Request, limits: Limits, deadline: _Deadline) -> RawReply:
    with httpcore.ConnectionPool(
        network_backend=_BoundedBackend(deadline), max_keepalive_connections=0, retries=0
    ) as pool:
        wire = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
        )
        response = pool.handle_request(wire)
        try:
            _check_head(response, limits)
            deadline.bodiless = request.method == "HEAD" or response.status in (204, 304)
            bodiless = deadline.bodiless
            reply = _whole(response, request.method, limits, deadline)
        finally:
            response.close()
    return replace(reply, surplus=deadline.surplus()) if bodiless else reply


def _whole(response: httpcore.Response, method: str, limits: Limits, deadline: _Deadline) -> RawReply:
    received = bytearray()
    for chunk in response.iter_stream():
        received += chunk
        if len(received) > limits.body:
            raise ProtocolError("too_large", f"the body is larger than {limits.body:,} bytes; it was not read further")
        deadline.left()
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
    body = b"" if method == "HEAD" else _decoded(bytes(received), headers, limits)
    reason = response.extensions.get("reason_phrase", b"")
    return RawReply(response.status, reason.decode("latin-1"), headers, body)


def _check_head(response: httpcore.Response, limits: Limits) -> None:
    if len(response.headers) > limits.header_fields:
        raise ProtocolError(
            "too_many_headers",
            f"the reply has {len(response.headers)} header fields; {limits.header_fields} is the limit",
        )
    if not 100 <= response.status <= 599:
        raise ProtocolError("bad_status", f"{response.status} is no HTTP status code (RFC 9110 section 15: 100 to 599)")
    if response.extensions.get("http_version") not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise ProtocolError("bad_version", "the reply is not HTTP/1.1")
    names = [name.lower() for name, _ in response.headers]
    if b"content-length" in names and b"transfer-encoding" in names:
        raise ProtocolError(
            "ambiguous_length", "the reply has both Content-Length and Transfer-Encoding (RFC 9112 section 6.3)"
        )


def _decoded(body: bytes, headers: tuple[tuple[str, str], ...], limits: Limits) -> bytes:
    """The body without its content coding. We ask for `identity`; one layer of gzip is forgiven, nothing else."""
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding").strip().lower()
    if coding in ("", "identity") or not body:
        return body
    if coding not in ("gzip", "x-gzip"):
        raise ProtocolError("encoded", "the body has a Content-Encoding that was not asked for; send it as it is")
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, limits.body + 1)
    except zlib.error as error:
        raise ProtocolError("bad_gzip", "Content-Encoding says gzip, but the body is not gzip") from error
    if len(plain) > limits.body:
        raise ProtocolError("too_large", f"the body inflates to more than {limits.body:,} bytes")
    if not inflater.eof:
        raise ProtocolError("bad_gzip", "the gzip body stops before its end")
    if inflater.unused_data:
        raise ProtocolError("bad_gzip", f"{len(inflater.unused_data):,} bytes follow the end of the gzip body")
    return plain


def _too_slow(limits: Limits, deadline: _Deadline) -> ProtocolError:
    got = f"{deadline.bytes_read:,} bytes had come" if deadline.bytes_read else "no byte had come"
    return ProtocolError("too_slow", f"no complete reply within {limits.seconds:g} seconds ({got})")


def _broken(error: Exception, deadline: _Deadline) -> ProtocolError:
    if not deadline.bytes_read:
        return ProtocolError("closed", "the connection was closed without any reply", before_any_byte=True)
    gone = str(error).startswith(("peer closed", "Server disconnected")) and deadline.first.startswith(b"HTTP/")
    if isinstance(error, httpcore.RemoteProtocolError) and not gone:
        return ProtocolError("malformed", "the reply breaks the rules of HTTP/1.1 (RFC 9112), so no client can read it")
    return ProtocolError(
        "cut_short", f"the connection was closed in the middle of the reply, after {deadline.bytes_read:,} bytes"
    )
