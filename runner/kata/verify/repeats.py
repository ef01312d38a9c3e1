"""What the same submission got each time: with `--repeat`, a verdict that is not always the same is a problem. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kata.results import Verdict
from kata.verify.trial import Outcome


@dataclass(frozen=True)
class Result:
    """One way in which a submission came out. `message` tells why, where it was not graded."""

    verdict: Verdict
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    message: str = ""

    def __str__(self) -> str:
        checks = f" ({', '.join(self.failed)})" if self.failed else ""
        return f"{self.verdict}{checks}{f': {self.message}' if self.message else ''}"


@dataclass(frozen=True)
class Repeats:
    """All runs of one submission; `results` are the ways it came out, with how often, the most frequent first."""

    id: str
    results: tuple[tuple[Result, int], ...]

    @property
    def runs(self) -> int:
        return sum(count for _, count in self.results)

    @property
    def same(self) -> bool:
        return len(self.results) == 1

    def __str__(self) -> str:
        if self.same:
            return f"{_times(self.runs)}, the same each time"
        return f"{_times(self.runs)}, but {'; '.join(f'{_times(count)} {result}' for result, count in self.results)}"


def repeats(outcomes: Sequence[Outcome]) -> list[Repeats]:
    """One entry for each submission, in the order of its first run."""
    counts: dict[str, Counter[Result]] = {}
    for outcome in outcomes:
        counts.setdefault(outcome.proof.id, Counter())[_result(outcome)] += 1
    return [Repeats(id, tuple(counter.most_common())) for id, counter in counts.items()]


def _result(outcome: Outcome) -> Result:
    report = outcome.report
    message = report.message if report.verdict is Verdict.NOT_GRADED else ""
    return Result(report.verdict, tuple(sorted(outcome.failed)), tuple(sorted(outcome.skipped)), message[:200])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
