"""JUnit XML, as Jenkins, GitLab and most CI systems read it (schema: junit-10.xsd of the Jenkins xUnit plugin)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, headline, optional, outcomes
from kata.reports.wording import score_of
from kata.results import CheckResult, Report, Status

#: Everything but the characters of XML 1.0, section 2.2.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """One suite with one case a check; a missed bonus or advice is shown as skipped, so that it fails no build."""
    report = cleaned(report)
    root = ElementTree.Element("testsuites", _counts(report))
    suite = ElementTree.SubElement(root, "testsuite", _counts(report))
    suite.set("skipped", str(_count(report, "skipped")))
    suite.set("timestamp", _text(report.started))
    suite.append(_properties(report))
    suite.extend(_case(report, check) for check in outcomes(report))
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _counts(report: Report) -> dict[str, str]:
    return {
        "name": _text(f"kata {report.exercise}"),
        "tests": str(len(outcomes(report))),
        "failures": str(_count(report, "failure")),
        "errors": str(_count(report, "error")),
        "time": _seconds(sum(phase.seconds for phase in report.phases)),
    }


def _count(report: Report, tag: str) -> int:
    return sum(_tag(check) == tag for check in outcomes(report))


def _properties(report: Report) -> ElementTree.Element:
    score = score_of(report)
    values = {
        "kata.version": report.kata_version,
        "kata.exercise": f"{report.exercise} {report.exercise_version}",
        "kata.verdict": report.verdict.value,
        "kata.score": "" if score is None else str(score),
        "kata.bonus": "" if score is None else str(report.bonus),
        "kata.max_score": str(report.max_score),
        "kata.submission": report.submission,
        "kata.digest": report.digest,
        "kata.stack": report.stack,
        "kata.seed": str(report.seed),
    }
    element = ElementTree.Element("properties")
    for name, value in values.items():
        ElementTree.SubElement(element, "property", {"name": name, "value": _text(value)})
    return element


def _case(report: Report, check: CheckResult) -> ElementTree.Element:
    names = {"classname": _text(report.exercise), "name": _text(check.id), "time": _seconds(check.seconds)}
    case = ElementTree.Element("testcase", names)
    tag = _tag(check)
    if tag == "skipped":
        word = f"{check.severity}, {check.status}: " if check.status is Status.FAILED else ""
        ElementTree.SubElement(case, tag, {"message": _text(word + headline(check))}).text = _text(explanation(check))
    elif tag:
        attributes = {"message": _text(headline(check)), "type": _text(check.cause or check.status.value)}
        ElementTree.SubElement(case, tag, attributes).text = _text(explanation(check))
    return case


def _tag(check: CheckResult) -> str:
    if check.status is Status.FAILED:
        return "skipped" if optional(check) else "failure"
    return {Status.SKIPPED: "skipped", Status.ERROR: "error"}.get(check.status, "")


def _seconds(seconds: float) -> str:
    return f"{max(0.0, seconds):.3f}"


def _text(text: str) -> str:
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
