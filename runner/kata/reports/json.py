"""The JSON form of a report, exact and complete: schemas/report.schema.json describes it, and `parse` reads it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.wording import bonus_of, score_of
from kata.results import CheckResult, Exchange, Headers, Phase, Report, Severity, Status, Verdict

SCHEMA = "kata/report/v1"


def render(report: Report) -> str:
    """The report as JSON in plain ASCII. A report that was not graded has the score null, never 0."""
    return json.dumps(_report(cleaned(report)), indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def parse(text: str) -> Report:
    """The report that `render` wrote. Raises ValueError when the text is no such report."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError(f"not a {SCHEMA} report")
    try:
        return _parse_report(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a whole {SCHEMA} report: {error!r}") from error


def _report(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "kata_version": report.kata_version,
        "exercise": {"id": report.exercise, "version": report.exercise_version, "title": report.title},
        "submission": {"name": report.submission, "digest": report.digest},
        "stack": {"name": report.stack, "why": report.stack_why, "override": report.override},
        "images": dict(report.images),
        "limits": dict(report.limits),
        "seed": report.seed,
        "started": report.started,
        "phases": [{"name": phase.name, "seconds": phase.seconds, "note": phase.note} for phase in report.phases],
        "verdict": _verdict(report),
        "score": score_of(report),
        "bonus": bonus_of(report),
        "max_score": report.max_score,
        "checks": [_check(check) for check in report.checks],
        "warnings": list(report.warnings),
        "log_tail": list(report.log_tail),
        "details": report.details,
    }


def _verdict(report: Report) -> dict[str, Any]:
    return {
        "name": report.verdict.value,
        "family": report.verdict.family.value,
        "message": report.message,
        "hint": report.hint,
        "exit_code": report.exit_code,
        "advisory": report.advisory,
        "partial": report.partial,
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "status": check.status.value,
        "severity": check.severity.value,
        "points": check.points,
        "max_points": check.max_points,
        "sentence": check.sentence,
        "message": check.message,
        "hint": check.hint,
        "see": check.see,
        "cause": check.cause,
        "blocked_by": check.blocked_by,
        "warnings": list(check.warnings),
        "exchanges": [_exchange(exchange) for exchange in check.exchanges],
        "failing": check.failing,
        "app_log": list(check.app_log),
        "seconds": check.seconds,
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "url": exchange.url,
        "request_headers": _headers(exchange.request_headers),
        "request_body": exchange.request_body,
        "status": exchange.status,
        "reply_headers": _headers(exchange.reply_headers),
        "reply_body": exchange.reply_body,
        "cut": exchange.cut,
        "error": exchange.error,
        "started": exchange.started,
        "seconds": exchange.seconds,
        "curl": exchange.as_curl(),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _parse_report(data: Mapping[str, Any]) -> Report:
    exercise, submission, stack, verdict = (data[name] for name in ("exercise", "submission", "stack", "verdict"))
    return Report(
        exercise=exercise["id"],
        exercise_version=exercise["version"],
        title=exercise["title"],
        verdict=Verdict(verdict["name"]),
        message=verdict["message"],
        hint=verdict["hint"],
        submission=submission["name"],
        digest=submission["digest"],
        stack=stack["name"],
        stack_why=stack["why"],
        override=stack["override"],
        images=tuple(data["images"].items()),
        limits=tuple(data["limits"].items()),
        seed=data["seed"],
        started=data["started"],
        kata_version=data["kata_version"],
        phases=tuple(Phase(**phase) for phase in data["phases"]),
        checks=tuple(_parse_check(check) for check in data["checks"]),
        warnings=tuple(data["warnings"]),
        log_tail=tuple(data["log_tail"]),
        advisory=verdict["advisory"],
        partial=verdict["partial"],
        details=data["details"],
    )


def _parse_check(data: Mapping[str, Any]) -> CheckResult:
    changed = {
        "status": Status(data["status"]),
        "severity": Severity(data["severity"]),
        "warnings": tuple(data["warnings"]),
        "exchanges": tuple(_parse_exchange(exchange) for exchange in data["exchanges"]),
        "app_log": tuple(data["app_log"]),
    }
    return CheckResult(**{**data, **changed})


def _parse_exchange(data: Mapping[str, Any]) -> Exchange:
    stored = {name: value for name, value in data.items() if name != "curl"}
    headers = {name: _parse_headers(data[name]) for name in ("request_headers", "reply_headers")}
    return Exchange(**{**stored, **headers})


def _parse_headers(items: list[dict[str, str]]) -> Headers:
    return tuple((item["name"], item["value"]) for item in items)
