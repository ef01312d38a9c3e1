"""kata.toml: what it may say, and how it is told what is wrong, by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kata.errors import SubmissionError
from kata.results import Verdict
from kata.settings import Settings, load
from kata.stacks import LANGUAGES
from kata.submission import Snapshot, take

EVERYTHING = """
start = "python main.py"
port = 3000
health = "/healthz?full=1"
base_path = "/api/v1"
stack = "python"
dockerfile = "docker/Dockerfile"
install = ["pip install flask", "true"]

[environment]
LOG_LEVEL = "debug"
EMPTY = ""

[services]
database = "mysql"
cache = "memcached"
"""


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    """A submission without kata.toml."""
    (tmp_path / "main.py").write_text("")
    with take(tmp_path) as taken:
        yield taken


def loaded(snapshot: Snapshot, text: str | bytes) -> Settings:
    content = text if isinstance(text, bytes) else text.encode()
    with snapshot.overlay({"kata.toml": content}) as told:
        return load(told)


def refused(snapshot: Snapshot, text: str | bytes) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        loaded(snapshot, text)
    assert caught.value.verdict is Verdict.REFUSED
    assert caught.value.hint
    return caught.value


def test_without_a_kata_toml_nothing_is_said(snapshot: Snapshot) -> None:
    assert load(snapshot) == Settings() == loaded(snapshot, "")


def test_everything_can_be_said(snapshot: Snapshot) -> None:
    settings = loaded(snapshot, EVERYTHING)
    assert settings == Settings(
        start="python main.py",
        port=3000,
        health="/healthz?full=1",
        base_path="/api/v1",
        stack="python",
        dockerfile="docker/Dockerfile",
        install=("pip install flask", "true"),
        environment=(("LOG_LEVEL", "debug"), ("EMPTY", "")),
        services=(("database", "mysql"), ("cache", "memcached")),
    )
    assert settings.service("database") == "mysql"
    assert settings.service("queue") is None


def test_install_is_one_line_or_many_or_none(snapshot: Snapshot) -> None:
    assert loaded(snapshot, 'install = "make deps"').install == ("make deps",)
    assert loaded(snapshot, 'install = ""').install == ()
    assert loaded(snapshot, "install = []").install == ()
    assert loaded(snapshot, "").install is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('start = ""', "kata.toml:1: start:"),
        ('start = "  "', "kata.toml:1: start:"),
        ('start = "a\\nb"', "kata.toml:1: start:"),
        ('start = "x"\nport = "3000"', "kata.toml:2: port:"),
        ("port = 0", "kata.toml:1: port:"),
        ("port = 65536", "kata.toml:1: port:"),
        ("port = true", "kata.toml:1: port:"),
        ('health = "healthz"', "kata.toml:1: health:"),
        ('health = "/a b"', "kata.toml:1: health:"),
        ('base_path = "/api/"', "kata.toml:1: base_path:"),
        ('base_path = "http://x"', "kata.toml:1: base_path:"),
        ("install = 3", "kata.toml:1: install:"),
        ('install = "a\\u0000b"', "kata.toml:1: install:"),
        ('[environment]\nOK = "1"\n"A-B" = "1"', "kata.toml:1: environment:"),
        ("[environment]\nA = 1", "kata.toml:2: environment.A:"),
        ('[services]\ndatabase = "My SQL"', "kata.toml:2: services.database:"),
        ("start = 'x'\n[environment\n", "kata.toml:2:"),
        ("\nstart = \n", "kata.toml:2:"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(snapshot: Snapshot, text: str, where: str) -> None:
    assert refused(snapshot, text).message.startswith(where)


def test_an_unknown_field_gets_a_suggestion(snapshot: Snapshot) -> None:
    error = refused(snapshot, 'port = 1\nstrat = "x"\n')
    assert error.message.startswith("kata.toml:2: strat:")
    assert error.hint == "Did you mean start?"
    assert "base_path" in refused(snapshot, "xyzzy = 1").hint


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 10_000, "a" + ".a" * 10_000 + " = 1", "# " + "x" * 40_000, b"\xff\xfe\x00", "\x00"],
    ids=["nested", "dotted", "large", "binary", "zero byte"],
)
def test_a_hostile_file_is_refused_quickly(snapshot: Snapshot, text: str | bytes) -> None:
    assert "kata.toml" in refused(snapshot, text).message


def test_a_message_shows_no_control_characters(snapshot: Snapshot) -> None:
    error = refused(snapshot, '"\\u001b]0;x\\u0007" = 1')
    assert error.message.isprintable()


def test_the_schema_names_every_stack() -> None:
    path = Path(__file__).resolve().parents[2] / "runner/kata/schemas/settings.schema.json"
    described = json.loads(path.read_text("utf-8"))["properties"]["stack"]["description"]
    assert all(language.name in described for language in LANGUAGES)
