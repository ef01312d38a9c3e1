"""Everything kata can fail with.

KataError
├── UsageError            exit 2   the command line or a file of the user's configuration is wrong
│   ├── UnknownExercise            no exercise of that name; the nearest names are given
│   └── BrokenExercise             exercise.toml or a grader is wrong, with file and line
├── SubmissionError       exit 1   the submission could not be graded, and that is its own doing
└── NotGraded             exit 3   our fault or the machine's; never a 0 and never a pass
    ├── Unstartable                a container cannot start from its image; of its own image the submission's doing
    └── EngineUnavailable          no container engine answers
"""

from __future__ import annotations

from kata.results import Verdict


class KataError(Exception):
    """A failure with a message for people; `hint` says what to do next."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(KataError):
    """The command line or the user's own configuration is wrong."""

    exit_code = 2


class UnknownExercise(UsageError):
    """No exercise of that name."""


class BrokenExercise(UsageError):
    """An exercise cannot be loaded; the message names file and line."""


class SubmissionError(KataError):
    """The submission could not be graded, by its own doing. `log_tail` holds its last output lines."""

    exit_code = 1

    def __init__(
        self, verdict: Verdict, message: str, hint: str = "", log_tail: tuple[str, ...] = (), cause: str = ""
    ) -> None:
        super().__init__(message, hint)
        self.verdict = verdict
        self.log_tail = log_tail
        self.cause = cause


class NotGraded(KataError):
    """Our fault or the machine's: nothing is said about the submission."""


class Unstartable(NotGraded):
    """What an image says of itself does not let a container of it start: its user, its volumes, its folders."""


class EngineUnavailable(NotGraded):
    """No container engine answers."""
