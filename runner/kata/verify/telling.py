"""The outcome of a verification in lines for a terminal, each within `width` columns where words allow. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from kata.exercise import Exercise
from kata.results import Family, Verdict
from kata.verify.matrix import Problem, mismatches
from kata.verify.proofs import Kind, Proof, expected_full_score
from kata.verify.trial import Outcome

_INDENT = " " * 10


def heading(exercise: Exercise, chosen: int, of: int, repeat: int, jobs: int, stress: bool) -> str:
    """What is going to happen."""
    part = _count(of, "submission") if chosen == of else f"{chosen} of {_count(of, 'submission')}"
    often = f", {repeat} times each" if repeat > 1 else ""
    busy = ", processors kept busy" if stress else ""
    return f"{exercise.id}: {part}{often}, {jobs} at a time{busy}"


def kept_line(kept: int, of: int, folder: object) -> Iterator[str]:
    """How many of all runs need not be made again; nothing when there are none."""
    if kept:
        yield f"{kept} of {_count(of, 'run')} stand in {folder} and are not made again"


def outcome_lines(exercise: Exercise, outcome: Outcome, width: int) -> Iterator[str]:
    """One submission, when it is done: whether it came out as it should, and what it got."""
    wrong = list(mismatches(exercise, outcome))
    state, got = ("BAD", _got(exercise, outcome, False)) if wrong else ("ok", _got(exercise, outcome, True))
    yield from wrapped(f"  {outcome.seconds:5.1f}s  {state:<3} {outcome.proof.id}: {got}", width)
    for text in wrong:
        yield from wrapped(f"{_INDENT}{text}", width)


def _got(exercise: Exercise, outcome: Outcome, why: bool) -> str:
    report = outcome.report
    if report.verdict.family is not Family.GRADED:
        return f"{report.verdict}, {report.message}" if why else str(report.verdict)
    if outcome.proof.kind is Kind.STARTER:
        return f"starts, and fails {len(outcome.failed)} of {len(report.checks)} checks"
    if report.verdict is Verdict.PASSED:
        return f"passed, {report.score} of {expected_full_score(exercise)} points"
    skipped = f"; skips {', '.join(sorted(outcome.skipped))}" if outcome.skipped else ""
    return f"fails {', '.join(sorted(outcome.failed)) or 'nothing'}{skipped}"


def grid(exercise: Exercise, wrong: Sequence[Outcome], width: int) -> Iterator[str]:
    """The kill matrix: checks down, wrong submissions across; X fails, s is skipped. Checks that nothing fails are
    counted below. Where not all fit side by side, the next ones follow below."""
    if not wrong:
        return
    touched = {id for each in wrong for id in each.failed | each.skipped}
    ids = [requirement.id for requirement in exercise.requirements if requirement.id in touched]
    room = max((len(id) for id in ids), default=0) + 2
    step = max(10, width - room - 2)
    for first in range(0, len(wrong), step):
        part = wrong[first : first + step]
        yield ""
        yield from _heads(range(first + 1, first + len(part) + 1), room)
        for id in ids:
            marks = "".join("X" if id in e.failed else "s" if id in e.skipped else "." for e in part)
            yield f"  {id:<{room}}{marks}"
    yield ""
    yield from (f"  {number:>3}  {each.proof.name}" for number, each in enumerate(wrong, 1))
    untouched = len(exercise.requirements) - len(ids)
    yield ""
    yield from wrapped("  X fails, s is skipped because a check that it needs failed, . passes.", width)
    if untouched:
        yield f"  {_count(untouched, 'other check')}: nothing here fails {'it' if untouched == 1 else 'them'}."


def _heads(numbers: Sequence[int], room: int) -> Iterator[str]:
    """The numbers of the columns, written downwards."""
    digits = len(str(numbers[-1]))
    for place in range(digits):
        yield f"  {'':<{room}}{''.join(str(number).rjust(digits)[place] for number in numbers)}"


def verdict_line(exercise: Exercise, problems: Sequence[Problem], ran: int, of: int) -> str:
    """The last word: proven, as expected so far, or how many problems there are. `ran` submissions `of` all."""
    if problems:
        return f"{exercise.id}: {_count(len(problems), 'problem')}"
    if ran == of:
        return f"{exercise.id}: proven by {_count(ran, 'submission')}"
    if not ran:
        return f"{exercise.id}: its files are sound; nothing was run"
    return f"{exercise.id}: {ran} of {_count(of, 'submission')} as expected; without --only all of them prove it"


def interrupted_lines(chosen: Sequence[Proof], outcomes: Sequence[Outcome], repeat: int, width: int) -> Iterator[str]:
    """After an interrupt: which submissions were finished, and which were not."""
    done = [outcome.proof.id for outcome in outcomes]
    often = {proof.id: done.count(proof.id) for proof in chosen}
    finished = [id for id, times in often.items() if times == repeat]
    yield ""
    yield from wrapped(f"finished ({len(finished)}): {', '.join(finished) or 'none'}", width)
    left = [f"{id} ({times} of {repeat} times)" if times else id for id, times in often.items() if times < repeat]
    yield from wrapped(f"not finished ({len(left)}): {', '.join(left) or 'none'}", width)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, the later ones indented."""
    return textwrap.wrap(text, width, subsequent_indent=_INDENT + "  ", break_long_words=False, break_on_hyphens=False)
