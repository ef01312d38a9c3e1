"""HAR 1.2: every exchange, with the fields that developer tools insist on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from kata.reports.har import render
from kata.results import Exchange, Report

REQUEST = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
RESPONSE = {
    "status",
    "statusText",
    "httpVersion",
    "cookies",
    "headers",
    "content",
    "redirectURL",
    "headersSize",
    "bodySize",
}


def entries(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report))["log"]["entries"]
    return found


def with_exchange(report: Report, exchange: Exchange) -> Report:
    return replace(report, checks=(replace(report.checks[2], exchanges=(exchange,)),))


def test_every_exchange_is_an_entry_with_all_required_fields(every_report: tuple[Report, ...]) -> None:
    """Sections 3.1 to 3.5 of the specification."""
    for report in every_report:
        found = entries(report)
        assert len(found) == sum(len(check.exchanges) for check in report.checks)
        for entry in found:
            assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
            assert set(entry["request"]) - {"postData"} == REQUEST
            assert set(entry["response"]) - {"_error"} == RESPONSE


def test_entries_belong_to_the_page_of_their_check(failing: Report) -> None:
    """Developer tools show them under its title."""
    log = json.loads(render(failing))["log"]
    assert log["version"] == "1.2"
    assert {entry["pageref"] for entry in log["entries"]} == {page["id"] for page in log["pages"]}
    assert log["pages"][0]["title"] == "A wrong password is refused (failed)"


def test_sizes_times_cookies_and_query_are_told(failing: Report) -> None:
    """The size counts what was cut; the time is in milliseconds."""
    exchange = replace(failing.checks[2].exchanges[-1], url="http://127.0.0.1:1/a?q=1&q=b%20c#f")
    (entry,) = entries(with_exchange(failing, exchange))
    assert entry["startedDateTime"] == "2026-11-23T00:31:02.125Z"
    assert entry["time"] == entry["timings"]["wait"] == 12.4
    assert entry["request"]["queryString"] == [{"name": "q", "value": "1"}, {"name": "q", "value": "b c"}]
    assert entry["request"]["postData"]["mimeType"] == "application/json"
    assert entry["response"]["content"]["size"] == len(exchange.reply_body) + 1204
    assert entry["response"]["cookies"] == [{"name": "session", "value": "eyJhbGciOiJIUzI1NiJ9"}]


def test_a_reply_that_never_came_is_status_0_with_the_reason(failing: Report) -> None:
    """As browsers export it themselves."""
    exchange = replace(failing.checks[2].exchanges[-1], status=None, reply_headers=(), reply_body="", error="closed")
    (entry,) = entries(with_exchange(failing, exchange))
    assert (entry["response"]["status"], entry["response"]["_error"]) == (0, "closed")


def test_a_time_that_no_calendar_has_does_no_harm(failing: Report) -> None:
    """The file has to open."""
    exchange = replace(failing.checks[2].exchanges[-1], started=-1e300)
    assert entries(with_exchange(failing, exchange))[0]["startedDateTime"] == "1970-01-01T00:00:00.000Z"


def test_an_exchange_that_several_checks_look_at_was_sent_once(failing: Report) -> None:
    """It belongs to the check that it failed."""
    passed, failed = failing.checks[0], failing.checks[2]
    shared = replace(passed, exchanges=failed.exchanges[-1:])
    (last,) = entries(replace(failing, checks=(shared, replace(failed, exchanges=failed.exchanges[-1:]))))
    assert last["pageref"] == failed.id
