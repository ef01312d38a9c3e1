"""Failures grouped by their cause, the first thing to fix first. Pure logic, shared by the writers that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kata.results import CheckResult, Severity, Status

#: Causes that hide others: while the server crashes or breaks the protocol, what it says means little.
_BEFORE_CONTENT = ("crash", "resource", "memory", "timeout", "connection", "no-reply", "empty", "protocol", "throttled")
#: The cause of every reply with a status of 500 and above (kata/grader/reply.py).
_SERVER_ERROR = "server_error"
#: Characters of a message that tell its shape; a bound, because a reply can make a message long.
_SHAPE = 300
#: What a language calls an exception at the start of a line: `TypeError: ...`, `pg.errors.UniqueViolation: ...`.
_EXCEPTION = re.compile(
    r"(?:Uncaught )?(?:[\w$]+(?:\.|::))*\w*(?:Error|Exception|Exit|Violation)\b.*|(?:panic|error): .*"
)
#: Values that are drawn anew for each check, so that one exception of two checks differs in them.
_DRAWN = re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\S+@\S+|\b\d{4,}\b")
_VALUES = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\S+@\S+|\b\d{4,}\b|\b\d{1,2}\b")


@dataclass(frozen=True)
class Group:
    """Failed checks with one origin, in the exercise's order, and the skipped checks that wait for one of them."""

    cause: str
    checks: tuple[CheckResult, ...]
    waiting: tuple[CheckResult, ...] = ()

    @property
    def first(self) -> CheckResult:
        """The check to fix first: a required one, of these one that others wait for, else the first of the exercise."""
        blockers = {check.blocked_by for check in self.waiting}
        return min(self.checks, key=lambda check: (check.severity is not Severity.REQUIRED, check.id not in blockers))

    @property
    def others(self) -> tuple[CheckResult, ...]:
        """The rest of the group, in the exercise's order."""
        return tuple(check for check in self.checks if check is not self.first)


def groups(checks: Iterable[CheckResult]) -> tuple[Group, ...]:
    """The failed checks in groups; the group to look at first is the first."""
    every = tuple(checks)
    roots = _roots(every)
    origins: dict[str, list[CheckResult]] = {}
    for check in every:
        if check.status is Status.FAILED:
            origins.setdefault(_origin(check), []).append(check)
    found = [_group(failed, every, roots) for failed in origins.values()]
    return tuple(sorted(found, key=_urgency))


def unexplained(checks: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """The skipped checks that wait for no failed check, such as those behind a fault of ours."""
    every = tuple(checks)
    failed = {check.id for check in every if check.status is Status.FAILED}
    roots = _roots(every)
    return tuple(check for check in every if check.status is Status.SKIPPED and roots[check.id] not in failed)


def _group(failed: list[CheckResult], every: tuple[CheckResult, ...], roots: Mapping[str, str]) -> Group:
    ids = {check.id for check in failed}
    waiting = tuple(check for check in every if check.status is Status.SKIPPED and roots[check.id] in ids)
    return Group(failed[0].cause, tuple(failed), waiting)


def _origin(check: CheckResult) -> str:
    """The cause where it is known, else the message without the values that differ from check to check.

    That a server failed inside is no cause: only one exception in its log makes two such failures the same. A message
    of the same shape is the same failure only where the same advice helps.
    """
    if check.cause == _SERVER_ERROR:
        exception = _exception(check)
        return f"exception {exception}" if exception else f"check {check.id}"
    if check.cause:
        return f"cause {check.cause}"
    shape = _VALUES.sub("…", check.message.partition("\n")[0][:_SHAPE]).strip()
    return f"message {shape}\n{check.hint}" if shape else f"check {check.id}"


def _exception(check: CheckResult) -> str:
    """The last line of the log that names an exception, without drawn values; nothing when there is none."""
    named = [line for line in map(str.strip, check.app_log) if _EXCEPTION.match(line)]
    return _DRAWN.sub("…", named[-1][:_SHAPE]) if named else ""


def _urgency(group: Group) -> tuple[bool, bool, int]:
    """Smaller is more urgent: what moves the verdict, what others wait for, then what hides other failures."""
    moves_verdict = any(check.severity is Severity.REQUIRED for check in group.checks)
    hides = (rank for rank, word in enumerate(_BEFORE_CONTENT) if group.cause.startswith(word))
    return not moves_verdict, not group.waiting, next(hides, len(_BEFORE_CONTENT))


def _roots(checks: tuple[CheckResult, ...]) -> dict[str, str]:
    """For each skipped check the id at the end of its chain of blockers; a circle ends where it closes."""
    blockers = {check.id: check.blocked_by for check in checks if check.status is Status.SKIPPED}
    return {id: _end(id, blockers) for id in blockers}


def _end(id: str, blockers: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while blockers.get(id) and id not in seen:
        seen.add(id)
        id = blockers[id]
    return id
