"""Each known mistake is recognised from what it leaves behind, and nothing is claimed of what merely looks alike."""

from __future__ import annotations

import pytest

from kata.mistakes import in_log, missing_route, recognised
from kata.results import CheckResult, Exchange, Status

JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html"),)


def failed(
    message: str = "", method: str = "GET", status: int = 200, headers=(), body: str = "", log=()
) -> CheckResult:
    exchange = Exchange(method, "http://127.0.0.1:8000/books", status=status, reply_headers=headers, reply_body=body)
    return CheckResult("a", "A", Status.FAILED, message=message, exchanges=(exchange,), app_log=log)


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (failed("expected 200, came 308", status=308, headers=(("Location", "/books/"),)), "trailing slash"),
        (failed("expected 204, came 400", "OPTIONS", 400, body="Disallowed CORS method"), "CORS middleware answered"),
        (failed("no Allow header", "OPTIONS", 204, (("Access-Control-Allow-Methods", "GET"),)), "CORS middleware"),
        (failed("POST /books: expected 400, came 422", "POST", 422, JSON, "{}"), "422 to what fails validation"),
        (failed('"2031-05-09T12:30:00" is no RFC 3339 date-time such as 2031-05-09T12:30:00Z'), "no offset"),
        (failed("expected application/json, no Content-Type came", body="{}"), "has a body but no Content-Type"),
        (failed("Content-Type is text/html", headers=(("content-type", "text/html"),), body='{"a": 1}'), "is JSON but"),
        (
            failed("the body is no JSON", status=500, headers=(("content-type", "text/html"),), body="<html>"),
            "HTML page",
        ),
        (failed("expected 201, came 404", "POST", 404, body="<pre>Cannot POST /books</pre>"), "no route POST /books"),
        (failed("expected 201, came 404", "POST", 404, JSON, '{"detail":"Not Found"}'), "no route POST /books"),
        (failed("expected 200, came 404", status=404, body="404 page not found\n"), "no route GET /books"),
        (failed("expected 200, came 405", "PUT", 405, JSON, "{}"), "but not with PUT"),
        (
            failed("came 500", log=("TypeError: Cannot read properties of undefined (reading 'body')",)),
            "express.json()",
        ),
    ],
)
def test_a_mistake_in_an_exchange_is_named(check: CheckResult, sentence: str) -> None:
    said = recognised(check, f"{check.exchanges[0].method} /books")
    assert sentence in said
    assert said.count(". ") == 0


def test_a_route_that_answered_before_is_not_missing() -> None:
    """FastAPI says the same of a book that is not there as of a route."""
    check = failed("expected 200, came 404", "GET", 404, JSON, '{"detail":"Not Found"}')
    assert missing_route(check, "GET /books") == "no route GET /books"
    assert missing_route(check, "") == recognised(check, "") == ""


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", "localhost:5432, where nothing runs"),
        ("Error: connect ECONNREFUSED ::1:6379", "the address in REDIS_URL"),
        ('connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused', "DATABASE_URL"),
        ("redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.", "REDIS_URL"),
        ("dial tcp 127.0.0.1:5432: connect: connection refused", "DATABASE_URL"),
        ("Can't connect to MySQL server on 'localhost:3306' ([Errno 111])", "DATABASE_URL"),
        ("ModuleNotFoundError: No module named 'jwt'", "package jwt is not installed"),
        ("Error: Cannot find module 'express'", "package express is not installed"),
        ('psycopg.errors.UndefinedTable: relation "users" does not exist', "table users is not there"),
        ('ERROR: relation "users" already exists', "CREATE TABLE IF NOT EXISTS"),
        ("TypeError: Object of type UUID is not JSON serializable", "type UUID"),
        ("KeyError: 'SESSION_KEY'", "variable SESSION_KEY is not set"),
        ("FATAL: sorry, too many clients already", "connections run out"),
        ("getaddrinfo ENOTFOUND db.example.com", "name db.example.com leads nowhere"),
        ("PermissionError: [Errno 13] Permission denied: '/app/data.json'", "may not write to /app/data.json"),
        ("Error: listen EADDRINUSE: address already in use", "listen twice"),
    ],
)
def test_a_mistake_in_the_log_is_named(line: str, sentence: str) -> None:
    assert sentence in in_log(("before", line, "after"))


@pytest.mark.parametrize(
    "check",
    [
        failed("expected 200, came 302", status=302, headers=(("Location", "/login"),)),
        failed("expected 400 or 422, came 422 without a body", "POST", 422),
        failed("expected 404, came 422", "POST", 422),
        failed('"yesterday" is no RFC 3339 date-time'),
        failed("expected 201, came 200", body="hello", headers=(("content-type", "text/plain"),)),
        failed("no Allow header", "OPTIONS", 204),
        failed("expected 200, came 404", "GET", 404, JSON, '{"detail":"no such book"}'),
        failed("expected 405, came 404", "DELETE", 404, JSON, '{"detail":"Not Found"}'),
        failed("POST /books: the 405 reply has no Allow header", "POST", 405),
        failed("wrong form; expected \"application/json\"; came \"text/html\"", headers=HTML, body="<p>Hello</p>"),
        failed("expected 404, came 200", log=("KeyError: 'id'", "connected to 127.0.0.1:5432")),
        failed("expected 404, came 200", log=("connect ECONNREFUSED postgres:5432",)),
    ],
)  # fmt: skip
def test_what_merely_looks_alike_is_left_alone(check: CheckResult) -> None:
    assert recognised(check, f"{check.exchanges[0].method} /books" if check.exchanges else "") == ""


def test_the_last_line_of_the_log_counts() -> None:
    assert "SESSION_KEY" in in_log(("ModuleNotFoundError: No module named 'jwt'", "KeyError: 'SESSION_KEY'"))


@pytest.mark.parametrize("location", ["http://[::bad", "//[", "\x00", "http://x:99999999/", "?#", "", "[" * 5000])
def test_a_location_that_is_no_url_is_no_mistake_of_ours(location: str) -> None:
    """What a server writes never ends the run that tells about it."""
    assert recognised(failed("expected 200, came 301", status=301, headers=(("Location", location),))) == ""
