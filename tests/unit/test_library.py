"""Finding an exercise by id, number, slug or a beginning."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from kata.errors import BrokenExercise, UnknownExercise, UsageError
from kata.library import Library, Shelf, matching

IDS = ["02-http", "03-rest-api", "05-blog-api", "05-calculator", "06-auth"]
TINY = Path(__file__).resolve().parents[1] / "library"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("06-auth", "06-auth"),
        ("06", "06-auth"),
        ("auth", "06-auth"),
        ("AUTH", "06-auth"),
        ("ca", "05-calculator"),
        ("03-", "03-rest-api"),
    ],
)
def test_names_that_mean_one_exercise(name: str, expected: str) -> None:
    assert matching(name, IDS) == expected


def test_ambiguous_name_lists_what_it_may_mean() -> None:
    with pytest.raises(UnknownExercise) as caught:
        matching("05", IDS)
    assert "05-blog-api or 05-calculator" in caught.value.message


@pytest.mark.parametrize(("name", "near"), [("06-atuh", "06-auth"), ("htpp", "02-http"), ("restapi", "03-rest-api")])
def test_unknown_name_suggests_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownExercise) as caught:
        matching(name, IDS)
    assert near in caught.value.hint
    assert caught.value.exit_code == 2


def test_own_library_is_searched_first() -> None:
    assert Library.open([TINY]).find("tiny").folder == TINY / "exercises" / "90-tiny"


def test_folder_that_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no library"):
        Library.open([tmp_path])


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Library.open([tmp_path / "nowhere"])


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """A package `course` that says it has a library, as pip would leave it: `module` is what its __init__.py says."""
    (folder / "course-1.0.dist-info").mkdir()
    (folder / "course-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: course\nVersion: 1.0\n")
    (folder / "course-1.0.dist-info" / "entry_points.txt").write_text("[kata.libraries]\nmine = course\n")
    (folder / "course").mkdir()
    (folder / "course" / "__init__.py").write_text(module)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "course", raising=False)


def test_installed_library_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "")
    shutil.copytree(TINY / "exercises", tmp_path / "course" / "exercises")
    assert Library.open().find("90-tiny").folder == tmp_path / "course" / "exercises" / "90-tiny"


@pytest.mark.parametrize(("module", "says"), [("1 / 0", "ZeroDivisionError"), ("", "no exercises folder")])
def test_installed_library_that_is_none_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, says: str
) -> None:
    installed(tmp_path, monkeypatch, module)
    with pytest.raises(UsageError, match=says) as caught:
        Library.open()
    assert caught.value.message.startswith("course offers the library 'mine'")


def broken(tmp_path: Path, old: str, new: str) -> BrokenExercise:
    text = (TINY / "exercises" / "90-tiny" / "exercise.toml").read_text()
    assert old in text
    folder = tmp_path / "exercises" / "90-tiny"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(BrokenExercise) as caught:
        Shelf(tmp_path).load("90-tiny")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('kind = "http"', 'kind = "ftp"', 5, "kind"),
        ("points = 40", 'points = "forty"', 23, "requirements[1].points"),
        ('id = "keeps-number"', 'id = "greets"', 20, "stands twice"),
        ('title = "Tiny"', "title = Tiny", 3, "line 3"),
        ('id = "90-tiny"', 'id = "91-tiny"', 1, "folder"),
    ],
)
def test_broken_exercise_names_file_and_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    error = broken(tmp_path, old, new)
    assert says in error.message
    assert f"exercise.toml:{line}" in error.message or f"line {line}" in error.message
