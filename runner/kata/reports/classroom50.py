"""Classroom 50's result.json (schemas/classroom50-result-v1.schema.json): whole points, never above the maximum."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, outcomes
from kata.reports.wording import score_of
from kata.results import CheckResult, Report, Severity, Status

#: Field of the result -> variable of the environment that the autograder runs in.
_IDENTITY = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def render(report: Report, environment: Mapping[str, str], out_of: int | None = None) -> str:
    """The result, or an empty text for a run that was not graded: a result cannot say so, and a missing one does.

    `environment` names the submission as the autograder's environment does, and COMMIT_DATE the committer date (RFC
    3339), which a second grading does not change. `out_of` scales the points to another whole maximum. Raises
    ValueError when a variable is missing.
    """
    report = cleaned(report)
    if score_of(report) is None:
        return ""
    return json.dumps(_result(report, environment, out_of), indent=2, allow_nan=False) + "\n"


def shares(weights: Sequence[int], total: int) -> tuple[int, ...]:
    """`total` shared out in whole numbers in proportion to `weights` (largest remainder; the first wins a tie)."""
    whole = sum(weights)
    if not whole:
        return (0,) * len(weights)
    floors = [weight * total // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(weights[index] * total % whole), index))
    rounded_up = set(by_remainder[: total - sum(floors)])
    return tuple(floor + (index in rounded_up) for index, floor in enumerate(floors))


def _result(report: Report, environment: Mapping[str, str], out_of: int | None) -> dict[str, Any]:
    maximum = report.max_score if out_of is None else out_of
    tests = _tests(report, maximum)
    return {
        "schema": "classroom50/result/v1",
        **_identity(environment),
        "score": max(0, min(maximum, sum(test["score"] for test in tests))),
        "max-score": maximum,
        "tests": tests,
    }


def _identity(environment: Mapping[str, str]) -> dict[str, Any]:
    missing = [name for name in (*_IDENTITY.values(), "COMMIT_DATE") if not environment.get(name)]
    if missing:
        raise ValueError(f"the environment has no {', '.join(missing)}: is this running as a Classroom 50 autograder?")
    submitter = {"username": environment["USERNAME"]} if environment.get("USERNAME") else None
    return {
        **{field: environment[variable] for field, variable in _IDENTITY.items()},
        "assignment_type": environment.get("ASSIGNMENT_TYPE", "individual"),
        "datetime": _utc(environment["COMMIT_DATE"]),
        **({"submitted_by": submitter} if submitter else {}),
    }


def _utc(date: str) -> str:
    return datetime.fromisoformat(date).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tests(report: Report, maximum: int) -> list[dict[str, Any]]:
    checks = outcomes(report)
    required = [check.max_points * (check.severity is Severity.REQUIRED) for check in checks]
    scaled = shares(required, maximum)
    return [_test(check, whole or _bonus(check, report, maximum)) for check, whole in zip(checks, scaled, strict=True)]


def _bonus(check: CheckResult, report: Report, maximum: int) -> int:
    """What a bonus is worth on the scale of the required points."""
    if check.severity is Severity.REQUIRED or not report.max_score:
        return 0
    return check.max_points * maximum // report.max_score


def _test(check: CheckResult, worth: int) -> dict[str, Any]:
    earned = worth * check.points // check.max_points if check.max_points else 0
    return {
        "test-name": check.title or check.id,
        "passed": check.status is Status.PASSED,
        "score": max(0, min(worth, earned)),
        "max-score": worth,
        "id": check.id,
        "status": check.status.value,
        "output": "" if check.status is Status.PASSED else explanation(check),
    }
