"""The client goes where the check said and nowhere else, whatever a server answers (53-56)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from tests.raw_server import raw_server

from kata.grader.client import Api
from kata.grader.failure import Failure
from kata.grader.recorder import Recorder

Server = Callable[[str], tuple[Api, list[str]]]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers every request with one header text; its request lines are listed."""
    heads: list[str] = []
    asked: list[str] = []

    def serve(connection: socket.socket, request: bytes) -> None:
        asked.append(request.split(b"\r\n")[0].decode("latin-1"))
        connection.sendall(f"HTTP/1.1 {heads[0]}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))

    with raw_server(serve) as address:

        def answering(head: str) -> tuple[Api, list[str]]:
            heads[:] = [head]
            return Api(address, Recorder()), asked

        yield answering


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/x/",
        "//192.0.2.1/x/",
        "http://127.0.0.1:1/x/",
        "/x",
        "/y",
        "http://[::bad",
        "file:///etc/passwd",
        "\\\\192.0.2.1\\x",
        "http://127.0.0.1@192.0.2.1/x/",
        "\xff\xfe",
        "a" * 5000,
    ],
)
def test_54_to_56_a_redirect_is_a_reply_like_any_other(server: Server, location: str) -> None:
    api, asked = server(f"302 Found\r\nLocation: {location}")
    assert api.get("/x").status == 302
    assert len(asked) == 1


def test_55_a_loop_of_slashes_is_followed_once(server: Server) -> None:
    api, asked = server("301 Moved\r\nLocation: /x/")
    assert api.get("/x").status == 301
    assert asked == ["GET /x HTTP/1.1", "GET /x/ HTTP/1.1"]


@pytest.mark.parametrize("path", ["http://192.0.2.1/x", "https://169.254.169.254/x", "http://a@192.0.2.1:80/x"])
def test_an_absolute_url_of_the_server_keeps_its_path_alone(server: Server, path: str) -> None:
    """What a Location or a body says is requested from the server itself."""
    api, asked = server("200 OK")
    api.get(path)
    assert asked == ["GET /x HTTP/1.1"]


@pytest.mark.parametrize("path", ["//[", "file:///etc/passwd", "ftp://x/y", "x", "", "\x00", "javascript:alert(1)"])
def test_what_is_no_path_is_the_submissions_failure(server: Server, path: str) -> None:
    api, asked = server("200 OK")
    with pytest.raises(Failure):
        api.get(path)
    assert asked == []


@pytest.mark.parametrize("token", ["t\u00f6k\nen", "\u65e5\u672c", "a\x00b", "ends ", ""])
def test_a_token_that_no_client_can_send_is_the_submissions_failure(server: Server, token: str) -> None:
    api, asked = server("200 OK")
    with pytest.raises(Failure, match=r"no client can send .* in a header, and Authorization would need it"):
        api.get("/me", token=token)
    assert asked == []


@pytest.mark.parametrize("tag", ['"\u00fc"', '"a b"', 'W/"x"', ""])
def test_an_etag_is_sent_back_as_it_came(server: Server, tag: str) -> None:
    api, _ = server(f"200 OK\r\nETag: {tag}")
    etag = api.get("/x").header("ETag")
    assert api.get("/x", headers={"If-None-Match": etag}).status == 200


def test_a_body_that_may_not_be_is_counted_where_it_is_not_shown(server: Server) -> None:
    """So that no report says "no body" of a reply that is blamed for its body."""
    api, _ = server("204 No Content\r\nX: 1\r\n\r\nhello")
    assert api.get("/x").exchange.cut > 0
