"""Known mistakes, recognised from what was exchanged and logged, with one sentence each. Pure; silent when in doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from kata.results import CheckResult, Exchange

_LOCAL = r"(?:localhost|127\.0\.0\.1|::1|\[::1\])"
#: A refused connection to the server's own container, as the usual client libraries put it.
_REFUSED = re.compile(
    rf"ECONNREFUSED {_LOCAL}:(\d+)|connect(?:ing|ion)? to (?:server at )?\"?{_LOCAL}\"?.*?(?:port |:)(\d+).*refused"
    rf"|dial tcp {_LOCAL}:(\d+): .*refused|connect to MySQL server on '{_LOCAL}(?::(\d+))?'",
    re.IGNORECASE,
)
_VARIABLES = {"5432": "DATABASE_URL", "3306": "DATABASE_URL", "6379": "REDIS_URL", "27017": "DATABASE_URL"}
#: How frameworks answer where no route fits: Express and Nest, Starlette, Flask, Fastify, Sinatra; Django, Go's own
#: server, the JDK's, Spring, Laravel, Slim, Hono.
_UNROUTED = re.compile(
    r"Cannot [A-Z]+ /|^\{\"detail\":\"Not Found\"\}$|requested URL was not found on the server"
    r"|Route [A-Z]+:/\S+ not found|Sinatra doesn.{1,9}t know this ditty"
    r"|requested resource was not found on this server|^404 page not found\s*$|No context found for request"
    r"|\"error\":\"Not Found\",\"path\":|The route \S+ could not be found|page you are looking for could not be found"
    r"|^404 Not Found$"
)
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(?![\d:.Zz+-])")

#: How languages put it that no process or thread can be started any more: Python, Java, Go, Ruby, Node, shells.
NO_PROCESS_LEFT = (
    r"(?i:can't start new thread|unable to create (?:new )?native thread|failed to create new OS thread"
    r"|pthread_create failed|can't create Thread|cannot fork|fork: retry|\bspawn .{0,200}EAGAIN"
    r"|\bfork\b.{0,200}Resource temporarily unavailable|Resource temporarily unavailable - fork)"
)

#: What a log line says -> what it means. The groups of the pattern fill the sentence.
_LOG = (
    (
        r"ModuleNotFoundError: No module named '([\w.]+)'",
        "The package {0} is not installed: name it in requirements.txt (or pyproject.toml).",
    ),
    (
        r"Cannot find (?:module|package) '([^'./][^']*)'",
        "The package {0} is not installed: name it under dependencies in package.json and commit the lock file.",
    ),
    (
        r"Cannot (?:read properties of undefined|destructure property) .*body",
        "req.body is undefined: no middleware reads JSON bodies; put app.use(express.json()) before the routes.",
    ),
    (
        r"(?:relation|table) [\"'`]([\w.]+)[\"'`] already exists",
        "The table {0} is there already: your server starts more than once on the same database, so write CREATE "
        "TABLE IF NOT EXISTS.",
    ),
    (
        r"relation \"([\w.]+)\" does not exist|Table '([\w.]+)' doesn't exist|no such table: ([\w.]+)",
        "The table {0} is not there: create the tables when the server starts, because the database is empty at first.",
    ),
    (
        r"column \"?([\w.]+)\"? (?:of relation \S+ )?does not exist",
        "The column {0} is not there: the tables and the queries do not fit together.",
    ),
    (
        r"(?:Object of type (\w+) is not JSON serializable)",
        "A value of type {0} cannot be written as JSON as it is: turn it into a string or a number first.",
    ),
    (
        r"server does not support SSL",
        "The database of this exercise speaks no TLS: leave ssl out of the connection's settings.",
    ),
    (
        r"(?:getaddrinfo (?:ENOTFOUND|EAI_AGAIN) |Name or service not known.*?host=|could not translate host name "
        r"\")([\w.-]+)",
        "The name {0} leads nowhere here: your server reaches its own services only, under the names in its "
        "environment.",
    ),
    (
        r"too many clients already|remaining connection slots|QueuePool limit|Too many connections",
        "Database connections run out: open a pool once, and give every connection back, errors included.",
    ),
    (
        r"(?:EACCES|EROFS|PermissionError).*?'(/[^']+)'",
        "The server may not write to {0}: keep data in the database, and temporary files in /tmp.",
    ),
    (
        r"KeyError: '([A-Z][A-Z0-9_]{2,})'|([A-Z][A-Z0-9_]{2,}) (?:is not set|is required|must be set)",
        "The variable {0} is not set: the statement lists the ones that your server gets; your own go under "
        "[environment] in kata.toml.",
    ),
    (
        NO_PROCESS_LEFT,
        "The server has as many processes and threads as it may have: reuse a few, and let each one end with its work.",
    ),
    (
        r"EADDRINUSE|Address already in use",
        "The server tries to listen twice on one port: start it once, without a reloader or a second process.",
    ),
)


def recognised(check: CheckResult, route: str = "") -> str:
    """The sentence for the mistake behind a failed check; empty when none is known.

    `route` is the contract's operation that the check's request asked for ("GET /books/{id}"), where nothing but 404
    has come from it so far.
    """
    missing = missing_route(check, route)
    if missing:
        return f"Your server has {missing}: is it missing or misspelt, or its router not mounted?"
    if check.shown is not None:
        last = check.exchanges[check.shown]
        for rule in _RULES:
            sentence = rule(check, last)
            if sentence:
                return sentence
    return in_log(check.app_log)


def in_log(lines: Iterable[str]) -> str:
    """The sentence for the last log line that a known mistake writes; empty when there is none."""
    for line in reversed(tuple(lines)):
        refused = _REFUSED.search(line)
        if refused:
            return _refused(next((port for port in refused.groups() if port), ""))
        for pattern, sentence in _LOG:
            found = re.search(pattern, line)
            if found:
                return sentence.format(next((group for group in found.groups() if group), ""))
    return ""


def _refused(port: str) -> str:
    variable = _VARIABLES.get(port)
    use = f"the address in {variable}" if variable else "the addresses in the environment (DATABASE_URL and others)"
    where = f"localhost:{port}" if port else "localhost"
    return f"Your server connects to {where}, where nothing runs inside its container: use {use}."


def _trailing_slash(check: CheckResult, last: Exchange) -> str:
    target = _header(last, "location")
    asked, given = _path(last.url), _path(target)
    if last.status not in (301, 302, 303, 307, 308) or not given or given == asked:
        return ""
    if given.rstrip("/") != asked.rstrip("/"):
        return ""
    return f"Your server sends {asked} on to {given}: a trailing slash makes another path; name the route as stated."


def _cors(check: CheckResult, last: Exchange) -> str:
    allowed = [name for name, _ in last.reply_headers if name.lower().startswith("access-control-")]
    refused = last.reply_body.startswith("Disallowed CORS")
    if not refused and not (last.method == "OPTIONS" and allowed):
        return ""
    return (
        f"The CORS middleware answered this {last.method} itself, before your route saw it: "
        "allow the origin, the method and the headers there, or let it pass on what is no preflight."
    )


def _validation(check: CheckResult, last: Exchange) -> str:
    accepted = check.message.split("came")[0].split("got")[0]
    if last.status != 422 or not re.search(r"\b400\b", accepted) or "422" in accepted:
        return ""
    return (
        "Your framework answers 422 to what fails validation, and 400 is stated here: "
        "change its handler for validation errors, once for the whole server."
    )


def _naive_date(check: CheckResult, last: Exchange) -> str:
    if "RFC 3339" not in check.message or not _NAIVE.search(check.message):
        return ""
    return "The date has no offset, so nobody knows which moment it is: keep times in UTC and write them with a Z."


def _media_type(check: CheckResult, last: Exchange) -> str:
    body, kind = last.reply_body.lstrip(), _header(last, "content-type").lower()
    about = re.search(r"json|content-type|media type", check.message, re.IGNORECASE)
    if last.status is None or not body or not about:
        return ""
    if not kind:
        return "The reply has a body but no Content-Type: say what it is, such as application/json."
    if body.startswith(("{", "[")) and "json" not in kind:
        return f"The body is JSON but is called {kind}: send it with your framework's function for JSON replies."
    if last.status >= 400 and "html" in kind and body.startswith("<"):
        return "An HTML page came: it is your framework's own error page; make its error handler answer in JSON."
    return ""


def missing_route(check: CheckResult, route: str) -> str:
    """The cause of every failure on a route that is not there, such as "no route GET /books/{id}"; empty for others."""
    if not route or check.shown is None:
        return ""
    last = check.exchanges[check.shown]
    wanted = "405" not in check.message  # a method that must be refused needs no route
    unrouted = last.status == 404 and "404" in check.message and _UNROUTED.search(last.reply_body)
    return f"no route {route}" if wanted and unrouted else ""


def _no_method(check: CheckResult, last: Exchange) -> str:
    if last.status == 405 and "came 405" in check.message:
        path = _path(last.url)
        return (
            f"Your server knows {path}, but not with {last.method}: is the method missing, or hidden by another route?"
        )
    return ""


def _path(url: str) -> str:
    """The path of a URL that a server may have written; `urlsplit` raises on what is none."""
    found = re.match(r"(?:[\w+.-]*:?//[^/?#]*)?([^?#]*)", url)
    return found[1] if found else ""


def _header(exchange: Exchange, wanted: str) -> str:
    return next((value for name, value in exchange.reply_headers if name.lower() == wanted), "")


_RULES: tuple[Callable[[CheckResult, Exchange], str], ...] = (
    _trailing_slash,
    _cors,
    _validation,
    _naive_date,
    _media_type,
    _no_method,
)
