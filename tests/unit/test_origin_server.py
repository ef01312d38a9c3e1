"""The origin: what applications get from it, what it counts, and that only the token opens its control paths."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from kata.services.origin_server import LARGEST_BODY, Answer, Origin, Request, Server, best_language
from kata.waiting import until

TOKEN = "opensesame"
MUG = {"id": "7", "name": "Mug", "category": "kitchen"}


def origin_with(**resources: Any) -> Origin:
    """An origin without delay; `products_7=...` stands for the path /products/7."""
    paths = {"/" + name.replace("_", "/"): resource for name, resource in resources.items()}
    return Origin({"delay": 0, "resources": paths}, TOKEN)


def get(origin: Origin, path: str, query: str = "", **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return origin.answer(Request("GET", path, query, names))


def put(origin: Origin, path: str, body: Any) -> Answer:
    return origin.answer(Request("PUT", path, body=json.dumps(body).encode()))


def control(origin: Origin, method: str, path: str, query: str = "", body: Any = None) -> Answer:
    content = None if body is None else json.dumps(body).encode()
    return origin.answer(Request(method, f"/control/{TOKEN}{path}", query, body=content))


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_resource_is_served_with_its_body() -> None:
    answer = get(origin_with(products_7={"body": MUG}), "/products/7")
    assert (answer.status, answer.body) == (200, MUG)


def test_an_unknown_path_is_not_found() -> None:
    assert get(origin_with(), "/products/7").status == 404


def test_status_headers_and_delay_are_as_told() -> None:
    told = {"body": MUG, "headers": {"Cache-Control": "no-store"}, "delay": 1.5}
    answer = get(origin_with(products_7=told), "/products/7")
    assert (answer.headers["Cache-Control"], answer.delay) == ("no-store", 1.5)


def test_a_failing_resource_hides_its_body() -> None:
    answer = get(origin_with(products_7={"body": MUG, "status": 503}), "/products/7")
    assert answer.status == 503
    assert "name" not in answer.body


def test_the_documents_delay_holds_where_a_resource_names_none() -> None:
    assert get(Origin({"delay": 0.2, "resources": {"/a": {"body": 1}}}), "/a").delay == 0.2


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("", "en"), ("de", "de"), ("DE-at", "de"), ("fr, de;q=0.5, en;q=0.4", "de"), ("de;q=0, en", "en"), ("*", "en")],
)
def test_languages_are_negotiated(accepted: str, chosen: str) -> None:
    answer = get(
        origin_with(articles_1={"languages": {"en": "Hello", "de": "Hallo"}}), "/articles/1", accept_language=accepted
    )
    assert answer.body == {"en": "Hello", "de": "Hallo"}[chosen]
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (chosen, "Accept-Language")


def test_a_weight_that_is_no_number_is_passed_over() -> None:
    assert best_language("de;q=much, fr;q=0.1", ["en", "fr"]) == "fr"


def test_users_get_their_own_body_and_strangers_the_public_one() -> None:
    origin = origin_with(products_7={"body": MUG, "users": {"alice": {"price": 1}}})
    assert get(origin, "/products/7").body == MUG
    personal = get(origin, "/products/7", authorization="Bearer alice")
    assert (personal.body, personal.headers["Cache-Control"]) == ({"price": 1}, "private")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer mallory"}, {"authorization": "Basic alice"}])
def test_private_resources_ask_strangers_who_they_are(headers: dict[str, str]) -> None:
    answer = get(origin_with(account={"users": {"alice": {}}}), "/account", **headers)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_collection_lists_the_bodies_below_it_that_fit_the_query() -> None:
    cup = {"id": "8", "category": "office"}
    origin = origin_with(products={"items": "/products/"}, products_7={"body": MUG}, products_8={"body": cup})
    assert get(origin, "/products").body == {"items": [MUG, cup]}
    assert get(origin, "/products", "category=office").body == {"items": [cup]}


# -- writing -----------------------------------------------------------------------------------------------------------


def test_put_replaces_the_body_and_creates_what_is_missing() -> None:
    origin = origin_with(products_7={"body": MUG})
    assert put(origin, "/products/7", {"name": "Cup"}).status == 200
    assert put(origin, "/products/9", {"name": "Jug"}).status == 201
    assert [get(origin, f"/products/{number}").body["name"] for number in (7, 9)] == ["Cup", "Jug"]


def test_put_keeps_how_a_resource_behaves() -> None:
    origin = origin_with(products_7={"body": MUG, "delay": 1})
    put(origin, "/products/7", {})
    assert get(origin, "/products/7").delay == 1


def test_delete_removes() -> None:
    origin = origin_with(products_7={"body": MUG})
    assert [origin.answer(Request("DELETE", "/products/7")).status for _ in range(2)] == [204, 404]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_refused_write_changes_nothing(method: str) -> None:
    origin = origin_with(products_7={"body": MUG, "write_status": 409})
    assert origin.answer(Request(method, "/products/7", body=b"{}")).status == 409
    assert get(origin, "/products/7").body == MUG


def test_a_body_that_is_no_json_is_refused() -> None:
    assert origin_with().answer(Request("PUT", "/products/7", body=b"{")).status == 400


def test_other_methods_are_refused_with_those_that_work() -> None:
    assert origin_with().answer(Request("POST", "/products")).headers["Allow"] == "GET, HEAD, PUT, DELETE"


# -- control -----------------------------------------------------------------------------------------------------------


def test_every_call_is_counted_by_path_with_its_headers() -> None:
    origin = origin_with(products_7={"body": MUG})
    get(origin, "/products/7", "a=1", accept_language="de")
    get(origin, "/other")
    (call,) = control(origin, "GET", "/calls", "path=/products/7").body["calls"]
    assert call.pop("at") <= time.monotonic()
    headers = {"accept-language": "de"}
    assert call == {"method": "GET", "path": "/products/7", "query": "a=1", "status": 200, "headers": headers}
    assert len(control(origin, "GET", "/calls").body["calls"]) == 2


def test_resources_are_put_seen_and_removed_whole() -> None:
    origin = origin_with()
    control(origin, "PUT", "/resources/products/7", body={"body": MUG, "status": 500})
    assert get(origin, "/products/7").status == 500
    assert control(origin, "GET", "/resources/products/7").body["status"] == 500
    assert control(origin, "DELETE", "/resources/products/7").status == 204
    assert get(origin, "/products/7").status == 404


def test_control_calls_are_not_counted() -> None:
    origin = origin_with()
    control(origin, "PUT", "/resources/a", body={})
    assert control(origin, "GET", "/calls").body == {"calls": []}


@pytest.mark.parametrize("token", ["", "wrong", "opensesam", "ünsinn"])
def test_a_wrong_token_finds_nothing_and_is_counted(token: str) -> None:
    origin = origin_with()
    assert get(origin, f"/control/{token}/calls").status == 404
    assert len(control(origin, "GET", "/calls").body["calls"]) == 1


def test_an_origin_without_a_token_has_no_control_paths() -> None:
    assert Origin({}).answer(Request("GET", "/control//calls")).status == 404


# -- over the wire -----------------------------------------------------------------------------------------------------


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    """A connection to a running server."""
    resources = {
        "/products/7": {"body": MUG},
        "/slow": {"body": "slow", "delay": 0.3},
        "/crash": {"body": 1, "hang_up": True},
    }
    server = Server(("127.0.0.1", 0), Origin({"delay": 0, "resources": resources}, TOKEN))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    yield client
    client.close()
    server.shutdown()
    server.server_close()
    thread.join()


def ask(client: http.client.HTTPConnection, method: str, path: str, **options: Any) -> tuple[int, bytes]:
    client.request(method, path, **options)
    reply = client.getresponse()
    return reply.status, reply.read()


def test_one_connection_carries_many_requests(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "GET", "/products/7") == (200, json.dumps(MUG).encode())
    assert ask(connection, "HEAD", "/products/7") == (200, b"")
    assert ask(connection, "DELETE", "/products/7") == (204, b"")
    assert ask(connection, "GET", "/products/7")[0] == 404


def test_an_origin_that_hangs_up_says_nothing_and_is_counted(connection: http.client.HTTPConnection) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        ask(connection, "GET", "/crash")
    assert b'"/crash"' in ask(connection, "GET", f"/control/{TOKEN}/calls?path=/crash")[1]


def test_a_body_may_come_in_chunks(connection: http.client.HTTPConnection) -> None:
    chunks = iter([b'{"na', b'me": "Jug"}'])
    assert ask(connection, "PUT", "/products/9", body=chunks, encode_chunked=True)[0] == 201
    assert json.loads(ask(connection, "GET", "/products/9")[1]) == {"name": "Jug"}


@pytest.mark.parametrize("length", [LARGEST_BODY + 1, -1, "many"])
def test_a_body_that_is_too_large_is_not_read(connection: http.client.HTTPConnection, length: object) -> None:
    assert ask(connection, "PUT", "/products/9", headers={"Content-Length": str(length)})[0] == 400


def test_a_slow_resource_holds_up_nobody_else(connection: http.client.HTTPConnection) -> None:
    assert connection.port is not None
    other = http.client.HTTPConnection("127.0.0.1", connection.port, timeout=5)
    connection.request("GET", "/slow")
    assert until(lambda: b"GET" in ask(other, "GET", f"/control/{TOKEN}/calls?path=/slow")[1] or None, 5)
    assert ask(other, "PUT", "/slow", body="1")[0] == 200
    assert connection.getresponse().read() == b'"slow"', "the reply tells the state when the request came"
    other.close()
