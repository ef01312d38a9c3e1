"""An error is folded at words on a terminal, and left as it is where a program reads it."""

from __future__ import annotations

import pytest

from kata.cli.complaint import complain

MESSAGE = "the folder of the submission cannot be read, because it is not there any more"


def test_lines_stay_whole_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    complain(MESSAGE, "Name another one.\nOr make it.")
    assert capsys.readouterr().err == f"kata: {MESSAGE}\n      Name another one.\n      Or make it.\n"


def test_a_terminal_gets_whole_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    complain(MESSAGE, "Name another one.")
    lines = capsys.readouterr().err.splitlines()
    assert " ".join(line.strip() for line in lines) == f"kata: {MESSAGE} Name another one."
    assert max(map(len, lines)) <= 40
    assert all(line.startswith("      ") for line in lines[1:])
