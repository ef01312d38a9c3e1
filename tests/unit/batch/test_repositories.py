"""A CSV of repositories: each is fetched and packed, and what cannot be fetched costs nobody points."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kata.batch.gradebook import Row
from kata.batch.opening import snapshot_of
from kata.batch.repositories import NotFetched, fetched, take_in_repositories, without_secret
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
