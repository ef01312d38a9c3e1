"""Classroom 50's result.json (schemas/classroom50-result-v1.schema.json). Whole points only, never more than the maximum."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kata.reports.cleaning import cleaned
from kata.reports.outcomes import explanation, outcomes
from kata.reports.wording import score_of, summary
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

    `environment` names the classroom, assignment and submission; `datetime` is the committer date in DATETIME.
    `out_of` scales the points to another whole maximum. Raises KeyError for a variable that is missing.
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
