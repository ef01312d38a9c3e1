"""Ready is one whole answer in bounded time, whatever a server sends instead."""

from __future__ import annotations

import socket
import time

import pytest
from tests.fake_engine import FakeEngine
from tests.raw_server import Serve, raw_server

from kata import application
from kata.application import Application, Launch
from kata.engine import Sandbox


def endless(first: bytes, piece: bytes) -> Serve:
    def serve(connection: socket.socket, asked: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(0.02)

    return serve


ENDLESS = {
    "early replies": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header": endless(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "a body": endless(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", b"x"),
    "chunks": endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


def asked(address: str) -> int | None:
    launch = Launch("image", None, {}, 8000, "/", Sandbox())
    copy = Application(FakeEngine(), launch, "run", "net", "app", "look", {})  # type: ignore[arg-type]
    copy.base_url = address
    return copy.answer()


@pytest.mark.parametrize("what", ENDLESS)
def test_what_never_ends_is_no_answer_in_bounded_time(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_ANSWER_SECONDS", 0.3)
    started = time.monotonic()
    with raw_server(ENDLESS[what]) as address:
        assert asked(address) is None
    assert time.monotonic() - started < 2


def test_a_whole_answer_is_its_status() -> None:
    reply = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 1\r\n\r\nx"
    with raw_server(lambda connection, asked: connection.sendall(reply)) as address:
        assert asked(address) == 503
