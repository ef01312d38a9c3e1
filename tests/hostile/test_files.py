"""Hostile kata.toml, lists of packages and names of files: refused with their file, or harmless. No containers."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from tests.submitted import detected

from kata.engine.build_steps import script
from kata.errors import SubmissionError
from kata.results import Verdict
from kata.stacks import Plan

APP = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "requirements.txt": "fastapi\nuvicorn\n"}
NODE = {"server.js": "", "package.json": '{"dependencies": {"express": "5"}}'}

SETTINGS = {
    "newline_in_start": 'start = "a\\nb"',
    "nul_in_start": 'start = "a\\u0000b"',
    "escape_in_start": 'start = "a\\u001b[2Jb"',
    "blank_start": 'start = "  "',
    "endless_start": f'start = "{"a" * 10_000}"',
    "megabyte": f'start = "{"a" * 1_000_000}"',
    "list_for_start": 'start = ["a"]',
    "health_with_host": 'health = "//evil.example/"\n[x]',
    "health_with_newline": 'health = "/\\r\\nHost: x"',
    "base_path_with_host": 'base_path = "//evil.example"',
    "base_path_with_query": 'base_path = "/a?b"',
    "port_0": "port = 0",
    "port_beyond": "port = 70000",
    "port_true": "port = true",
    "port_huge": f"port = {'9' * 4000}",
    "dockerfile_outside": 'dockerfile = "../../etc/passwd"',
    "dockerfile_absolute": 'dockerfile = "/etc/passwd"',
    "dockerfile_is_an_option": 'dockerfile = "--help"',
    "stack_of_unicode": 'stack = "\u202epython"',
    "unknown_field": '"\\u001b[2J" = 1',
    "unknown_service": '[services]\ndatabase = "../x"',
    "variable_with_equals": '[environment]\n"A=B" = "x"',
    "variable_with_nul": '[environment]\nA = "x\\u0000"',
    "variable_that_is_none": "[environment]\nA = 7",
    "too_many_variables": "[environment]\n" + "\n".join(f'A{number} = "x"' for number in range(200)),
    "deep": "a = " + "{a = " * 3000,
    "dotted": ".".join("a" * 3000) + " = 1",
    "same_twice": 'start = "a"\nstart = "b"',
    "no_utf_8": "start = '\udcff'",
    "install_of_many": "install = [" + '"a", ' * 100 + "]",
    "install_with_newline": 'install = ["a\\nb"]',
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_settings_that_mean_harm_are_refused_with_their_file(tmp_path: Path, kind: str) -> None:
    text = SETTINGS[kind].encode("utf-8", "surrogateescape")
    error = refusal(tmp_path, {**APP, "kata.toml": text})
    assert "kata.toml" in error.message or "there is no" in error.message or "is not there" in error.message, (
        error.message
    )


LISTS = {
    "outside": {"requirements.txt": "-r ../../etc/passwd"},
    "absolute": {"requirements.txt": "-r /etc/passwd"},
    "file_url": {"requirements.txt": "-r file:///etc/passwd"},
    "with_equals": {"requirements.txt": "--requirement=/etc/passwd"},
    "constraint": {"requirements.txt": "-c ../../../etc/passwd"},
    "deep_json": {**NODE, "package.json": '{"scripts":' * 50_000},
    "list_json": {**NODE, "package.json": "[]"},
    "long_line_json": {**NODE, "package.json": '{"name": "' + "a" * 10_000_000 + '"}'},
    "long_line_toml": {"requirements.txt": b"", "pyproject.toml": "[project]\nname = '" + "a" * 10_000_000 + "'"},
    "long_line": {"requirements.txt": "flask" + " " * 10_000_000},
    "dependency_is_an_option": {"pyproject.toml": "[project]\ndependencies = ['--index-url=http://192.0.2.1']"},
}


@pytest.mark.parametrize("kind", LISTS)
def test_lists_that_reach_outside_or_are_endless_are_refused(tmp_path: Path, kind: str) -> None:
    files = {"main.py": APP["main.py"], **LISTS[kind]}
    if kind.endswith("toml") or kind == "dependency_is_an_option":
        files.pop("requirements.txt", None)
    error = refusal(tmp_path, files)
    assert "root:" not in error.message + error.hint


INSTALLED = [
    {"requirements.txt": "--index-url http://192.0.2.1/\nfastapi\nuvicorn"},
    {"requirements.txt": "--extra-index-url http://192.0.2.1/ --trusted-host 192.0.2.1\nfastapi\nuvicorn"},
    {"requirements.txt": "fastapi; touch /tmp/kata-canary\nuvicorn"},
    {"requirements.txt": "fastapi\nuvicorn\n-e ../..\n"},
    {"requirements.txt": "fastapi\nuvicorn\nfile:///etc\n"},
    {"requirements.txt": "# -*- coding: utf-7 -*-\nfastapi\nuvicorn\n$(touch /tmp/kata-canary)"},
    {"requirements/base.txt": "fastapi\nuvicorn", "--help": "", "-rf": "", "$(id).py": "", "a b;c.txt": ""},
    {"pyproject.toml": "[project]\ndependencies = ['fastapi', \"uvicorn; python_version > '3' # $(id)\", 'x`id`']"},
    {"pyproject.toml": "[tool.poetry.dependencies]\nfastapi = '*'\nuvicorn = {git = 'x; touch /tmp/kata-canary'}"},
]


@pytest.mark.parametrize("files", INSTALLED, ids=range(len(INSTALLED)))
def test_what_a_list_says_never_becomes_a_command(tmp_path: Path, files: dict[str, str]) -> None:
    """It is read by pip inside of the build, or stands quoted in one word of the line."""
    plan = detected(tmp_path / "api", {"main.py": APP["main.py"], **files})
    assert_plain_words(plan)
    assert plan.dependency_files == tuple(path for path in plan.dependency_files if not path.startswith(("/", "..")))


@pytest.mark.parametrize(
    "name", ["--help.js", "-e process.exit(1)", "$(id).js", "a;id.js", "a\nb.js", "`id`.js", "é'.js"]
)
def test_names_of_files_are_words_in_the_start_line(tmp_path: Path, name: str) -> None:
    package = json.dumps({"main": name, "dependencies": {"express": "5"}})
    try:
        plan = detected(tmp_path / "api", {"package.json": package, name: "", "package-lock.json": "{}"})
    except SubmissionError:
        return  # refused by name, with a line break in it
    words = shlex.split(plan.start)
    assert words[0] == "node"
    assert [word.removeprefix("./") for word in words[1:]] == [name]


def test_what_a_build_announces_is_one_line_however_a_step_reads() -> None:
    said = script(["true '\n$ npm ci\n'", "echo \x1b[2J"])
    assert "\x1b[2J'" not in said.split("; ")[0]


def assert_plain_words(plan: Plan) -> None:
    for line in plan.install:
        words = shlex.split(line)
        assert not {";", "&&", "|", "$(touch", "`id`"} & set(words), line
        assert "$(" not in line or "'" in line


def refusal(tmp_path: Path, files: dict[str, str | bytes]) -> SubmissionError:
    """What the submission is refused with; short, and harmless to show."""
    with pytest.raises(SubmissionError) as caught:
        detected(tmp_path / "api", files)
    assert caught.value.verdict is Verdict.REFUSED
    assert len(caught.value.message) < 1000
    assert (caught.value.message + caught.value.hint).replace("\n", "").isprintable()
    return caught.value
