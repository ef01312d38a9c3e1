"""Properties of all reports: one score in every format, and a JSON form that loses nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from kata.reports import WRITERS
from kata.reports.cleaning import cleaned
from kata.reports.json import parse, render
from kata.reports.outcomes import START, optional
from kata.results import CheckResult, Exchange, Family, Phase, Report, Severity, Status, Verdict
from kata.schemas import first_error

ENVIRONMENT = dict.fromkeys(
    ("CLASSROOM", "ASSIGNMENT", "OWNER", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL", "USERNAME"), "x"
) | {"SUBMISSION_TAG": "submit/1", "COMMIT_DATE": "2026-11-23T00:31:01Z"}

#: Every character there is, lone surrogates and controls included.
wild = st.text(st.characters(exclude_categories=()), max_size=12)
wilds = st.lists(wild, max_size=3).map(tuple)
pairs = st.lists(st.tuples(wild, wild), max_size=3).map(tuple)
maps = st.dictionaries(wild, wild, max_size=3).map(lambda found: tuple(found.items()))
seconds = st.floats(min_value=0, max_value=1e6)
names = st.from_regex(r"[a-z]{1,6}(-[a-z]{1,6}){0,2}", fullmatch=True)

exchanges = st.builds(
    Exchange,
    method=wild,
    url=wild,
    request_headers=pairs,
    request_body=st.none() | wild,
    status=st.none() | st.integers(100, 999),
    reply_headers=pairs,
    reply_body=wild,
    cut=st.integers(0, 10**9),
    error=st.none() | wild,
    started=st.floats(allow_nan=False, allow_infinity=False),
    seconds=seconds,
)


@st.composite
def checks(draw: st.DrawFn, id: str) -> CheckResult:
    """A check whose points agree with its status."""
    status, severity = draw(st.sampled_from(Status)), draw(st.sampled_from(Severity))
    worth = 0 if severity is Severity.ADVICE else draw(st.integers(0, 2000))
    return CheckResult(id, id, status, severity, worth * (status is Status.PASSED), worth, message=draw(names))


@st.composite
def graded(draw: st.DrawFn) -> Report:
    """A report as a run writes it, with ordinary texts."""
    ids = draw(st.lists(names, unique=True, max_size=6))
    found = tuple(draw(checks(id)) for id in ids)
    verdict = draw(st.sampled_from(Verdict))
    return Report("06-auth", "1.0.0", "Title", verdict, message=draw(names), checks=found)


@st.composite
def anything(draw: st.DrawFn) -> Report:
    """A report with any text anywhere."""
    check = st.builds(
        CheckResult,
        wild,
        wild,
        st.sampled_from(Status),
        st.sampled_from(Severity),
        st.integers(0, 100),
        st.integers(0, 100),
        wild,
        wild,
        wild,
        wild,
        wild,
        wild,
        wilds,
        st.lists(exchanges, max_size=2).map(tuple),
        st.none() | st.integers(0, 3),
        wilds,
        seconds,
    )
    phases = st.lists(st.builds(Phase, wild, seconds, wild), max_size=2).map(tuple)
    found = st.lists(check, max_size=3).map(tuple)
    return draw(
        st.builds(
            Report,
            *(wild, wild, wild, st.sampled_from(Verdict), wild, wild, wild, wild, wild, wild, wild, maps, maps),
            *(st.integers(), wild, wild, phases, found, wilds, wilds, st.booleans(), st.booleans()),
            details=st.dictionaries(wild, wild, max_size=2),
        )
    )


@settings(deadline=None)
@given(anything())
def test_json_loses_nothing(report: Report) -> None:
    """What is read back is the report, every text harmless; and a harmless report comes back as it is."""
    clean = cleaned(report)
    assert parse(render(report)) == clean
    assert cleaned(clean) == clean
    assert first_error("report", json.loads(render(report))) is None


@settings(deadline=None)
@given(anything())
def test_every_writer_copes_with_anything(report: Report) -> None:
    """No text, number or combination makes a writer fail."""
    for name in WRITERS:
        written(name, report).encode("utf-8")


def written(name: str, report: Report) -> str:
    return WRITERS[name].render(report, token="t0k3n-t0k3n", environment=ENVIRONMENT)


def statuses(report: Report) -> dict[str, str]:
    return {check.id: check.status.value for check in report.checks}


@settings(deadline=None)
@given(graded())
def test_json_and_tap_and_gradescope_tell_one_score(report: Report) -> None:
    """Formats that have room for everything tell the score and each status as they are."""
    data = json.loads(written("json", report))
    assert {check["id"]: check["status"] for check in data["checks"]} == statuses(report)
    tap = written("tap", report)
    found = dict(re.findall(r'id: "(.*)"\n  status: (\w+)', tap))
    found.pop(START, None)
    assert found == statuses(report)
    gradescope = json.loads(written("gradescope", report))
    score = None if report.verdict is Verdict.NOT_GRADED else report.score
    assert data["score"] == gradescope.get("score") == score
    assert (f"\n# score {score}\n" in tap) is (score is not None)
    assert "tests" not in gradescope or _from_gradescope(gradescope) == statuses(report)


def _from_gradescope(data: dict[str, list[dict[str, dict[str, str]]]]) -> dict[str, str]:
    extra = [test["extra_data"] for test in data["tests"]]
    return {each["id"]: each["status"] for each in extra if each["id"] != START}


@settings(deadline=None)
@given(graded())
def test_junit_tells_one_score(report: Report) -> None:
    """The score is a property; a failed bonus or advice is the only status that reads differently."""
    root = etree.fromstring(written("junit", report).encode())
    score = "" if report.verdict is Verdict.NOT_GRADED else str(report.score)
    assert root.xpath("//property[@name='kata.score']/@value") == [score]
    words = {"failure": "failed", "error": "error", "skipped": "skipped"}
    found = {case.get("name"): words[case[0].tag] if len(case) else "passed" for case in root.iter("testcase")}
    found.pop(START, None)
    milder = {check.id for check in report.checks if optional(check) and check.status is Status.FAILED}
    assert found == {id: "skipped" if id in milder else status for id, status in statuses(report).items()}


@settings(deadline=None)
@given(graded())
def test_pages_for_people_tell_one_score(report: Report) -> None:
    """Terminal, web page, annotations, summary, outputs and archive: the same words."""
    told = re.compile(r"([\d,]+) of [\d,]+ points?(?: \+ ([\d,]+) bonus)?")
    outputs = dict(re.findall(r"(\w+)<<t0k3n-t0k3n\n(.*)\n", written("github-output", report)))
    score = None if report.verdict is Verdict.NOT_GRADED else report.score
    assert outputs == {
        "score": "" if score is None else str(score),
        "max_score": str(report.max_score),
        "verdict": report.verdict.value,
    }
    page = lxml_html.fromstring(written("html", report))
    expected = [] if score is None or not (score or report.max_score) else [score]
    for verdict in (
        page.xpath("string(//p[@class='verdict'])"),
        written("text", report).splitlines()[2],
        written("github", report).splitlines()[0],
        written("github-summary", report).splitlines()[2].replace("\\", ""),
        json.loads(written("har", report))["log"]["comment"],
    ):
        assert [int(a.replace(",", "")) + int(b.replace(",", "") or 0) for a, b in told.findall(verdict)] == expected
    rows = page.xpath("//tbody/tr/td[1]/span/text()")
    assert [word.replace("not checked", "error") for word in rows] == list(statuses(report).values())


@settings(deadline=None)
@given(graded())
def test_learning_platforms_tell_one_score(report: Report) -> None:
    """As far as each can: a cap, a share, or null instead of a status."""
    exercism = json.loads(written("exercism", report))
    if report.verdict.family is not Family.GRADED:
        assert exercism["status"] == "error"
        assert json.loads(written("prairielearn", report))["gradable"] is False
        return
    words = {"passed": "pass", "failed": "fail", "skipped": "fail", "error": "error"}
    assert [test["status"] for test in exercism["tests"]] == [words[status] for status in statuses(report).values()]
    classroom = json.loads(written("classroom50", report))
    assert classroom["score"] == min(report.score, report.max_score)
    assert {test["id"]: test["status"] for test in classroom["tests"]} == statuses(report)
    check50 = json.loads(written("check50", report))["results"]
    assert sum(result["data"]["points"] for result in check50) == report.score
    three = {"passed": True, "failed": False, "skipped": None, "error": None}
    assert [result["passed"] for result in check50] == [three[status] for status in statuses(report).values()]
    share = json.loads(written("prairielearn", report))["score"]
    assert not report.max_score or share == min(1.0, report.score / report.max_score)


@settings(deadline=None)
@given(graded())
def test_a_bonus_lifts_the_score_and_not_the_maximum(report: Report) -> None:
    """The maximum is what is required."""
    bonus = CheckResult("extra", "extra", Status.PASSED, Severity.BONUS, 7, 7)
    lifted = replace(report, checks=(*report.checks, bonus))
    assert (lifted.score, lifted.max_score) == (report.score + 7, report.max_score)
    assert first_error("report", json.loads(render(lifted))) is None
