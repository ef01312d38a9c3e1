"""What the documents say is true: commands exist and have help, links lead somewhere, the two commands are real."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kata.cli import COMMANDS, kata
from kata.grader import Control, Database, Draw
from kata.grader.fixtures import Fixtures

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    said = CliRunner().invoke(kata, [name, "--help"])
    assert said.exit_code == 0, said.output
    assert "Examples:" in said.output
    assert f"kata {name}" in said.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_documents(name: str) -> None:
    assert any(f"kata {name}" in page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_commands_named_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"^ {4}kata ([a-z]+)", text, re.MULTILINE)) | set(re.findall(r"`kata ([a-z]+)", text))
    assert named
    assert named <= set(COMMANDS), named - set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_named_in_the_documents_exist(page: Path) -> None:
    """What looks like an option behind a command, up to the end of its line or code, is one of that command."""
    for name, rest in re.findall(r"\bkata ([a-z]+)\b([^\n`#|]*)", page.read_text("utf-8")):
        named = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", rest)) - {"-h", "--help"}
        assert not named or named <= _options(name), f"{page.name}: kata {name} has no {named - _options(name)}"


def _options(name: str) -> set[str]:
    command = kata.get_command(click.Context(kata), name) if name in COMMANDS else None
    group = command.commands.values() if isinstance(command, click.Group) else ()
    return {flag for each in (command, *group) if each for option in each.params for flag in option.opts}


def test_everything_that_a_check_can_use_stands_in_the_graders_page() -> None:
    """Who writes a grader reads docs/graders.md and not the package; the fixtures use the rest themselves."""
    text = (ROOT / "docs" / "graders.md").read_text("utf-8")
    rooms: dict[str, type] = {"draw": Draw, "control": Control, "database": Database}
    of_fixtures = {"start_replica", "start_together"}
    for fixture, room in rooms.items():
        for name in {name for name in vars(room) if not name.startswith("_")} - of_fixtures:
            assert f"`{fixture}.{name}(" in text
    for fixture in {name for name in vars(Fixtures) if not name.startswith("_")}:
        assert f"| `{fixture}` |" in text


def test_two_commands_of_the_readme_are_targets() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    commands = re.findall(r"^ {4}make ([a-z]+)", text, re.MULTILINE)
    assert commands[:2] == ["demo", "test"]
    for command in commands:
        subprocess.run(["make", "--dry-run", command], cwd=ROOT, check=True, capture_output=True)


def test_continuous_integration_runs_make_test() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_no_path_of_the_machine_and_no_registry_host_is_in_a_tracked_file() -> None:
    """A checkout tells nothing of where it was made."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    forbidden = re.compile(rb"registry\.npm" + rb"js\.org|pypi\.o" + rb"rg|/root/\.|" + str(ROOT).encode() + rb"/")
    for name in filter(None, listed.decode().split("\0")):
        file = ROOT / name
        if file.is_file() and len(str(ROOT)) > 5:
            found = forbidden.search(file.read_bytes())
            assert found is None, f"{name}: {found.group()!r}"


def test_python_and_package_agree_on_the_version() -> None:
    import tomllib

    from kata import __version__

    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert data["project"]["version"] == __version__
    said = subprocess.run([sys.executable, "-m", "kata", "--version"], capture_output=True, text=True, check=True)
    assert __version__ in said.stdout
