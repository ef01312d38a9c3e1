"""HTTP Archive 1.2: every exchange, for a browser's developer tools.

Format: http://www.softwareishard.com/blog/har-12-spec/
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from kata.reports.cleaning import cleaned
from kata.reports.wording import reason, summary
from kata.results import CheckResult, Exchange, Headers, Report, Status


def render(report: Report) -> str:
    """One page a check that talked to the server, one entry an exchange, in the order they were sent."""
    report = cleaned(report)
    pairs = _sent(report)
    talked = {check.id: check for check, _ in pairs}
    log = {
        "version": "1.2",
        "creator": {"name": "kata", "version": report.kata_version},
        "pages": [_page(check) for check in talked.values()],
        "entries": [_entry(check, exchange) for check, exchange in sorted(pairs, key=lambda pair: pair[1].started)],
        "comment": f"{report.exercise} {report.exercise_version}: {summary(report)}",
    }
    return json.dumps({"log": log}, indent=2, allow_nan=False) + "\n"


def _sent(report: Report) -> list[tuple[CheckResult, Exchange]]:
    """Each exchange once, although several checks may look at it: with one that it failed, else with the first."""
    ranked = sorted(report.checks, key=lambda check: check.status is not Status.FAILED)
    owners = {exchange: check.id for check in reversed(ranked) for exchange in check.exchanges}
    every = ((check, exchange) for check in report.checks for exchange in dict.fromkeys(check.exchanges))
    return [(check, exchange) for check, exchange in every if owners[exchange] == check.id]


def _page(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": f"{check.title or check.id} ({check.status.value})",
        "startedDateTime": _instant(check.exchanges[0].started),
        "pageTimings": {"onContentLoad": -1, "onLoad": -1},
    }


def _entry(check: CheckResult, exchange: Exchange) -> dict[str, Any]:
    milliseconds = round(max(0.0, exchange.seconds) * 1000, 3)
    return {
        "pageref": check.id,
        "startedDateTime": _instant(exchange.started),
        "time": milliseconds,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": f"{check.id}: {check.status.value}",
        # Without it Chromium takes the first exchange of a page for a document and JSON for a script.
        "_resourceType": "fetch",
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    body = exchange.request_body
    request = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [cookie for line in _all(exchange.request_headers, "cookie") for cookie in _cookies(line)],
        "headers": _headers(exchange.request_headers),
        "queryString": _query(exchange.url),
        "headersSize": -1,
        "bodySize": _size(body or ""),
    }
    if body is None:
        return request
    return {**request, "postData": {"mimeType": _media_type(exchange.request_headers), "text": body}}


def _response(exchange: Exchange) -> dict[str, Any]:
    size = _size(exchange.reply_body) + exchange.cut
    response = {
        "status": exchange.status or 0,
        # Of a reply that never came, Chromium shows this text where the status would stand.
        "statusText": reason(exchange.status) if exchange.status else exchange.error or "",
        "httpVersion": "HTTP/1.1",
        "cookies": [_cookies(line)[0] for line in _all(exchange.reply_headers, "set-cookie")],
        "headers": _headers(exchange.reply_headers),
        "content": _content(exchange, size),
        "redirectURL": next(iter(_all(exchange.reply_headers, "location")), ""),
        "headersSize": -1,
        "bodySize": size if exchange.status else -1,
    }
    # Browsers export a failed exchange as status 0 with the reason in this field, and show it again.
    return response if exchange.error is None else {**response, "_error": exchange.error}


def _content(exchange: Exchange, size: int) -> dict[str, Any]:
    content = {"size": size, "mimeType": _media_type(exchange.reply_headers), "text": exchange.reply_body}
    return {**content, "comment": f"{exchange.cut} bytes are not kept"} if exchange.cut else content


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _all(headers: Headers, wanted: str) -> list[str]:
    return [value for name, value in headers if name.lower() == wanted]


def _media_type(headers: Headers) -> str:
    return next(iter(_all(headers, "content-type")), "")


def _cookies(line: str) -> list[dict[str, str]]:
    pairs = (piece.strip().partition("=") for piece in line.split(";"))
    return [{"name": name, "value": value} for name, _, value in pairs]


def _query(url: str) -> list[dict[str, str]]:
    query = url.partition("#")[0].partition("?")[2]
    return [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _instant(seconds: float) -> str:
    """RFC 3339 with milliseconds; a time that no calendar has is the epoch."""
    known = seconds if 0 <= seconds < 253_402_300_799 else 0.0
    return datetime.fromtimestamp(known, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
