"""What is to be done for one student: grade, grade again, leave as it is, set aside. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from kata.batch.journal import History

MOST_CRASHES = 3


class Step(Enum):
    """What the runner does with a submission."""

    DONE = "done"
    GRADE = "grade"
    SUSPECT = "suspect"
    SET_ASIDE = "set aside"


@dataclass(frozen=True)
class Decision:
    """The key that counts for the student, which result of it is wanted, and what is to be done.

    `kept_old` says that the submission has changed since it was graded and nobody asked to grade it again, `shared`
    that the result is there although the student had none: somebody else handed in the same text.
    """

    key: str
    generation: int
    step: Step
    kept_old: bool = False
    shared: bool = False


def decide(
    who: str, key: str, history: History, latest: Callable[[str], int], changed: bool, alone: bool = False
) -> Decision:
    """Decide about `who`, whose submission has `key` now. `latest` counts the results of a key.

    What was in flight when a runner died is a suspect: it waits until everything else is done, and then runs alone.
    """
    old = history.assigned.get(who, key)
    kept_old = old != key and not changed and latest(old) > 0
    counts = old if kept_old else key
    generation = history.generation(counts)
    if latest(counts) >= generation:
        return Decision(counts, generation, Step.DONE, kept_old, who not in history.assigned)
    if kept_old:  # it was to be graded again, and what was graded is gone: the present one takes its place
        counts, generation = key, history.generation(key)
    crashes = history.crashes.get(counts, 0)
    if crashes >= MOST_CRASHES:
        return Decision(counts, generation, Step.SET_ASIDE)
    step = Step.SUSPECT if crashes and not alone else Step.GRADE
    return Decision(counts, generation, step)
