"""Whatever bytes a server sends, the client ends in time, with bounded memory and a message that names the cause."""

from __future__ import annotations

import gzip
import socket
import struct
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest
from tests.raw_server import raw_server

from kata.grader.failure import ProtocolError
from kata.grader.transport import Limits, RawReply, exchange

Serve = Callable[[socket.socket], None]
HURRIED = Limits(seconds=0.6, body=64 << 10)


def server(serve: Serve) -> AbstractContextManager[str]:
    """A server whose `serve(connection)` decides every byte."""
    return raw_server(lambda connection, _: serve(connection))


def sent(data: bytes) -> Serve:
    return lambda connection: connection.sendall(data)


def dripping(first: bytes, drop: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.05)

    return serve


def endless(first: bytes, piece: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)

    return serve


def resetting(data: bytes) -> Serve:
    """Closes without a farewell: SO_LINGER of 0 seconds turns it into a reset."""

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(data)
        time.sleep(0.1)  # a reset takes away what was not yet read

    return serve


def get(serve: Serve, method: str = "GET", limits: Limits = HURRIED) -> RawReply:
    with server(serve) as url:
        return exchange(httpx.Request(method, url + "/x"), limits)


def reply(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {head}\r\n".encode("latin-1") + b"\r\n" + body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

HOSTILE: list[tuple[str, Serve, str]] = [
    ("nothing at all", sent(b""), "closed"),
    ("an early end", sent(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), "cut_short"),
    ("an end inside the header", sent(b"HTTP/1.1 200 OK\r\nContent-"), "cut_short"),
    ("a dripping header", dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"), "too_slow"),
    ("a dripping body", dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a"), "too_slow"),
    ("an endless chunked body", endless(CHUNKED, b"400\r\n" + b"a" * 1024 + b"\r\n"), "too_large"),
    ("an endless body", endless(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 4096), "too_large"),
    ("an endless header", endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"a" * 1000 + b"\r\n"), "malformed"),
    ("interim replies without end", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "too_slow"),
    ("ten declared gigabytes", sent(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nabc"), "cut_short"),
    ("a gzip bomb", sent(reply("200 OK\r\nContent-Encoding: gzip", gzip.compress(b"\0" * (8 << 20)))), "too_large"),
    (
        "a gzip body cut off",
        sent(reply("200 OK\r\nContent-Encoding: gzip", gzip.compress(b"abc" * 99)[:20])),
        "bad_gzip",
    ),
    ("gzip that is not", sent(reply("200 OK\r\nContent-Encoding: gzip", b"plain")), "bad_gzip"),
    ("brotli", sent(reply("200 OK\r\nContent-Encoding: br", b"xx")), "encoded"),
    ("two layers of gzip", sent(reply("200 OK\r\nContent-Encoding: gzip, gzip", b"xx")), "encoded"),
    ("a header of 200 kB", sent(reply("200 OK\r\nX-A: " + "a" * 200_000)), "malformed"),
    ("a thousand header fields", sent(reply("200 OK" + "\r\nX: y" * 1000)), "too_many_headers"),
    (
        "length and chunks",
        sent(reply("200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n")),
        "ambiguous_length",
    ),
    ("two lengths", sent(reply("200 OK\r\nContent-Length: 3\r\nContent-Length: 4", b"abcd")), "malformed"),
    ("a negative length", sent(reply("200 OK\r\nContent-Length: -3", b"abcd")), "malformed"),
    ("a malformed chunk", sent(CHUNKED + b"zz\r\nabc\r\n"), "malformed"),
    ("HTTP/0.9", sent(b"<p>hello</p>"), "malformed"),
    ("HTTP/2", sent(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "malformed"),
    ("HTTP/3.7", sent(b"HTTP/3.7 200 OK\r\n\r\n"), "bad_version"),
    ("status 999", sent(reply("999 Odd")), "bad_status"),
    ("status 1000", sent(reply("1000 Odd")), "malformed"),
    ("status abc", sent(reply("abc Odd")), "malformed"),
    ("NUL in a header", sent(reply("200 OK\r\nX-A: a\0b")), "malformed"),
    ("a space before the colon", sent(reply("200 OK\r\nX-A : b")), "malformed"),
    ("bytes after gzip", sent(reply("200 OK\r\nContent-Encoding: gzip", gzip.compress(b"a") * 2)), "bad_gzip"),
    ("deflate", sent(reply("200 OK\r\nContent-Encoding: deflate", b"xx")), "encoded"),
    ("a chunk extension without end", endless(CHUNKED + b"3;x=", b"a" * 1000), "malformed"),
    ("trailers without end", endless(CHUNKED + b"0\r\n", b"X-A: b\r\n"), "malformed"),
    ("a chunk of 2**70 bytes", sent(CHUNKED + b"400000000000000000\r\nabc"), "cut_short"),
    ("a negative chunk", sent(CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n"), "malformed"),
    ("no last chunk", sent(CHUNKED + b"3\r\nabc\r\n"), "cut_short"),
    ("a list of lengths", sent(reply("200 OK\r\nContent-Length: 3, 4", b"abcd")), "malformed"),
    ("a length with a sign", sent(reply("200 OK\r\nContent-Length: +3", b"abc")), "malformed"),
    ("a length of 5,000 digits", sent(reply("200 OK\r\nContent-Length: " + "9" * 5000, b"abc")), "malformed"),
    ("gzip as a transfer coding", sent(reply("200 OK\r\nTransfer-Encoding: gzip, chunked", b"0\r\n\r\n")), "malformed"),
    ("a header hidden behind a CR", sent(reply("200 OK\r\nX-A: a\rSet-Cookie: b")), "malformed"),
    ("a field without a name", sent(reply("200 OK\r\n: b", b"abc")), "malformed"),
    ("five hundred cookies", sent(reply("200 OK" + "\r\nSet-Cookie: c=x" * 500)), "too_many_headers"),
    ("an upgrade nobody asked for", sent(reply("101 Switching Protocols\r\nUpgrade: h2c")), "malformed"),
    ("HTTP/2 frames", sent(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0d"), "malformed"),
    ("a TLS alert", sent(b"\x15\3\3\0\2\2\x28"), "malformed"),
    ("a reason without end", endless(b"HTTP/1.1 200 ", b"O" * 1000), "malformed"),
    ("a reset", resetting(reply("200 OK\r\nContent-Length: 9", b"abc")), "cut_short"),
    ("random bytes", sent(bytes(range(256)) * 40), "malformed"),
]


@pytest.mark.parametrize(("serve", "kind"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_reply_is_a_protocol_error_of_its_own_kind(serve: Serve, kind: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        get(serve)
    assert caught.value.kind == kind
    assert caught.value.message


def test_nobody_listens() -> None:
    with pytest.raises(ProtocolError) as caught:
        exchange(httpx.Request("GET", "http://127.0.0.1:1/"), HURRIED)
    assert caught.value.kind == "refused"
    assert caught.value.before_any_byte


def test_a_server_that_says_nothing_is_too_slow() -> None:
    with pytest.raises(ProtocolError) as caught:
        get(lambda connection: time.sleep(2))
    assert caught.value.kind == "too_slow"
    assert "no byte" in caught.value.message


def test_ordinary_replies_come_whole() -> None:
    whole = get(sent(reply("201 Created\r\nLocation: http://[::bad\r\nSet-Cookie: a=1\r\nset-cookie: b=2", b"abc")))
    assert (whole.status, whole.body) == (201, b"abc")
    assert [value for name, value in whole.headers if name.lower() == "set-cookie"] == ["a=1", "b=2"]
    assert get(sent(CHUNKED + b"3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n")).body == b"abc"


def test_one_layer_of_gzip_is_forgiven() -> None:
    assert get(sent(reply("200 OK\r\nContent-Encoding: gzip", gzip.compress(b"hello")))).body == b"hello"


@pytest.mark.parametrize(
    ("method", "head", "surplus"),
    [("HEAD", "200 OK\r\nContent-Length: 5", 5), ("GET", "204 No Content", 5), ("DELETE", "304 Not Modified", 5)],
)
def test_bytes_after_a_bodiless_reply_are_counted(method: str, head: str, surplus: int) -> None:
    assert get(sent(reply(head, b"hello")), method).surplus == surplus
    assert get(sent(reply(head)), method).surplus == 0


def test_late_bytes_after_a_bodiless_reply_are_counted() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(reply("204 No Content"))
        time.sleep(0.02)
        connection.sendall(b"late")

    assert get(serve, "DELETE").surplus == 4
