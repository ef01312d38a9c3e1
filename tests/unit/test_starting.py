"""`kata start`: a project that is whole, or nothing at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kata import settings
from kata.errors import UsageError
from kata.library import Library
from kata.starting import project, starter, write_project
from kata.submission import take


def test_a_project_has_everything_to_begin_with(library: Library, tmp_path: Path) -> None:
    files = write_project(library.find("06-auth"), tmp_path / "api", "fastapi")
    around = {"README.md", "STATEMENT.md", "kata.toml", ".gitignore", ".github/workflows/kata.yml", "openapi.yaml"}
    assert around < set(files)
    assert "kata check 06-auth" in (tmp_path / "api/README.md").read_text()
    assert (tmp_path / "api/main.py").is_file()


def test_what_the_statement_says_lies_beside_it_does(library: Library, tmp_path: Path) -> None:
    """The origin's document of 09-caching, which a learner needs to run an origin of their own."""
    exercise = library.find("09-caching")
    write_project(exercise, tmp_path / "api")
    document = (exercise.statement.parent / "origin.json").read_text("utf-8")
    assert (tmp_path / "api/origin.json").read_text("utf-8") == document
    assert not (tmp_path / "api/exercise.toml").exists()


@pytest.mark.parametrize(
    ("id", "choice"),
    [("04-database", '# database = "mysql"'), ("09-caching", '# cache = "memcached"'), ("06-auth", "")],
)
def test_the_services_that_can_be_chosen_are_offered(library: Library, tmp_path: Path, id: str, choice: str) -> None:
    """And where nothing can be, nothing is; the line works as soon as its # is taken away."""
    exercise = library.find(id)
    text = project(exercise, starter(exercise))["kata.toml"].decode()
    assert choice in text
    assert ("[services]" in text) is bool(choice)
    chosen = text.replace("# [services]", "[services]").replace(choice, choice.removeprefix("# "))
    (tmp_path / "kata.toml").write_text(chosen)
    with take(tmp_path) as snapshot:
        kinds = dict(settings.load(snapshot).services)
    assert kinds == ({choice.split()[1]: choice.split('"')[1]} if choice else {})


def test_every_starter_makes_a_project_whose_settings_load(library: Library, tmp_path: Path) -> None:
    for exercise in library.all():
        for folder in exercise.starters.iterdir():
            target = tmp_path / exercise.id / folder.name
            write_project(exercise, target, folder.name)
            with take(target) as snapshot:
                settings.load(snapshot)
            assert "@" not in (target / "README.md").read_text().split("STATEMENT")[0]


@pytest.mark.parametrize(
    ("word", "folder"),
    [("fastapi", "python"), ("py", "python"), ("express", "node"), ("JavaScript", "node"), ("", "python")],
)
def test_a_stack_is_named_by_language_or_framework(library: Library, word: str, folder: str) -> None:
    assert starter(library.find("06-auth"), word).name == folder


def test_an_unknown_stack_names_those_that_there_are(library: Library) -> None:
    with pytest.raises(UsageError, match="no starter for 'cobol'") as error:
        starter(library.find("06-auth"), "cobol")
    assert "node, python" in error.value.hint


def test_a_folder_that_is_not_empty_is_left_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(UsageError, match="is not empty; nothing was written"):
        write_project(library.find("06-auth"), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]


def test_what_the_disk_refuses_leaves_nothing_behind(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at the last file: no half project stays."""
    exercise = library.find("06-auth")
    names = list(project(exercise, starter(exercise)))
    write = Path.write_bytes

    def full_at_the_last(file: Path, content: bytes) -> int:
        if file.name == names[-1]:
            raise OSError(28, os.strerror(28))
        return write(file, content)

    monkeypatch.setattr(Path, "write_bytes", full_at_the_last)
    with pytest.raises(UsageError, match="No space left on device; nothing was left"):
        write_project(exercise, tmp_path / "api")
    assert not (tmp_path / "api").exists()
