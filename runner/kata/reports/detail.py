"""What a reader is told about one check: an ordered list of labelled parts that terminal, page and plain text share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kata.reports.wording import NOT_YOUR_FAULT, amount, duration, reply_words
from kata.results import CheckResult, Exchange, Headers, Report, Verdict

#: Bytes of a reply's body that are shown; the JSON report has the rest.
BODY = 500
#: Reply headers that explain a failure; the others are noise to a reader.
_TELLING = {
    "accept-ranges", "access-control-allow-origin", "age", "allow", "cache-control", "content-disposition",
    "content-encoding", "content-length", "content-range", "content-type", "etag", "expires", "idempotency-key",
    "last-modified", "link", "location", "retry-after", "set-cookie", "sunset", "transfer-encoding", "vary",
    "www-authenticate",
}  # fmt: skip
_TELLING_PREFIXES = ("ratelimit", "x-ratelimit", "x-cache")


class Kind(StrEnum):
    """What a part is, so that a writer can set prose, commands and quotations differently."""

    PROSE = "prose"
    MESSAGE = "message"
    COMMAND = "command"
    QUOTED = "quoted"
    LINK = "link"


@dataclass(frozen=True)
class Part:
    """A label and the lines that belong to it."""

    label: str
    lines: tuple[str, ...]
    kind: Kind = Kind.PROSE


def explain(check: CheckResult, whole: bool = False) -> tuple[Part, ...]:
    """The parts that explain a check, empty ones left out. `whole` shows every header and all of the body."""
    before, shown, after = _around(check.exchanges, check.shown)
    parts = (
        Part("Statement", _lines(check.sentence)),
        Part("Problem", _lines(check.message), Kind.MESSAGE),
        Part("Before", _in_short(before, shown), Kind.QUOTED),
        *(part for exchange in shown for part in _exchange(exchange, whole)),
        Part("After", _in_short(after, shown) if whole else (), Kind.QUOTED),
        Part("Try", _lines(check.hint)),
        Part("Read", _lines(check.see), Kind.LINK),
        Part(_log_label(check.cause), _each_line(check.app_log), Kind.QUOTED),
        Part("Note", _each_line(check.warnings)),
    )
    return tuple(part for part in parts if part.lines)


def explain_briefly(check: CheckResult) -> tuple[Part, ...]:
    """A check whose cause has been explained: the statement, the problem, the command and what to try."""
    return tuple(part for part in explain(check) if part.label in ("Statement", "Problem", "Sent", "Try"))


def advise(check: CheckResult) -> tuple[Part, ...]:
    """What to know where there is little room: the statement, the problem and where to go from there."""
    return tuple(part for part in explain(check) if part.label in ("Statement", "Problem", "Try", "Read"))


def explain_stop(report: Report) -> tuple[Part, ...]:
    """Why a run ended without a grade, and what to do."""
    ours = () if report.exit_code != 3 else (NOT_YOUR_FAULT,)
    parts = (
        Part("Problem", _lines(report.message), Kind.MESSAGE),
        Part("Fault", ours),
        Part("Try", _lines(report.hint) or _advice(report)),
        Part(_log_label(report.verdict.value), _each_line(report.log_tail), Kind.QUOTED),
    )
    return tuple(part for part in parts if part.lines)


def as_text(parts: tuple[Part, ...]) -> str:
    """The parts as plain text: a label before each, further lines indented."""
    return "\n".join(
        part.label + (":\n  " if part.kind is Kind.COMMAND else ": ") + "\n  ".join(part.lines) for part in parts
    )


def _log_label(verdict: str) -> str:
    """Whose words the log holds: before there is a server, they are those of its build."""
    return "Build log" if verdict == Verdict.BUILD_FAILED.value else "App log"


def _exchange(exchange: Exchange, whole: bool) -> tuple[Part, ...]:
    body = exchange.reply_body if whole else _first_bytes(exchange.reply_body)
    hidden = exchange.cut + len(_bytes(exchange.reply_body)) - len(_bytes(body))
    more = (f"({amount(hidden, 'more byte')} not shown)",) if hidden else ()
    came = (_reply_line(exchange), *_headers(exchange.reply_headers, whole), *_lines(body), *more)
    return (Part("Sent", (_one_line(exchange.as_curl()),), Kind.COMMAND), Part("Came back", came, Kind.QUOTED))


def _one_line(command: str) -> str:
    """The same shell command without line breaks: inside its quotes a break is written as an escape (bash, zsh)."""
    return command.replace("\n", "'$'\\n''")


def _reply_line(exchange: Exchange) -> str:
    empty = "" if exchange.status is None or exchange.reply_body or exchange.cut else ", no body"
    return f"{reply_words(exchange)}{empty} ({duration(exchange.seconds)})"


def _around(exchanges: tuple[Exchange, ...], at: int | None) -> tuple[tuple[Exchange, ...], ...]:
    """What came before the exchange to look at, that exchange, and what came after it."""
    return ((), (), ()) if at is None else (exchanges[:at], exchanges[at : at + 1], exchanges[at + 1 :])


def _in_short(exchanges: tuple[Exchange, ...], shown: tuple[Exchange, ...]) -> tuple[str, ...]:
    """A line for each; `shown` tells which server needs no name."""
    return tuple(f"{each.method} {_place(each.url, shown[0].url)}: {reply_words(each)}" for each in exchanges)


def _place(url: str, other: str) -> str:
    """The path alone where both go to one server, else the whole URL."""
    (server, path), (other_server, _) = _split(url), _split(other)
    return path if server == other_server else url


def _split(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", slash + path or "/"


def _headers(headers: Headers, whole: bool) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in headers if whole or _is_telling(name.lower()))


def _is_telling(name: str) -> bool:
    return name in _TELLING or name.startswith(_TELLING_PREFIXES)


def _first_bytes(text: str) -> str:
    return _bytes(text)[:BODY].decode("utf-8", "ignore")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.strip("\n").split("\n")) if text.strip() else ()


def _each_line(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for text in texts for line in text.split("\n"))


def _advice(report: Report) -> tuple[str, ...]:
    return (
        ("Run it again. If it happens twice, report it with the JSON report attached.",)
        if report.exit_code == 3
        else ()
    )
