"""One requirement, explained: the sentence, why it matters, where to read on, and an exchange that passes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from kata.exercise import Exercise, Requirement
from kata.reports.detail import Kind, Part, explain
from kata.results import CheckResult, Exchange, Report, Severity, Status
from kata.samples import Sample, read_contract, resolved, samples, value

#: The address that examples show; where a server answers differs from run to run.
_ADDRESS = "http://127.0.0.1:8000"
#: Reply headers that belong to a server's software and not to the statement.
_NOISE = {"date", "server", "connection", "keep-alive", "x-powered-by", "content-length", "transfer-encoding"}
_MOST = 700
_RFC = re.compile(r"rfc-editor\.org/rfc/rfc(\d+)(?:\.html)?(?:#(?:section|name)-([\w.-]+))?")


def explained(exercise: Exercise, requirement: Requirement) -> tuple[Part, ...]:
    """The parts of the explanation, in reading order; those with nothing to say are left out."""
    example = example_of(exercise, requirement)
    check = CheckResult(
        requirement.id, requirement.title, Status.PASSED, exchanges=(example,) if example is not None else ()
    )
    rename = {"Sent": "A request that passes", "Came back": "And its reply"}
    parts = (
        Part("Statement", (requirement.sentence,)),
        Part("Counts", (_counts(requirement),)),
        Part("Why", (requirement.why,) if requirement.why else ()),
        Part("Read", (_source(requirement.see),), Kind.LINK),
        Part("Try", (requirement.hint,)),
        *(_named(part, rename[part.label]) for part in explain(check, whole=True) if part.label in rename),
    )
    return tuple(part for part in parts if part.lines)


def _named(part: Part, label: str) -> Part:
    """The part under another label, without the time that an example did not take."""
    return replace(part, label=label, lines=tuple(re.sub(r" \(0 ms\)$", "", line) for line in part.lines))


def example_of(exercise: Exercise, requirement: Requirement) -> Exchange | None:
    """The exchange recorded from a right solution; else one that fits the contract, where a route is named."""
    recorded = recorded_examples(exercise).get(requirement.id)
    if recorded is not None:
        return recorded
    contract = read_contract(exercise.contract)
    for sample in samples(contract):
        if f"{sample.method} {sample.path}`" in requirement.sentence:
            return _from_contract(contract, sample)
    return None


def recorded_examples(exercise: Exercise) -> Mapping[str, Exchange]:
    """What examples.json beside the exercise holds: check id -> exchange."""
    file = exercise.folder / "examples.json"
    if not file.is_file():
        return {}
    return {id: _exchange(data) for id, data in json.loads(file.read_text("utf-8")).items()}


def recording(report: Report) -> str:
    """examples.json from the report of a right solution: the last exchange of each check, without what varies."""
    found = {check.id: asdict(_tidied(check.exchanges[-1])) for check in report.checks if check.exchanges}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _tidied(exchange: Exchange) -> Exchange:
    address = re.compile(r"http://127\.0\.0\.1:\d+")
    body, sent = exchange.reply_body, exchange.request_body
    return replace(
        exchange,
        url=address.sub(_ADDRESS, exchange.url)[:_MOST],
        request_headers=tuple((name, value[:_MOST]) for name, value in exchange.request_headers),
        request_body=sent if sent is None or len(sent) <= _MOST else sent[:_MOST] + "…",
        reply_headers=tuple((n, v) for n, v in exchange.reply_headers if n.lower() not in _NOISE),
        reply_body=address.sub(_ADDRESS, body[:_MOST]),
        cut=exchange.cut + len(body.encode()) - len(body[:_MOST].encode()),
        started=0.0,
        seconds=0.0,
    )


def _exchange(data: Mapping[str, Any]) -> Exchange:
    headers = {name: tuple((each[0], each[1]) for each in data[name]) for name in ("request_headers", "reply_headers")}
    return Exchange(**{**data, **headers})


def _from_contract(contract: Mapping[str, Any], sample: Sample) -> Exchange:
    headers = [("Authorization", "Bearer eyJhbGciOi...")] if sample.needs_token else []
    headers += [("Content-Type", sample.media_type)] if sample.body is not None else []
    status, reply = _reply(contract, sample)
    return Exchange(
        method=sample.method,
        url=_ADDRESS + sample.path,
        request_headers=tuple(headers),
        request_body=None if sample.body is None else json.dumps(sample.body, ensure_ascii=False),
        status=status,
        reply_headers=(("content-type", "application/json"),) if reply else (),
        reply_body=reply,
    )


def _reply(contract: Mapping[str, Any], sample: Sample) -> tuple[int, str]:
    """The first 2xx of the operation, and a body that fits it."""
    responses = contract["paths"][sample.path][sample.method.lower()].get("responses", {})
    status = min((code for code in responses if str(code).startswith("2")), default="200")
    schema = _schema(contract, responses.get(status, {}))
    return int(status), json.dumps(value(contract, schema), ensure_ascii=False) if schema else ""


def _schema(contract: Mapping[str, Any], response: Mapping[str, Any]) -> Mapping[str, Any]:
    content = resolved(contract, response).get("content", {})
    return next((described.get("schema", {}) for described in content.values()), {})


def _counts(requirement: Requirement) -> str:
    points = f"{requirement.points} point{'' if requirement.points == 1 else 's'}"
    kind = {Severity.BONUS: "a bonus: you pass without it", Severity.ADVICE: "advice: it costs nothing"}
    return f"{points}, {kind.get(requirement.severity, 'required to pass')}"


def _source(see: str) -> str:
    """ "RFC 9110, section 15.5.2: https://...", or the address alone when it is no RFC."""
    found = _RFC.search(see)
    if found is None:
        return see
    section = f", section {found[2]}" if found[2] and found[2][0].isdigit() else ""
    return f"RFC {found[1]}{section}: {see}"


def as_lines(parts: tuple[Part, ...], width: int) -> Iterator[str]:
    """The parts as text of at most `width` columns; commands and quotations are never folded between words."""
    import textwrap

    for part in parts:
        if part.kind in (Kind.PROSE, Kind.MESSAGE):
            words = f"{part.label}: " + " ".join(part.lines)
            yield from textwrap.wrap(words, max(20, width), subsequent_indent="  ", break_long_words=False)
        elif part.kind is Kind.LINK:
            yield f"{part.label}: {part.lines[0]}"
        else:
            yield f"{part.label}:"
            yield from (f"  {line}" for line in part.lines)
