"""Reports go where they were asked for, whole or not at all, and nothing of a learner's is obeyed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from kata.cli.output import named_output, output, tell_github, write_file, write_report
from kata.errors import UsageError
from kata.results import CheckResult, Report, Status, Verdict

EVIL = "::error::forged\n##[error]forged"
CHECK = CheckResult("greets", "Greets", Status.FAILED, max_points=60, message=EVIL, app_log=(EVIL,))
REPORT = Report("90-tiny", "1.0.0", "Tiny", Verdict.FAILED, checks=(CHECK,), log_tail=(EVIL,))


def test_every_file_that_was_named_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = [named_output(f"tap={tmp_path / 'report.tap'}"), output("junit", tmp_path / "junit.xml")]
    write_report(REPORT, "json", outputs, plain=True, verbosity=0)
    assert capsys.readouterr().out.startswith("{")
    assert (tmp_path / "report.tap").read_text().startswith("TAP version 14")
    assert (tmp_path / "junit.xml").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("text", "message"),
    [("morse=x", "no format 'morse'"), ("tap", "names no file"), ("tap=/no/such/folder/x", "no such folder")],
)
def test_a_wrong_output_is_refused_before_anything_runs(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        named_output(text)


def test_a_file_that_cannot_be_written_leaves_no_half(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_file(tmp_path / "folder", "text")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_github_gets_annotations_summary_and_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    tell_github(REPORT, annotate=True)
    assert capsys.readouterr().out.splitlines()[0].startswith("::notice title=kata 90-tiny::")
    assert "## 90" in (tmp_path / "summary").read_text()
    assert "verdict<<" in (tmp_path / "output").read_text()


def test_in_github_the_report_is_fenced_so_that_nothing_in_it_is_obeyed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    write_report(REPORT, "terminal", [], plain=False, verbosity=0)
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("::stop-commands::")
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
