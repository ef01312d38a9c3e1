"""Sample reports: one for each way that a run can end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kata.results import CheckResult, Exchange, Phase, Report, Severity, Status, Verdict

LOGIN = Exchange(
    method="POST",
    url="http://127.0.0.1:40213/login",
    request_headers=(("Content-Type", "application/json"), ("Accept", "application/json")),
    request_body='{"email": "mira.okafor.7f3a@example.com", "password": "not-Tq8 it\'s fine 42"}',
    status=200,
    reply_headers=(
        ("content-type", "application/json; charset=utf-8"),
        ("date", "Mon, 23 Nov 2026 00:31:02 GMT"),
        ("set-cookie", "session=eyJhbGciOiJIUzI1NiJ9; HttpOnly; Path=/"),
    ),
    reply_body='{"token": "' + "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." * 20 + '"}',
    cut=1204,
    started=1795393862.125,
    seconds=0.0124,
)
REGISTER = replace(
    LOGIN,
    url="http://127.0.0.1:40213/users",
    request_body='{"email": "mira.okafor.7f3a@example.com", "password": "Tq8 it\'s fine 42"}',
    status=201,
    reply_body='{"id": 7, "email": "mira.okafor.7f3a@example.com"}',
    cut=0,
)
DROPPED = replace(LOGIN, status=None, reply_headers=(), reply_body="", cut=0, error="the server closed the connection")
BOOM = replace(LOGIN, status=500, reply_headers=(), reply_body="", cut=0)


def check(id: str, status: Status = Status.PASSED, points: int = 5, **more: object) -> CheckResult:
    earned = points if status is Status.PASSED else 0
    title = str(more.pop("title", id.replace("-", " ").capitalize()))
    return CheckResult(id, title, status, points=earned, max_points=points, seconds=0.02, **more)  # type: ignore[arg-type]


def failing_checks() -> tuple[CheckResult, ...]:
    failed, skipped = Status.FAILED, Status.SKIPPED
    return (
        check("register-creates-account", title="Registering creates an account"),
        check("duplicate-email-is-refused", title="A second account for the same e-mail is refused"),
        check(
            "wrong-password-is-refused",
            failed,
            title="A wrong password is refused",
            sentence="A login with a wrong password is answered with 401 and a `WWW-Authenticate` header.",
            message="POST /login with a wrong password: expected 401, got 200.\nThe right one was accepted before.",
            hint="Compare the password with the stored hash, and answer before you make a token.",
            see="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
            exchanges=(REGISTER, LOGIN),
            app_log=("INFO  POST /login", "DEBUG user 7 found, issuing token"),
        ),
        check(
            "unknown-email-is-refused",
            failed,
            title="An unknown e-mail is refused",
            sentence="A login with an unknown e-mail is answered exactly like one with a wrong password.",
            message="POST /login with an unknown e-mail: expected 401, got 500.",
            hint="A missing user is an ordinary answer, not an exception.",
            see="https://owasp.org/www-project-web-security-testing-guide/",
            exchanges=(BOOM,),
            app_log=(
                "Traceback (most recent call last):",
                '  File "/app/main.py", line 41, in login',
                "TypeError: 'NoneType' object is not subscriptable",
            ),
            cause="crashed",
        ),
        check(
            "login-survives-restart",
            failed,
            title="A session survives a restart",
            message="The server closed the connection before a whole reply came.",
            exchanges=(DROPPED,),
            cause="crashed",
        ),
        check("token-expires", skipped, title="A token expires", blocked_by="wrong-password-is-refused"),
        check("logout-ends-session", skipped, title="Logging out ends the session", blocked_by="token-expires"),
        check(
            "rate-limit", failed, severity=Severity.BONUS, title="Logins are limited", message="No 429 after 20 logins."
        ),
        check(
            "problem-details",
            failed,
            0,
            severity=Severity.ADVICE,
            title="Errors are problem details",
            message="No type.",
        ),
    )


def many_failures(count: int) -> tuple[CheckResult, ...]:
    return tuple(
        check(f"list-{number}", Status.FAILED, message="Expected " + "abcdefghijklm"[number % 13] + " in the list.")
        for number in range(count)
    )


@pytest.fixture(scope="session")
def passing() -> Report:
    """Everything passed."""
    return Report(
        exercise="06-auth",
        exercise_version="1.2.0",
        title="Accounts, passwords and sessions",
        verdict=Verdict.PASSED,
        submission="my-api",
        digest="sha256:" + "3f" * 32,
        stack="node",
        stack_why="package.json has a start script, so `npm start` runs it",
        override='start = "node --enable-source-maps --max-old-space-size=256 dist/server.js --port $PORT"',
        images=(("app", "node:22-slim"), ("postgres", "postgres:17-alpine")),
        limits=(("memory", "512 MiB"), ("boot", "60 s")),
        seed=4711,
        started="2026-11-23T00:31:01Z",
        kata_version="0.1.0",
        phases=(
            Phase("snapshot", 0.012),
            Phase("build", 0.08, "cached"),
            Phase("services", 0.71),
            Phase("boot", 0.42),
            Phase("checks", 4.21),
        ),
        checks=tuple(check(f"check-{number}", title=f"The list is sorted by rule {number}") for number in range(12)),
    )


@pytest.fixture(scope="session")
def failing(passing: Report) -> Report:
    """Failures of many kinds, skipped checks behind one of them, a bonus and an advice."""
    warnings = ("A trailing slash was redirected once: GET /users/ -> /users.",)
    return replace(passing, verdict=Verdict.FAILED, checks=failing_checks(), warnings=warnings, advisory=True)


@pytest.fixture(scope="session")
def crowded(passing: Report) -> Report:
    """More causes than anyone wants to read at once."""
    return replace(passing, verdict=Verdict.FAILED, checks=passing.checks + failing_checks() + many_failures(20))


@pytest.fixture(scope="session")
def build_failed(passing: Report) -> Report:
    """`npm ci` failed; every check is still to be earned."""
    return replace(
        passing,
        verdict=Verdict.BUILD_FAILED,
        message="npm ci ended with exit code 1.",
        hint="package-lock.json does not match package.json: run `npm install` and commit both.",
        log_tail=(
            "npm error code EUSAGE",
            "npm error `npm ci` can only install packages when your package.json",
            "\x1b[31mand lock file are in sync.",
        ),
        checks=tuple(check(f"check-{number}", Status.SKIPPED) for number in range(4)),
    )


@pytest.fixture(scope="session")
def not_ready(passing: Report) -> Report:
    """The server listens where nobody can reach it."""
    return replace(
        passing,
        verdict=Verdict.NOT_READY,
        message="GET /health: no reply within 60 s. The server listens on 127.0.0.1:3000 inside its container.",
        hint="Listen on 0.0.0.0 and on the port in $PORT.",
        log_tail=("> my-api@1.0.0 start", "Server ready on http://localhost:3000"),
        checks=(),
    )


@pytest.fixture(scope="session")
def crashed(passing: Report) -> Report:
    """The server ended by itself before the first check."""
    return replace(
        passing,
        verdict=Verdict.CRASHED,
        message="The server ended with exit code 1 after 0.4 s.",
        hint="Start it with the same command, and read its last lines below.",
        log_tail=("Error: Cannot find module 'express'",),
        checks=(),
    )


@pytest.fixture(scope="session")
def not_graded(passing: Report) -> Report:
    """The machine's fault."""
    return replace(
        passing,
        verdict=Verdict.NOT_GRADED,
        message="The container engine stopped answering while the checks were running.",
        hint="",
        checks=(check("check-1"), check("check-2", Status.ERROR, message="ConnectionResetError in the grader")),
    )


@pytest.fixture(scope="session")
def every_report(
    passing: Report,
    failing: Report,
    crowded: Report,
    build_failed: Report,
    not_ready: Report,
    crashed: Report,
    not_graded: Report,
) -> tuple[Report, ...]:
    """One report for each way that a run can end."""
    return passing, failing, crowded, build_failed, not_ready, crashed, not_graded
