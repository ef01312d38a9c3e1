"""A CSV of repositories: each is fetched and packed, and what cannot be fetched costs nobody points."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kata.batch.addresses import without_secret, wrong_address
from kata.batch.gradebook import Gradebook, Row
from kata.batch.intake import Unit
from kata.batch.opening import snapshot_of
from kata.batch.repositories import NotFetched, fetched, take_in_repositories
from kata.batch.roster import Student
from kata.cli.batch import _told
from kata.errors import UsageError
from kata.submission import STRICT


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose hooks, if they ran, would leave a canary."""
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "main.py").write_text("print(1)\n")

    def git(*words: str) -> None:
        names = ["-c", "user.name=t", "-c", "user.email=t@x"]
        subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    git("config", "core.fsmonitor", f"touch {tmp_path}/canary")
    return folder


def test_repositories_become_units_and_failures_are_told(repository: Path, tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text(f"name,repository\nAda,file://{repository}\nBob,file://{tmp_path}/none\nCem,\n")
    intake = take_in_repositories(file, fetched(tmp_path / "kept", "file"))
    ada, bob, cem = intake.units
    with snapshot_of(ada, STRICT) as snapshot:
        assert snapshot.paths == ("main.py",)
    assert (bob.missing, bob.unfetched, cem.unfetched) == (True, True, False)
    assert Row(bob, None).state == "waiting"
    assert "could not be fetched" in bob.notes[0]
    assert cem.notes == ("no repository",)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("address", ["--upload-pack=touch x", "ext::sh -c id", "/etc", "file:///etc", "http://x/y"])
def test_only_https_and_ssh_are_fetched(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotFetched, match="no https or ssh"):
        fetched(tmp_path)(address)


@pytest.mark.parametrize(
    ("page", "repository"),
    [
        ("https://github.com/x/y/tree/main", "https://github.com/x/y"),
        ("https://ada:t0ken@github.com/x/y/tree/main", "https://github.com/x/y"),
        ("https://github.com/x/y?tab=readme-ov-file#start", "https://github.com/x/y"),
        ("https://github.com/x/y/pulls", "https://github.com/x/y"),
        ("https://github.example.edu/x/y/blob/main/app.py", "https://github.example.edu/x/y"),
        ("https://gitlab.example.edu/course/2026/jane/-/tree/main/api", "https://gitlab.example.edu/course/2026/jane"),
        ("https://gitlab.example.edu/course/2026/jane/tree/main", "https://gitlab.example.edu/course/2026/jane"),
        ("https://codeberg.org/x/y/src/branch/main", "https://codeberg.org/x/y"),
        ("https://git.example.edu/x/y/src/branch/main", "https://git.example.edu/x/y"),
        ("https://bitbucket.org/x/y/src/main/", "https://bitbucket.org/x/y"),
        ("http://github.com/x/y/tree/main", "https://github.com/x/y"),
        ("github.com/x/y", "https://github.com/x/y"),
        ("http://git.example.edu/y.git", "https://git.example.edu/y.git"),
    ],
)
def test_an_address_out_of_a_browser_is_told_with_what_to_give(page: str, repository: str) -> None:
    said = wrong_address(page)
    assert said.endswith(f"give {repository}")
    assert "t0ken" not in said


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/x/y",
        "https://github.com/x/y/",
        "https://github.com/x/tree.git",
        "https://gitlab.example.edu/course/src/jane",
        "https://gitlab.example.edu/course/2026/tree/jane.git",
        "https://dev.azure.com/course/project/_git/api",
        "https://ada:t0ken@git.example.edu/y",
        "ssh://git@git.example.edu:2222/x/y.git",
        "git@github.com:x/y.git",
    ],
)
def test_an_address_of_a_repository_is_left_alone(address: str) -> None:
    assert wrong_address(address) == ""


def test_what_to_correct_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Running it again would not help, so that is not what is said."""
    (tmp_path / "class.csv").write_text("name,repository\nAda,https://github.com/x/y/tree/main\nBob,ftp://x/y\n")
    ada, bob = take_in_repositories(tmp_path / "class.csv", fetched(tmp_path / "kept")).units
    assert ada.correct.startswith("line 2 of class.csv: https://github.com/x/y/tree/main is a page in a browser")
    assert bob.correct == "line 3 of class.csv: ftp://x/y is no https or ssh address"
    assert bob.unfetched
    cem = Unit("cem", Student("Cem"), unfetched=True)
    book = Gradebook("90-tiny", "Tiny", tuple(Row(unit, None) for unit in (ada, bob, cem)), ())
    assert _told(book, (), tmp_path) == 3
    *corrections, rest = capsys.readouterr().err.splitlines()
    assert [line.partition("corrected: ")[2] for line in corrections] == [
        f"Ada: {ada.correct}",
        f"Bob: {bob.correct}",
    ]
    assert rest == "Not graded, by no fault of theirs: cem. Run the same command again."


def test_what_opens_a_repository_is_used_and_not_kept(tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(address: str) -> Path:
        asked.append(address)
        raise NotFetched(without_secret(f"fatal: unable to access '{address}': not found"))

    (tmp_path / "class.csv").write_text("name,repository\nAda,https://ada:t0ken@example.com/a.git\n")
    (ada,) = take_in_repositories(tmp_path / "class.csv", fetch).units
    assert asked == ["https://ada:t0ken@example.com/a.git"]
    assert ada.student.repository == "https://example.com/a.git"
    assert "t0ken" not in str(ada)


def test_a_csv_without_repositories_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("name\nAda\n")
    with pytest.raises(UsageError, match=r"class\.csv:1"):
        take_in_repositories(tmp_path / "class.csv", fetched(tmp_path))
