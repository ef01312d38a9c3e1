"""A reply is read strictly, and each way of being wrong has its own message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kata.grader.expectations import INVALID, instant, require, same_json, until
from kata.grader.failure import Failure
from kata.grader.reply import Headers, Reply, parse_json
from kata.results import Exchange


def reply(body: bytes | str = b"", status: int = 200, *headers: tuple[str, str], surplus: int = 0) -> Reply:
    data = body.encode() if isinstance(body, str) else body
    return Reply(status, Headers(headers), data, Exchange("GET", "http://127.0.0.1:1/things?x=1"), surplus)


def message(work: Any) -> str:
    with pytest.raises(Failure) as caught:
        work()
    return caught.value.message


def test_status_failures_say_what_was_accepted_and_what_came() -> None:
    assert (
        message(lambda: reply(status=500).expect(201))
        == "GET /things?x=1: expected 201, came 500: the server failed inside"
    )
    assert "expected 400 or 422, came 200 with an empty body" in message(lambda: reply(status=200).expect(INVALID))
    assert "a 4xx status" in message(lambda: reply(status=200).expect(range(400, 500)))
    assert reply(status=422).expect(INVALID).status == 422


def test_a_key_that_is_not_there_is_the_submissions_wherever_it_is_taken_from() -> None:
    order = reply('{"id": 7, "lines": [{"price": 5}]}').json
    assert order == {"id": 7, "lines": [{"price": 5}]}
    assert "has no 'total'; it has the keys id, lines" in message(lambda: order["total"])
    assert "has no 'quantity'" in message(lambda: order["lines"][0]["quantity"])
    assert order.get("total") is None


def test_empty_not_json_missing_and_mistyped_are_told_apart() -> None:
    told = {
        message(lambda: reply(b"").json),
        message(lambda: reply(b"<p>").json),
        message(lambda: reply(b"\xff").json),
        message(lambda: reply('{"a": 1}').field("b")),
        message(lambda: reply('{"a": 1}').field("a", str)),
        message(lambda: reply().header("Location")),
    }
    assert len(told) == 6
    assert "'a' must be a string, but is 1" in message(lambda: reply('{"a": 1}').field("a", str))
    assert "has no 'b'; it has the keys a" in message(lambda: reply('{"a": 1}').field("b"))


@pytest.mark.parametrize(
    "work",
    [
        lambda it: it.expect(201),
        lambda it: it.expect_no_body(),
        lambda it: it.header("Location"),
        lambda it: it.json,
        lambda it: it.field("id"),
        lambda it: require(False, "wrong", reply=it),
    ],
)
def test_a_failure_carries_the_exchange_it_is_about(work: Any) -> None:
    """The report shows that one, whatever was sent before and after it."""
    answer = reply("<p>")
    with pytest.raises(Failure) as caught:
        work(answer)
    assert caught.value.exchange is answer.exchange


def test_a_failure_about_no_single_reply_has_no_exchange() -> None:
    with pytest.raises(Failure) as caught:
        require(1 == 2, "they differ")
    assert caught.value.exchange is None


def test_paths_reach_into_objects_and_lists() -> None:
    found = reply('{"items": [{"id": 7, "tags": ["x"]}], "n": 1.0, "t": true}')
    assert found.field("items[0].id", int) == 7
    assert found.field("items[0].tags[0]", str) == "x"
    assert found.field("n", int) == 1
    assert found.field("items[0].id", float) == 7
    assert not found.has("items[1]")
    assert "must be a whole number" in message(lambda: found.field("t", int))


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "[Infinity]", "1e999", '{"a": 1, "a": 2}', "[" * 100 + "]" * 100, '{"a": "\\ud800"}', "{", "01", '"\t"',
        "1" * 5000, "1" + "0" * 400, '{"a": ["\\udfff"]}', '"\\ud800"',
    ],
)  # fmt: skip
def test_json_that_is_not_strict_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text)


def test_brackets_in_strings_are_no_depth() -> None:
    assert parse_json('"' + "[" * 1000 + '"') == "[" * 1000
    assert parse_json('{"a": "\\"[[[["}') == {"a": '"[[[['}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
        max_leaves=20,
    )
)
def test_what_python_writes_is_read_back(value: Any) -> None:
    import json

    assert parse_json(json.dumps(value)) == value
    same_json(value, value)


def test_headers_ignore_case_and_keep_repeats() -> None:
    headers = Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("Cache-Control", "No-Store, private")])
    assert headers.all("SET-COOKIE") == ["a=1", "b=2"]
    assert "cache-control" in headers
    assert headers.tokens("cache-control") == {"no-store", "private"}
    assert reply(b"", 200, ("Content-Type", "Application/JSON ; charset=utf-8")).media_type == "application/json"


def test_body_where_none_belongs() -> None:
    assert "5 bytes" in message(lambda: reply(b"", 204, surplus=5).expect_no_body())
    assert reply(b"", 204).expect_no_body().status == 204


def test_first_difference_is_named_by_its_path() -> None:
    same_json({"a": [1.0, {"b": 2}], "extra": 1}, {"a": [1, {"b": 2.0}]})
    assert message(lambda: same_json({"a": [1, {"b": 3}]}, {"a": [1, {"b": 2}]})) == "a[1].b: expected 2, came 3"
    assert "a.b: expected 1, nothing came" in message(lambda: same_json({"a": {}}, {"a": {"b": 1}}))
    assert "a: expected a list of 1, came one of 0" in message(lambda: same_json({"a": []}, {"a": [1]}))
    assert "expected true, came 1" in message(lambda: same_json(1, True))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2031-05-09T12:30:00Z", "2031-05-09T12:30:00+00:00"),
        ("2031-05-09t12:30:00.123456789z", "2031-05-09T12:30:00.123456+00:00"),
        ("2031-05-09 14:30:00.5+02:00", "2031-05-09T12:30:00.500000+00:00"),
        ("2031-05-09T00:00:00-05:30", "2031-05-09T05:30:00+00:00"),
    ],
)
def test_dates_are_compared_as_instants(text: str, utc: str) -> None:
    from datetime import UTC

    assert instant(text).astimezone(UTC).isoformat() == utc


@pytest.mark.parametrize("text", ["2031-05-09T12:30:00", "2031-05-09", "yesterday", 7, None, "2031-02-30T00:00:00Z"])
def test_what_is_no_date_is_refused(text: object) -> None:
    assert message(lambda: instant(text))


def test_require_shows_both_values() -> None:
    require(True, "never said")
    assert (
        message(lambda: require(False, "the totals differ", expected=1, actual="x"))
        == 'the totals differ; expected 1; came "x"'
    )


def test_until_polls_and_gives_up() -> None:
    values = iter([0, 0, 7])
    assert until(lambda: next(values), seconds=2, every=0.001) == 7
    assert until(lambda: 0, seconds=0.01, every=0.001) is None
