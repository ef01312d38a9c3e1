"""The report that a learner reads: the verdict, the failures by cause with the first to fix first, and how to see them.

Words carry the meaning and colour only repeats it. `plain` has no glyphs and no folding, for screen readers and logs.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console

from kata.reports import wording
from kata.reports.cleaning import cleaned
from kata.reports.detail import Kind, Part, explain, explain_briefly, explain_stop
from kata.reports.grouping import Group, groups, unexplained
from kata.reports.terminal_page import LABEL, Page
from kata.results import CheckResult, Family, Phase, Report, Severity, Status, Verdict

#: Groups told in full, and further failures of one group told in short, before one line each has to do.
FULL_GROUPS = 5
SHORT_CHECKS = 3
#: Titles of waiting checks before "and 71 more" has to do.
WAITING_TITLES = 5
_COLOURS = {Verdict.PASSED: "bold green", Verdict.NOT_GRADED: "bold yellow"}
_STYLES = {Kind.MESSAGE: "bold", Kind.COMMAND: "cyan", Kind.LINK: "cyan"}


def render(report: Report, width: int = 80, verbose: int = 0) -> str:
    """The plain variant as text, for files and logs."""
    file = io.StringIO()
    print_report(report, Console(file=file, width=width, color_system=None), verbose, plain=True)
    return file.getvalue()


def print_report(report: Report, console: Console, verbose: int = 0, plain: bool = False) -> None:
    """Print the report. `verbose`: -1 only the verdict, 0 the first causes in full, 1 everything."""
    page = Page(console, plain or console.options.ascii_only, whole=verbose > 0)
    report = cleaned(report)
    if verbose < 0:
        _print_verdict(page, report)
        _print_parts(page, (part for part in _stop(report) if part.label in ("Problem", "Fault")), indent=2)
        return
    _print_head(page, report)
    _print_verdict(page, report)
    _print_parts(page, _stop(report), indent=2)
    _print_failures(page, report)
    _print_faults(page, report)
    _print_skipped(page, report)
    _print_passed(page, report)
    _print_run(page, report)
    _print_last_word(page, report)


def print_brief(report: Report, console: Console, plain: bool = False) -> None:
    """The verdict, why it stopped, and the first thing to fix: for whoever sees one report after another."""
    page = Page(console, plain or console.options.ascii_only, whole=False)
    report = cleaned(report)
    _print_verdict(page, report)
    _print_parts(page, _stop(report), indent=2)
    found = groups(report.checks)
    if found:
        _print_group(page, found[0], 1)
    if len(found) > 1:
        page.line((f"{wording.amount(len(found) - 1, 'more cause')} after this one", "dim"), indent=3)


def _print_head(page: Page, report: Report) -> None:
    name = f"{report.exercise} {report.exercise_version}".strip()
    page.line((name, "bold"), ("  " + report.title, ""), hang=2)
    why = f", because {report.stack_why}" if report.stack_why else ""
    _print_labelled(page, "Submission", report.submission)
    _print_labelled(page, "Stack", report.stack + why)
    if report.override:
        _print_labelled(page, "To change", "put a line like this into kata.toml:")
        page.exactly((" " * page.column, ""), report.override, _STYLES[Kind.LINK], indent=0, fold=False)
    for remark in wording.remarks(report):
        _print_labelled(page, "Note", remark)
    page.blank()


def _print_verdict(page: Page, report: Report) -> None:
    dot = ", " if page.plain else "  ·  "
    words = dot.join(word for word in (wording.score_words(report), wording.count_words(report)) if word)
    page.line((wording.verdict_words(report), _colour(report)), ("  " + words, ""), hang=2)


def _stop(report: Report) -> tuple[Part, ...]:
    """Why a run stopped. A graded run has said it in its verdict; its log helps only who can mend it."""
    family = report.verdict.family
    parts = () if family is Family.GRADED else explain_stop(report)
    return tuple(part for part in parts if part.label != "App log" or family is Family.SUBMISSION_ERROR)


def _print_failures(page: Page, report: Report) -> None:
    found = groups(report.checks)
    for number, group in enumerate(found, 1):
        if page.whole or number <= FULL_GROUPS:
            _print_group(page, group, number)
    rest = () if page.whole else found[FULL_GROUPS:]
    if rest:
        page.blank()
        page.line((f"{wording.amount(len(rest), 'more cause')}; -v tells each of them in full", "dim"))
    for number, group in enumerate(rest, FULL_GROUPS + 1):
        for check in (group.first, *group.others):
            _print_heading(page, check, f"{number}.")


def _print_group(page: Page, group: Group, number: int) -> None:
    page.blank()
    _print_heading(page, group.first, f"{number}.")
    _print_parts(page, explain(group.first, page.whole), indent=3)
    _print_labelled(page, "Waiting", _titles(group.waiting, page.whole), indent=3)
    if group.others:
        page.blank()
        page.line((f"{wording.amount(len(group.others), 'more check')} failed in the same way:", "dim"), indent=3)
    for index, check in enumerate(group.others):
        _print_heading(page, check, "  ")
        if page.whole:
            _print_parts(page, explain(check, whole=True), indent=3)
        elif index < SHORT_CHECKS:
            _print_parts(page, explain_briefly(check), indent=3)


def _print_heading(page: Page, check: CheckResult, number: str) -> None:
    glyph = "FAILED" if page.plain else "✗"
    colour = "red" if check.severity is Severity.REQUIRED else "yellow"
    worth = (wording.points_words(check), "dim")
    page.beside(worth, (f"{number} ", ""), (f"{glyph} ", colour), (_title(check), "bold"))


def _print_faults(page: Page, report: Report) -> None:
    for check in report.checks:
        if check.status is Status.ERROR:
            page.blank()
            page.line(("Not checked: ", "yellow"), (_title(check), "bold"), hang=3)
            page.line((wording.OUR_FAULT, ""), indent=3)
            _print_parts(page, explain(check, page.whole), indent=3)


def _print_skipped(page: Page, report: Report) -> None:
    skipped = unexplained(report.checks)
    if not skipped:
        return
    page.blank()
    page.line((f"Skipped ({len(skipped)})", "yellow"))
    if wording.stopped(report) and not page.whole:
        page.line(("They run as soon as the server can be graded.", ""), indent=2)
        return
    for check in skipped:
        wait = f", waits for {check.blocked_by}" if check.blocked_by else ""
        page.line((_title(check) + wait, ""), indent=2, hang=2)


def _print_passed(page: Page, report: Report) -> None:
    passed = tuple(check for check in report.checks if check.status is Status.PASSED)
    if not passed:
        return
    page.blank()
    page.line((f"Passed ({len(passed)})", "green"))
    for line in _packed(tuple(_title(check) for check in passed), page):
        page.line(("  " + line, ""), hang=4)


def _print_run(page: Page, report: Report) -> None:
    page.blank()
    if report.phases:
        total = wording.duration(sum(phase.seconds for phase in report.phases))
        _print_labelled(page, "Time", ", ".join(_phase(phase) for phase in report.phases) + f"; together {total}")
    if report.seed:
        _print_labelled(page, "Seed", f"{report.seed} (the same values again: --seed {report.seed})")
    if any(check.status is Status.FAILED and check.exchanges for check in report.checks):
        _print_labelled(page, "By hand", "--keep leaves the server running, so that the curl lines work")
    if page.whole:
        _print_part(page, Part("Digest", (report.digest,), Kind.QUOTED), indent=0)
        _print_labelled(page, "Version", report.kata_version)
        for label, pairs in (("Image", report.images), ("Limit", report.limits), ("Detail", report.details.items())):
            for name, value in pairs:
                _print_labelled(page, label, f"{name}: {value}")


def _print_last_word(page: Page, report: Report) -> None:
    found = groups(report.checks)
    if found:
        page.blank()
        next_step = "Still open" if report.verdict is Verdict.PASSED else "Fix first"
        words = f"{wording.score_words(report)}. {next_step}: {_title(found[0].first)}"
        page.line((wording.verdict_words(report), _colour(report)), ("  " + words, ""), hang=2)


def _print_parts(page: Page, parts: Iterable[Part], indent: int) -> None:
    for part in parts:
        _print_part(page, part, indent)


def _print_part(page: Page, part: Part, indent: int) -> None:
    style = _STYLES.get(part.kind, "")
    if part.kind in (Kind.PROSE, Kind.MESSAGE):
        _print_labelled(page, part.label, "\n".join(part.lines), indent, style)
        return
    stacked = page.narrow or part.kind is Kind.COMMAND
    if stacked:
        page.line((part.label + ":", "dim"), indent=indent)
    for number, line in enumerate(part.lines):
        label = "  " if stacked else ("" if number else part.label).ljust(LABEL)
        page.exactly((label, "dim"), line, style, indent, fold=part.kind is Kind.QUOTED)


def _print_labelled(page: Page, label: str, words: str, indent: int = 0, style: str = "") -> None:
    """Prose beside its label, in a column of its own where there is room."""
    first, *rest = words.split("\n")
    if not words:
        return
    name = label + ": " if page.narrow else label.ljust(LABEL)
    page.line((name, "dim"), (first, style), indent=indent, hang=page.column)
    for line in rest:
        page.line((line, style), indent=indent + page.column)


def _phase(phase: Phase) -> str:
    return f"{phase.name} {wording.duration(phase.seconds)}" + (f" ({phase.note})" if phase.note else "")


def _packed(titles: tuple[str, ...], page: Page) -> Iterator[str]:
    """As many titles on a line as fit whole; one on each line where that reads better."""
    if page.narrow or page.whole:
        yield from titles
        return
    line = ""
    for title in titles:
        longer = f"{line}   ✓ {title}" if line else f"✓ {title}"
        if line and cell_len(longer) > page.width - 2:
            yield line
            longer = f"✓ {title}"
        line = longer
    yield line


def _title(check: CheckResult) -> str:
    return check.title or check.id


def _titles(checks: tuple[CheckResult, ...], whole: bool) -> str:
    shown = checks if whole else checks[:WAITING_TITLES]
    more = f" and {len(checks) - len(shown)} more" if len(checks) > len(shown) else ""
    return "; ".join(_title(check) for check in shown) + more


def _colour(report: Report) -> str:
    return _COLOURS.get(report.verdict, "bold red")
