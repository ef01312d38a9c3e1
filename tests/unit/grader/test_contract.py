"""Every reply is held against openapi.yaml, and only against what it says."""

from __future__ import annotations

import pytest
import yaml

from kata.grader.contract import Contract
from kata.grader.reply import Headers, Reply
from kata.results import Exchange

DOCUMENT = yaml.safe_load("""
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /things/{id}:
    get:
      responses:
        "200": {description: One, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        "204": {description: None}
        "4XX": {$ref: "#/components/responses/Error"}
  /things/best:
    get:
      responses:
        "200": {description: Text, content: {text/plain: {}}}
components:
  responses:
    Error: {description: No, content: {application/problem+json: {schema: {type: object, required: [title]}}}}
  schemas:
    Thing: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: [string, "null"]}}}
""")


def problems(path: str, body: str, status: int = 200, kind: str = "application/json", method: str = "GET") -> list[str]:
    exchange = Exchange(method, f"http://127.0.0.1:1{path}")
    return Contract(DOCUMENT, "/api").see(Reply(status, Headers([("Content-Type", kind)]), body.encode(), exchange))


def test_right_reply_breaks_nothing() -> None:
    assert problems("/api/things/7?x=1", '{"id": 7, "name": null, "more": 1}') == []
    assert problems("/api/things/7", '{"id": 7, "name": "a"}', kind="application/json; charset=utf-8") == []
    assert problems("/api/things/best", "x", kind="Text/Plain") == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"id": "7", "name": "a"}', "GET /things/{id} 200: $.id breaks 'type'"),
        ('{"id": 7}', "$ breaks 'required'"),
        ("<p>", "the body is not JSON"),
        ("", "the body of the 200 reply is empty"),
    ],
)
def test_what_breaks_the_schema_is_named_by_its_path(body: str, says: str) -> None:
    assert says in problems("/things/7", body)[0]


def test_wrong_media_type_and_surplus_body_are_told() -> None:
    assert "Content-Type is text/html" in problems("/things/7", "{}", kind="text/html")[0]
    assert "no body here" in problems("/things/7", "{}", status=204)[0]


def test_errors_are_held_by_class_and_any_json_media_type_will_do() -> None:
    assert problems("/things/7", '{"title": "no"}', status=404) == []
    assert "required" in problems("/things/7", "{}", status=404)[0]


def test_what_the_contract_does_not_list_is_no_violation() -> None:
    assert problems("/things/7", "what", status=302) == []
    assert problems("/other", "what") == []
    assert problems("/things/7", "what", method="POST") == []
    assert problems("/things/7", "what", status=500) == []


def test_an_operation_is_missing_until_anything_but_404_comes_from_it() -> None:
    contract = Contract(DOCUMENT, "/api")
    one, best, other = (Exchange("GET", f"http://127.0.0.1:1/api/{path}") for path in ("things/7", "things/best", "x"))
    for exchange, status in ((one, 404), (best, 406), (other, 200)):
        contract.see(Reply(status, Headers([]), b"", exchange))
    assert [contract.missing(each) for each in (one, best, other)] == ["GET /things/{id}", "", ""]


def test_violations_are_kept_once_each() -> None:
    contract = Contract(DOCUMENT)
    reply = Reply(200, Headers([]), b"{}", Exchange("GET", "http://127.0.0.1:1/things/7"))
    contract.see(reply)
    contract.see(reply)
    assert len(contract.violations) == 1


def test_huge_bodies_are_not_validated() -> None:
    assert problems("/things/7", "[" + "0," * 200_000 + "0]") == []
