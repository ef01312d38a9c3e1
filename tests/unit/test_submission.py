"""A folder becomes a snapshot: what enters, what is left out, what is refused."""

from __future__ import annotations

import os
import shutil
import socket
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.submitted import write

from kata.errors import SubmissionError, UsageError
from kata.results import Verdict
from kata.submission import LEARNER, STRICT, take

SERVER = {"main.py": "print()\n", "api/books.py": "books = []\n"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small submission."""
    return write(tmp_path / "my-api", SERVER)


def refusal(path: Path, **limits: int) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught, take(path, replace(LEARNER, **limits)):  # type: ignore[arg-type]
        pass
    assert caught.value.verdict is Verdict.REFUSED
    return caught.value


def test_files_enter_with_their_content(project: Path) -> None:
    with take(project) as snapshot:
        assert snapshot.name == "my-api"
        assert snapshot.paths == ("api/books.py", "main.py")
        assert snapshot.size == 19
        assert snapshot.has("main.py")
        assert not snapshot.has("api")
        assert snapshot.text("api/books.py") == "books = []\n"
        assert snapshot.warnings == ()


@pytest.mark.parametrize(
    "litter",
    [
        ".git/config",
        "node_modules/x/index.js",
        "api/__pycache__/books.cpython-313.pyc",
        "api/books.pyc",
        ".DS_Store",
        "api/._books.py",
        "vendor/bundle/ruby/x.rb",
        ".idea/workspace.xml",
        "__MACOSX/._main.py",
    ],
)
def test_what_tools_leave_behind_never_enters_nor_changes_the_digest(project: Path, litter: str) -> None:
    with take(project) as before:
        write(project, {litter: "x"})
        with take(project) as after:
            assert after.paths == before.paths
            assert after.digest == before.digest


@pytest.mark.parametrize("name", [".venv", "venv", "env", "my-environment"])
def test_a_virtual_environment_is_known_by_its_file(project: Path, name: str) -> None:
    write(project, {f"{name}/pyvenv.cfg": "home = /usr/bin", f"{name}/bin/python": "x"})
    with take(project) as snapshot:
        assert snapshot.paths == ("api/books.py", "main.py")


def test_a_folder_named_env_without_that_file_enters(project: Path) -> None:
    write(project, {"env/settings.py": "x = 1"})
    with take(project) as snapshot:
        assert snapshot.has("env/settings.py")


def test_kataignore_leaves_out_files_before_they_are_counted(project: Path) -> None:
    write(project, {".kataignore": "/data/\n*.log\n!keep.log\n", "data/x.bin": "1" * 5000, "a.log": "", "keep.log": ""})
    with take(project, replace(LEARNER, total=200)) as snapshot:
        assert snapshot.paths == (".kataignore", "api/books.py", "keep.log", "main.py")


def test_gitignore_is_no_kataignore(project: Path) -> None:
    write(project, {".gitignore": "*.py\n"})
    with take(project) as snapshot:
        assert snapshot.has("main.py")


def test_links_are_left_out_and_named(project: Path) -> None:
    (project / "current").symlink_to("main.py")
    (project / "outside").symlink_to("/etc")
    with take(project) as snapshot:
        assert snapshot.paths == ("api/books.py", "main.py")
        assert snapshot.links == ("current", "outside")
        assert "current, outside" in snapshot.warnings[0]
        with pytest.raises(SubmissionError, match="current is a symbolic link"):
            snapshot.text("current")


def test_links_in_ignored_folders_do_not_matter(project: Path) -> None:
    (project / "node_modules/.bin").mkdir(parents=True)
    (project / "node_modules/.bin/tool").symlink_to("/etc/passwd")
    with take(project) as snapshot:
        assert snapshot.links == ()


@pytest.mark.parametrize("name", ["Dockerfile", ".dockerignore", "package.json", "kata.toml", ".kataignore"])
def test_a_link_that_decides_is_refused(project: Path, name: str) -> None:
    (project / name).symlink_to("/etc/passwd")
    error = refusal(project)
    assert f"{name} is a symbolic link" in error.message
    assert "root:" not in error.message + error.hint


def test_a_fifo_is_refused_wherever_it_is(project: Path) -> None:
    os.mkfifo(project / "api/pipe")
    assert "api/pipe is a FIFO" in refusal(project).message


def test_a_socket_is_refused_unless_it_is_ignored(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("app.sock")
        assert "app.sock is a socket" in refusal(project).message
        write(project, {".kataignore": "*.sock"})
        take(project).close()


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"entries": 2}, "more than 2 files and folders"),
        ({"scanned": 2}, "more than 2 files, ignored ones included"),
        ({"depth": 1}, "more than 1 deep"),
        ({"total": 15}, "main.py is one too many"),
        ({"file": 9}, "api/books.py has"),
    ],
)
def test_every_cap_names_itself(project: Path, limits: dict[str, int], expected: str) -> None:
    error = refusal(project, **limits)
    assert expected in error.message
    assert error.hint


def test_caps_are_met_exactly(project: Path) -> None:
    take(project, replace(LEARNER, entries=3, scanned=3, depth=2, total=19, file=11)).close()


def test_an_unreadable_path_says_so(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/main.py").write_text("")
    (tmp_path / "sub/looping").symlink_to("looping")
    with take(tmp_path / "sub") as snapshot:
        assert snapshot.links == ("looping",)


def test_a_missing_path_is_a_wrong_call_and_names_the_nearest(project: Path) -> None:
    with pytest.raises(UsageError) as caught:
        take(project.parent / "my-apo")
    assert caught.value.exit_code == 2
    assert str(project) in caught.value.hint


def test_a_path_in_a_missing_folder_says_which_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        take(tmp_path / "nowhere" / "my-api")
    assert "nowhere does not exist" in caught.value.hint


@pytest.mark.parametrize("path", ["/dev/null", "/proc/self/mem"])
def test_what_is_no_folder_and_no_archive_is_a_wrong_call(path: str) -> None:
    with pytest.raises(UsageError, match="is not a submission"):
        take(Path(path))


def test_a_name_with_a_zero_byte_is_a_wrong_call() -> None:
    with pytest.raises(UsageError):
        take(Path("a\0b"))


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "empty/.git").mkdir(parents=True)
    error = refusal(tmp_path / "empty")
    assert "nothing in it" in error.message
    assert "requirements.txt" in error.hint


def test_a_link_on_the_command_line_is_followed_for_learners_only(project: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project)
    take(tmp_path / "link").close()
    with pytest.raises(SubmissionError, match="symbolic link"):
        take(tmp_path / "link", STRICT)


def test_a_folder_that_holds_one_folder_stands_for_it(project: Path, tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_text("x")
    with take(tmp_path) as outer, take(project) as inner:
        assert outer.digest == inner.digest
        assert "only the folder my-api/" in outer.warnings[0]


def test_source_folders_are_not_stepped_into(tmp_path: Path) -> None:
    write(tmp_path / "x", {"app/main.py": ""})
    with take(tmp_path / "x") as snapshot:
        assert snapshot.paths == ("app/main.py",)


@pytest.mark.parametrize("mark", ["requirements.txt", "package.json", "kata.toml"])
def test_a_project_in_a_folder_called_app_is_graded_from_there(tmp_path: Path, mark: str) -> None:
    write(tmp_path / "x", {f"app/{mark}": "", "app/main.py": ""})
    with take(tmp_path / "x") as snapshot:
        assert set(snapshot.paths) == {mark, "main.py"}
    shutil.make_archive(str(tmp_path / "y"), "zip", tmp_path / "x")
    with take(tmp_path / "y.zip") as snapshot:
        assert set(snapshot.paths) == {mark, "main.py"}


def test_the_digest_is_about_paths_content_and_the_executable_bit_only(project: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(project, tmp_path / "copy")
    os.utime(copy / "main.py", (1, 1))
    (copy / "api").chmod(0o700)
    (copy / "main.py").chmod(0o600)
    with take(project) as one, take(copy) as two:
        assert one.digest == two.digest
    (copy / "main.py").chmod(0o755)
    with take(project) as one, take(copy) as two:
        assert one.digest != two.digest


def test_names_of_any_bytes_are_kept(tmp_path: Path) -> None:
    names = [b"line\nbreak", b"\x1b[31mred", b"bad-\xff\xfe", "ü".encode() * 127, b"-rf", b"\\back", b" "]
    folder = tmp_path / "x"
    folder.mkdir()
    for name in names:
        (folder / os.fsdecode(name)).write_text("x")
    with take(folder) as snapshot, tarfile.open(fileobj=snapshot.tar(), mode="r|", errors="surrogateescape") as tar:
        assert sorted(os.fsencode(member.name) for member in tar) == sorted(names)
        assert all(snapshot.content(path) == b"x" for path in snapshot.paths)


def test_a_folder_that_changes_later_changes_nothing(project: Path) -> None:
    with take(project) as snapshot:
        (project / "main.py").write_text("changed")
        shutil.rmtree(project / "api")
        assert snapshot.text("main.py") == "print()\n"
        assert snapshot.text("api/books.py") == "books = []\n"


def test_a_refusal_leaves_nothing_open(project: Path) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    os.mkfifo(project / "api/pipe")
    refusal(project)
    refusal(project, total=10)
    assert sorted(os.listdir("/proc/self/fd")) == before
