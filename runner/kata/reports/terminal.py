"""The report that a learner reads: the verdict, the failures by cause with the first to fix first, and how to see them.

Words carry the meaning and colour only repeats it. `plain` has no glyphs and no folding, for screen readers and logs.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from kata.reports import wording
from kata.reports.cleaning import cleaned
from kata.reports.detail import Kind, Part, explain, explain_briefly, explain_stop
from kata.reports.grouping import Group, groups, unexplained
from kata.results import CheckResult, Phase, Report, Severity, Status, Verdict

#: Groups told in full, and further failures of one group told in short, before one line each has to do.
FULL_GROUPS = 5
SHORT_CHECKS = 3
_LABEL = 12
_NARROW = 60
_COLOURS = {Verdict.PASSED: "bold green", Verdict.NOT_GRADED: "bold yellow"}
_STYLES = {Kind.MESSAGE: "bold", Kind.COMMAND: "cyan", Kind.LINK: "cyan"}


def render(report: Report, width: int = 80, verbose: int = 0) -> str:
    """The plain variant as text, for files and logs."""
    file = io.StringIO()
    print_report(report, Console(file=file, width=width, color_system=None), verbose, plain=True)
    return file.getvalue()


def print_report(report: Report, console: Console, verbose: int = 0, plain: bool = False) -> None:
    """Print the report. `verbose`: -1 only the verdict, 0 the first causes in full, 1 everything."""
    page = _Page(console, plain or console.options.ascii_only, verbose > 0)
    report = cleaned(report)
    if verbose >= 0:
        _print_head(page, report)
    _print_verdict(page, report, verbose >= 0)
    if verbose >= 0:
        _print_checks(page, report)
        _print_run(page, report)
        _print_last_word(page, report)


@dataclass(frozen=True)
class _Page:
    """Where the text goes and how: folded to the console's width by us, never by rich."""

    console: Console
    plain: bool
    whole: bool

    @property
    def width(self) -> int:
        return max(20, self.console.width)

    def blank(self) -> None:
        self.console.print()

    def line(self, *pieces: tuple[str, str] | str, indent: int = 0, hang: int = 0, fold: bool = True) -> None:
        """One paragraph of (text, style) pieces; folded lines after the first are indented by `hang` more."""
        text = self._text(pieces)
        for number, piece in enumerate(self._folded(text, indent + hang) if fold and not self.plain else [text]):
            self.console.print(Text(" " * (indent + hang * (number > 0))).append_text(piece), soft_wrap=True)

    def labelled(self, label: str, *pieces: tuple[str, str] | str, indent: int = 0, fold: bool = True) -> None:
        """A paragraph beside its label, in a column of its own."""
        name = label.ljust(_LABEL) if self.width >= _NARROW and not self.plain else label + ": "
        self.line((name, "dim"), *pieces, indent=indent, hang=_LABEL if self.width >= _NARROW else 2, fold=fold)

    def _folded(self, text: Text, indent: int) -> Iterable[Text]:
        for piece in text.wrap(self.console, self.width - indent):
            piece.rstrip()
            yield piece

    def _text(self, pieces: Iterable[tuple[str, str] | str]) -> Text:
        text = Text()
        for piece in pieces:
            words, style = (piece, "") if isinstance(piece, str) else piece
            text.append(self._printable(words), style)
        return text

    def _printable(self, words: str) -> str:
        encoding = self.console.encoding
        return words.expandtabs(4).encode(encoding, "backslashreplace").decode(encoding)


def _print_head(page: _Page, report: Report) -> None:
    name = f"{report.exercise} {report.exercise_version}".strip()
    page.line((name, "bold"), "  " + report.title)
    if report.submission:
        page.labelled("Submission", report.submission)
    if report.stack:
        why = f", because {report.stack_why}" if report.stack_why else ""
        page.labelled("Stack", report.stack + why)
    if report.override:
        page.labelled("Override", report.override, fold=False)
    page.blank()


def _print_verdict(page: _Page, report: Report, whole: bool) -> None:
    dot = ", " if page.plain else "  ·  "
    words = dot.join(word for word in (wording.score_words(report), wording.count_words(report)) if word)
    page.line((wording.verdict_words(report), _colour(report)), "  " + words if words else "")
    if wording.stopped(report) or report.message:
        _print_parts(page, explain_stop(report) if whole else explain_stop(report)[:1], indent=2)
    for remark in wording.remarks(report) if whole else ():
        page.labelled("Note", remark, indent=2)


def _print_checks(page: _Page, report: Report) -> None:
    found = groups(report.checks)
    for number, group in enumerate(found, 1):
        if page.whole or number <= FULL_GROUPS:
            _print_group(page, group, number)
        else:
            _print_in_short(page, group, number)
    if len(found) > FULL_GROUPS and not page.whole:
        page.line(("-v shows each of them in full.", "dim"), indent=2)
    _print_faults(page, report)
    _print_skipped(page, unexplained(report.checks))
    _print_passed(page, report)


