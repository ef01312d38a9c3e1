"""The kill matrix: checks down, submissions across, and everything that is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kata.exercise import Exercise
from kata.results import Family, Report, Verdict
from kata.verify.proofs import Kind, Proof, expected_full_score
from kata.verify.repeats import repeats
from kata.verify.trial import Outcome


@dataclass(frozen=True)
class Problem:
    """Something that keeps the grader from being proven; `about` is a proof or a check."""

    about: str
    text: str


def problems(exercise: Exercise, outcomes: Sequence[Outcome]) -> list[Problem]:
    """Everything that must be mended: wrong verdicts, other checks than expected, lost points, unstable runs,
    checks that nothing fails. Empty when the grader is proven."""
    found: dict[Problem, None] = {}
    for outcome in outcomes:
        for text in mismatches(exercise, outcome):
            found.setdefault(Problem(outcome.proof.id, text))
    for problem in _unstable(outcomes):
        found.setdefault(problem)
    killed = {id for outcome in outcomes if outcome.proof.kind is Kind.WRONG for id in outcome.failed}
    for requirement in exercise.requirements:
        if requirement.id not in killed:
            found.setdefault(Problem(requirement.id, "no wrong submission fails this check"))
    return list(found)


def mismatches(exercise: Exercise, outcome: Outcome) -> Iterator[str]:
    """In what one run differs from what its submission must get."""
    proof, report = outcome.proof, outcome.report
    if report.verdict is not proof.expected.verdict:
        yield f"the verdict is {report.verdict}, expected {proof.expected.verdict}{_because(report)}"
    if report.verdict in (Verdict.PASSED, Verdict.FAILED) and proof.kind is not Kind.STARTER:
        yield from _differences("fails", outcome.failed, proof.expected.failed)
        yield from _differences("skips", outcome.skipped, proof.expected.skipped)
    if proof.kind is Kind.RIGHT and proof.expected.verdict is Verdict.PASSED and not proof.expected.failed:
        full = expected_full_score(exercise)
        if report.score != full:
            yield f"a right submission loses points: {report.score} of {full}{_because(report)}"


def _differences(verb: str, came: frozenset[str], expected: frozenset[str]) -> Iterator[str]:
    if came - expected:
        yield f"{verb} unexpectedly: {', '.join(sorted(came - expected))}"
    if expected - came:
        yield f"no longer {verb}: {', '.join(sorted(expected - came))}"


def _unstable(outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    for each in repeats(outcomes):
        if not each.same:
            yield Problem(each.id, f"{len(each.results)} different results for the same submission: {each}")


def _because(report: Report) -> str:
    failed = next((check.message for check in report.checks if check.message), "")
    text = report.message if report.verdict.family is not Family.GRADED else failed or report.message
    return f" ({text[:300]})" if text else ""


def matrix(exercise: Exercise, failed: Mapping[str, frozenset[str]], skipped: Mapping[str, frozenset[str]]) -> str:
    """The matrix as a Markdown table: X fails, s is skipped because something it needs failed."""
    names = list(failed)
    head = ["check", *(str(number) for number in range(1, len(names) + 1))]
    rows = [head, ["---"] * len(head)]
    for requirement in exercise.requirements:
        marks = ["X" if requirement.id in failed[n] else "s" if requirement.id in skipped[n] else "" for n in names]
        rows.append([requirement.id, *marks])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def document(exercise: Exercise, proofs: Sequence[Proof]) -> str:
    """docs/matrix/ID.md: the matrix that the proofs' expectations make; the container tests hold each of them."""
    wrong = [proof for proof in proofs if proof.kind is Kind.WRONG]
    right = [proof.name for proof in proofs if proof.kind is Kind.RIGHT]
    table = matrix(
        exercise,
        {proof.name: proof.expected.failed for proof in wrong},
        {proof.name: proof.expected.skipped for proof in wrong},
    )
    legend = "\n".join(f"{number}. `{proof.name}`: {proof.why}" for number, proof in enumerate(wrong, 1))
    return (
        f"# Kill matrix of {exercise.id} {exercise.version}\n\n"
        f"{len(exercise.requirements)} checks, {len(right)} right submissions with full score "
        f"({', '.join(right)}), {len(wrong)} wrong ones. X: the check fails. s: it is skipped, because a check that it "
        f"needs failed. Made by `kata verify {exercise.id} --write-matrix`.\n\n{table}\n\n{legend}\n"
    )
