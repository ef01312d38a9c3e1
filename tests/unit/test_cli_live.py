"""What a person sees while something runs: one moving line in a terminal, plain lines elsewhere, never markup."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest

from kata.cli import batch_live
from kata.cli.live import Bar, steps, watching
from kata.library import Library
from kata.results import Report, Verdict

EVENTS = (
    {"event": "plan", "stack": "python", "why": "a [bold]Procfile[/bold]"},
    {"event": "progress", "text": "::error::[red]forged[/red] ##[error]" + "x" * 500},
    {"event": "up"},
    {"event": "started", "id": "greets"},
    {"event": "finished", "id": "greets", "status": "failed"},
    {"event": "finished", "id": "other", "status": "skipped"},
    {"event": "verdict"},
    {"event": "done"},
)


def test_where_nothing_can_move_there_are_plain_lines(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """A skipped check is no line: it is told with what it waits for."""
    with watching(library.find("06-auth"), plain=False, quiet=False) as show:
        for event in EVENTS:
            show(event)
    lines = capsys.readouterr().err.splitlines()
    assert all(re.match(r"\[ *\d+\.\d+s\] ", line) for line in lines)
    assert sum("FAIL" in line for line in lines) == 1
    assert not any("skip" in line or "##[" in line for line in lines)


def test_in_a_terminal_one_line_moves_and_nothing_in_it_is_markup(
    library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    with watching(library.find("06-auth"), plain=False, quiet=False) as show:
        for event in EVENTS:
            show(event)
    assert "[bold]" not in capsys.readouterr().err.replace("[red]", "")


def test_quiet_says_nothing(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    with watching(library.find("06-auth"), plain=False, quiet=True) as show:
        for event in EVENTS:
            show(event)
    assert capsys.readouterr() == ("", "")


def test_a_bar_takes_any_text(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("[bold]", stderr=True) as bar:
        bar.show("[/nothing] " + "y" * 1000, 3, 7)
    assert "y" * 200 not in capsys.readouterr().err


def test_steps_outside_a_terminal_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with steps() as step:
        step.progress("layer 1")
        step.done("python: here")
    assert capsys.readouterr().out == "python: here\n"


def test_a_class_in_a_log_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    ours = Report("90-tiny", "1", "T", Verdict.NOT_GRADED, checks=())
    with batch_live.watching(2, 1, plain=True) as show:
        show({"event": "landed", "unit": SimpleNamespace(key="ada"), "report": ours})
    first, landed = capsys.readouterr().err.splitlines()
    assert first == "2 submissions, up to 1 at a time"
    assert landed.split() == ["[", "1/2]", "ada", "not", "graded", "0.0s"]
