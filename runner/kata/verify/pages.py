"""The outcome of a verification as data and as one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from kata.exercise import Exercise
from kata.verify.matrix import Problem
from kata.verify.repeats import Repeats, repeats
from kata.verify.trial import Outcome


def as_data(
    exercise: Exercise,
    trouble: Sequence[Problem],
    outcomes: Sequence[Outcome],
    unfinished: Sequence[str] = (),
    whole: bool = True,
) -> dict[str, Any]:
    """{exercise, version, proven, problems, submissions: [{id, verdict, score, failed, skipped, seconds, ...}],
    repeats: [{id, runs, same, results}], unfinished: [id]}; `submissions` has one entry for each run.
    Only the `whole` of an exercise's submissions prove it."""
    return {
        "exercise": exercise.id,
        "version": exercise.version,
        "proven": whole and bool(outcomes) and not trouble and not unfinished,
        "checks": [requirement.id for requirement in exercise.requirements],
        "problems": [{"about": problem.about, "text": problem.text} for problem in trouble],
        "submissions": [
            {
                "id": outcome.proof.id,
                "why": outcome.proof.why,
                "verdict": outcome.report.verdict.value,
                "message": outcome.report.message,
                "score": outcome.report.score,
                "failed": sorted(outcome.failed),
                "skipped": sorted(outcome.skipped),
                "seconds": round(outcome.seconds, 3),
            }
            for outcome in outcomes
        ],
        "repeats": [_repeated(each) for each in repeats(outcomes)],
        "unfinished": list(unfinished),
    }


def _repeated(each: Repeats) -> dict[str, Any]:
    results = [{"times": times, **asdict(result)} for result, times in each.results]
    return {"id": each.id, "runs": each.runs, "same": each.same, "results": results}


_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; }
th, td { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .2rem .45rem; }
tbody th { text-align: left; font-weight: normal; white-space: nowrap; position: sticky; left: 0; background: Canvas; }
thead th { vertical-align: bottom; }
thead span { writing-mode: vertical-rl; white-space: nowrap; }
.fails { background: #b3261e; color: #fff; font-weight: bold; }
.skipped { background: color-mix(in srgb, currentColor 12%, transparent); }
.bad { color: #b3261e; font-weight: bold; }
"""


def as_page(data: Sequence[dict[str, Any]]) -> str:
    """The kill matrices of one verification: checks down, wrong submissions across."""
    body = "\n".join(_section(each) for each in data)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Kill matrix</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body><main>\n{body}\n</main></body></html>\n"
    )


def _section(data: dict[str, Any]) -> str:
    latest = {each["id"]: each for each in data["submissions"]}.values()
    wrong = [each for each in latest if each["id"].startswith("wrong/")]
    right = [each for each in latest if each["id"].startswith("right/")]
    head = "".join(f'<th scope="col"><span>{escape(each["id"].split("/", 1)[1])}</span></th>' for each in wrong)
    rows = "".join(_row(check, wrong) for check in data["checks"])
    problems = "".join(f"<li class=bad>{escape(p['about'])}: {escape(p['text'])}</li>" for p in data["problems"])
    scores = ", ".join(f"{escape(each['id'])} {each['score']}" for each in right)
    return (
        f"<h1>{escape(data['exercise'])} {escape(data['version'])}: {_state(data)}</h1><ul>{problems}</ul>"
        f"{_unfinished(data)}<p>Right submissions: {scores}</p>"
        f'<div class="wide" tabindex="0" role="region" aria-label="Kill matrix of {escape(data["exercise"])}">'
        f'<table><thead><tr><th scope="col">check</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _state(data: dict[str, Any]) -> str:
    if data["unfinished"]:
        return "interrupted"
    if data["problems"]:
        return f"{len(data['problems'])} problems"
    return "proven" if data["proven"] else "as expected, so far as it was run"


def _unfinished(data: dict[str, Any]) -> str:
    names = ", ".join(escape(id) for id in data["unfinished"])
    return f"<p class=bad>not finished: {names}</p>" if names else ""


def _row(check: str, wrong: Sequence[dict[str, Any]]) -> str:
    cells = []
    for each in wrong:
        if check in each["failed"]:
            cells.append('<td class="fails">fails</td>')
        elif check in each["skipped"]:
            cells.append('<td class="skipped">skipped</td>')
        else:
            cells.append("<td></td>")
    return f'<tr><th scope="row">{escape(check)}</th>{"".join(cells)}</tr>'