def _print_group(page: _Page, group: Group, number: int) -> None:
    page.blank()
    _print_heading(page, group.first, f"{number}. ")
    _print_parts(page, explain(group.first, page.whole), indent=3)
    if group.waiting:
        _print_parts(page, (Part("Waiting", (_titles(group.waiting),)),), indent=3)
    for index, check in enumerate(group.others):
        if page.whole or index < SHORT_CHECKS:
            page.blank()
        _print_heading(page, check, "   ", again=True)
        if page.whole or index < SHORT_CHECKS:
            _print_parts(page, explain(check, True) if page.whole else explain_briefly(check), indent=3)


def _print_heading(page: _Page, check: CheckResult, number: str, again: bool = False) -> None:
    glyph = "FAILED " if page.plain else "✗ "
    same = "also: " if again else ""
    worth = wording.points_words(check)
    style = "red" if check.severity is Severity.REQUIRED else "yellow"
    page.line(
        (number, ""), (glyph, style), (same, "dim"), (check.title or check.id, "bold"), (f"  {worth}", "dim"), hang=3
    )


def _print_in_short(page: _Page, group: Group, number: int) -> None:
    page.blank()
    for check in (group.first, *group.others):
        _print_heading(page, check, f"{number}. ")


def _print_faults(page: _Page, report: Report) -> None:
    faults = [check for check in report.checks if check.status is Status.ERROR]
    for check in faults:
        page.blank()
        glyph = "" if page.plain else "! "
        page.line((glyph + "Not checked: ", "yellow"), (check.title or check.id, "bold"))
        page.line(wording.OUR_FAULT, indent=3)
        _print_parts(page, explain(check, page.whole), indent=3)


def _print_skipped(page: _Page, checks: tuple[CheckResult, ...]) -> None:
    if checks:
        page.blank()
        page.line(("Skipped", "yellow"))
    for check in checks:
        wait = f", waits for {check.blocked_by}" if check.blocked_by else ""
        page.line((check.title or check.id) + wait + (f": {check.message}" if check.message else ""), indent=2)


def _print_passed(page: _Page, report: Report) -> None:
    passed = [check.title or check.id for check in report.checks if check.status is Status.PASSED]
    if not passed:
        return
    page.blank()
    page.line((f"Passed ({len(passed)})", "green"))
    if page.plain or page.whole:
        for title in passed:
            page.line(title, indent=2)
    else:
        page.line(" · ".join(passed), indent=2)


def _print_run(page: _Page, report: Report) -> None:
    if report.phases:
        page.blank()
        times = [_phase(phase) for phase in report.phases]
        total = wording.duration(sum(phase.seconds for phase in report.phases))
        page.labelled("Time", ((", " if page.plain else " · ").join(times) + f"; together {total}", "dim"))
    if page.whole:
        for label, pairs in (("Image", report.images), ("Limit", report.limits), ("Detail", report.details.items())):
            for name, value in pairs:
                page.labelled(label, (f"{name}: {value}", "dim"))
    if report.seed:
        page.labelled("Seed", (f"{report.seed} (the same values again: --seed {report.seed})", "dim"))


def _print_last_word(page: _Page, report: Report) -> None:
    found = groups(report.checks)
    if not found:
        return
    page.blank()
    page.line(
        (wording.verdict_words(report), _colour(report)), f"  Fix first: {found[0].first.title or found[0].first.id}"
    )


def _print_parts(page: _Page, parts: Iterable[Part], indent: int) -> None:
    for part in parts:
        _print_part(page, part, indent)


def _print_part(page: _Page, part: Part, indent: int) -> None:
    stacked = page.plain or page.width < _NARROW or part.kind is Kind.COMMAND
    style, fold = _STYLES.get(part.kind, ""), part.kind not in (Kind.COMMAND, Kind.LINK)
    rest = iter(part.lines)
    if stacked:
        page.line((part.label + ":", "dim"), indent=indent)
    else:
        page.labelled(part.label, (next(rest), style), indent=indent, fold=fold)
    for line in rest:
        page.line((line, style), indent=indent + (2 if stacked else _LABEL), fold=fold)


def _phase(phase: Phase) -> str:
    return f"{phase.name} {wording.duration(phase.seconds)}" + (f" ({phase.note})" if phase.note else "")


def _titles(checks: tuple[CheckResult, ...]) -> str:
    return "; ".join(check.title or check.id for check in checks)


def _colour(report: Report) -> str:
    return _COLOURS.get(report.verdict, "bold red")
