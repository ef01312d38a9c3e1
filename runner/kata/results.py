"""What a check found: frozen data that every writer reads and nobody changes. Imports nothing of ours."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """The outcome of one check. ERROR is our own fault and never costs the learner."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class Severity(StrEnum):
    """Required checks move the verdict, bonus checks add points, advice only informs."""

    REQUIRED = "required"
    BONUS = "bonus"
    ADVICE = "advice"


class Family(StrEnum):
    """The three families of verdicts; they are never mixed."""

    GRADED = "graded"
    SUBMISSION_ERROR = "submission_error"
    NOT_GRADED = "not_graded"


class Verdict(StrEnum):
    """The outcome of one run."""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"
    BUILD_FAILED = "build_failed"
    NOT_READY = "not_ready"
    CRASHED = "crashed"
    RESOURCE_LIMIT = "resource_limit"
    TIMEOUT = "timeout"
    NOT_GRADED = "not_graded"

    @property
    def family(self) -> Family:
        if self in (Verdict.PASSED, Verdict.FAILED):
            return Family.GRADED
        return Family.NOT_GRADED if self is Verdict.NOT_GRADED else Family.SUBMISSION_ERROR

    @property
    def exit_code(self) -> int:
        """0 passed; 1 not yet (failed or submission_error); 3 not graded."""
        return {Family.GRADED: 0 if self is Verdict.PASSED else 1, Family.SUBMISSION_ERROR: 1, Family.NOT_GRADED: 3}[
            self.family
        ]


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and what came back. Every text in it has passed `safe`.

    `status` is None when no complete reply came; `error` then says what happened instead.
    `cut` counts the bytes of the reply's body that are not shown. `started` is Unix time in seconds.
    """

    method: str
    url: str
    request_headers: Headers = ()
    request_body: str | None = None
    status: int | None = None
    reply_headers: Headers = ()
    reply_body: str = ""
    cut: int = 0
    error: str | None = None
    started: float = 0.0
    seconds: float = 0.0

    def as_curl(self) -> str:
        """The request as one shell command that can be pasted."""
        words = ["curl", "-i"]
        if self.method == "HEAD":
            words.append("--head")
        elif self.method != "GET" or self.request_body is not None:
            words += ["-X", self.method]
        for name, value in self.request_headers:
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
        if self.request_body is None:
            return shlex.join([*words, self.url])
        source = _source(self.request_body)
        if source:
            return f"{source} | {shlex.join([*words, '--data-binary', '@-', self.url])}"
        return shlex.join([*words, "--data-raw", self.request_body, self.url])


#: How `safe` shows a byte that is no text, and where it has cut a long one.
_ESCAPED_BYTE = re.compile(r"\\x([0-9a-f]{2})")
_CUT = re.compile(r"… \((\d+) more characters\)$")


def _source(body: str) -> str:
    """The command that writes a body which no shell word can hold; empty for an ordinary one.

    Bytes are written as octal, which every `printf` knows. What is too long to be shown becomes as many letters, unless
    it is JSON.
    """
    cut = _CUT.search(body)
    if cut and not body.startswith(("{", "[")):
        return f"head -c {cut.start() + int(cut[1])} /dev/zero | tr '\\0' x"
    if not _ESCAPED_BYTE.search(body):
        return ""
    doubled = body.replace("%", "%%").replace("\\", "\\\\")
    written = re.sub(r"\\\\x([0-9a-f]{2})", lambda byte: f"\\{int(byte[1], 16):03o}", doubled)
    return f"printf {shlex.quote(written)}"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check proved. `points` were earned out of `max_points`; `sentence` is what the statement says.

    `cause` groups failures with one origin ("throttled", "protocol", "crashed", ...); empty when unknown.
    `blocked_by` names the check that has to pass first when this one was skipped. `failing` is the index of the
    exchange that the message is about; None where it is about no single one.
    """

    id: str
    title: str
    status: Status
    severity: Severity = Severity.REQUIRED
    points: int = 0
    max_points: int = 0
    sentence: str = ""
    message: str = ""
    hint: str = ""
    see: str = ""
    cause: str = ""
    blocked_by: str = ""
    warnings: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    failing: int | None = None
    app_log: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def shown(self) -> int | None:
        """The index of the exchange to look at: the failing one where it is known, else the last."""
        last = len(self.exchanges) - 1
        if self.failing is not None and 0 <= self.failing <= last:
            return self.failing
        return last if last >= 0 else None


@dataclass(frozen=True)
class Phase:
    """One step of a run and the time it took, in seconds. `note` says whether work was saved ("cached")."""

    name: str
    seconds: float
    note: str = ""


@dataclass(frozen=True)
class Report:
    """Everything one run found; the JSON form of it is described by schemas/report.schema.json."""

    exercise: str
    exercise_version: str
    title: str
    verdict: Verdict
    message: str = ""
    hint: str = ""
    submission: str = ""
    digest: str = ""
    stack: str = ""
    stack_why: str = ""
    override: str = ""
    images: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    started: str = ""
    kata_version: str = ""
    phases: tuple[Phase, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    warnings: tuple[str, ...] = ()
    log_tail: tuple[str, ...] = ()
    advisory: bool = False
    partial: bool = False
    details: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """Points earned, bonus included."""
        return sum(check.points for check in self.checks)

    @property
    def bonus(self) -> int:
        """Points earned beyond the required checks; they are part of `score`."""
        return sum(check.points for check in self.checks if check.severity is Severity.BONUS)

    @property
    def max_score(self) -> int:
        """Points of all required checks; a bonus can lift the score above it."""
        return sum(check.max_points for check in self.checks if check.severity is Severity.REQUIRED)

    @property
    def exit_code(self) -> int:
        return self.verdict.exit_code
