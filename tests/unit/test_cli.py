"""Every command has help with examples, answers a wrong call in one message, and costs nothing until it is used."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kata.cli import COMMANDS, kata, main


def command(name: str) -> click.Command:
    found = kata.get_command(click.Context(kata), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    help = command(name).help or ""
    assert "Examples:" in help
    assert f"kata {name}" in help.split("Examples:")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    for parameter in command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"kata {name} {parameter.opts[0]}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_of_help_fits_a_terminal(name: str) -> None:
    """Eighty columns hold everything that is folded; an example may be as long as the command that it shows."""
    context = click.Context(command(name), info_name=f"kata {name}", terminal_width=80)
    text = context.get_help().split("Examples:")[0]
    assert all(len(line) <= 110 for line in text.splitlines())


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kata", *words], capture_output=True, text=True, timeout=60)


def test_the_list_says_what_each_exercise_is_about_and_needs() -> None:
    said = CliRunner().invoke(kata, ["list"], env={"COLUMNS": "100"}).output
    assert "Authentication and authorization; 85 checks; postgres" in said
    assert "HTTP and web basics; 35 checks; no services" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("chekc",), "Did you mean check"),
        (("check", "no-such", "."), "there is no exercise 'no-such'"),
        (("check", "06-auth", "/no/such/folder"), "there is nothing at /no/such/folder"),
        (("check", "06-auth", ".", "--only", "wrong-pasword-is-refused"), "Did you mean wrong-password-is-refused"),
        (("explain", "06-auth", "a token without an end is refused"), "Did you mean endless-token-is-refused"),
        (("check", "06-auth", ".", "--output", "morse=x"), "there is no format 'morse'"),
        (("explain", "06-auth", "no-such-check"), "has no check 'no-such-check'"),
        (("start", "06-auth", "/dev/null/api"), "cannot be written"),
        (("logs", "06-auth"), "nothing is up for 06-auth"),
        (("ci", "jenkins", "06-auth"), "'jenkins' is not one of"),
    ],
)
def test_a_wrong_call_is_one_message_and_exit_2(
    words: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KATA_CACHE_DIR", str(tmp_path))
    said = run(*words)
    assert said.returncode == 2, said.stderr
    assert message in said.stderr
    assert "Traceback" not in said.stderr


def test_names_are_completed_for_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_KATA_COMPLETE", "bash_complete")
    for line, index, expected in (
        ("kata check 06", "2", "plain,06-auth"),
        ("kata explain 06-auth wrong-pass", "3", "plain,wrong-password-is-refused"),
        ("kata wat", "1", "plain,watch"),
    ):
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", index)
        program = "from kata.cli import kata; kata(prog_name='kata')"
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert said.stdout.strip() == expected


def test_a_full_disk_is_told_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever it meets a run: one message, exit 3, and nothing is said about the submission."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/spool")

    monkeypatch.setattr(kata, "main", full)
    with pytest.raises(SystemExit) as ended:
        main(["check"])
    assert ended.value.code == 3
    assert "No space left on device: /tmp/spool could not be written" in capsys.readouterr().err
