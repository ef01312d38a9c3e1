"""Hostile trees and archives: refused by name in bounded time and memory, or graded as if harmless. No containers.

Every case runs in a process of its own, whose memory and written bytes are measured; the case's temporary folder has to
be empty afterwards. Trees are made a little larger than the caps, not huge: nothing beyond a cap is ever looked at.
"""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.submitted import write

MIB = 1024 * 1024
SECONDS = 2.0

FASTAPI = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}

#: Takes and detects a submission, then tells what happened and what it cost: seconds of processor time, KiB at the
#: peak, bytes written.
PROGRAM = """
import json, os, resource, sys, time
from pathlib import Path
from kata.errors import KataError
from kata.settings import load
from kata.stacks import detect
from kata.submission import LEARNER, STRICT, take

started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = {"verdict": "ok", "message": "", "hint": "", "stack": ""}
try:
    with take(Path(sys.argv[1]), {"learner": LEARNER, "strict": STRICT}[sys.argv[2]]) as snapshot:
        told["paths"] = len(snapshot.paths)
        told["stack"] = detect(snapshot, load(snapshot)).stack
        with snapshot.tar() as tar:
            while tar.read(65536):
                pass
except KataError as error:
    told.update(verdict=str(getattr(error, "verdict", "usage")), message=error.message, hint=error.hint)
told["seconds"] = time.process_time() - started
told["kib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
told["written"] = resource.getrusage(resource.RUSAGE_SELF).ru_oublock * 512
told["open"] = len(os.listdir("/proc/self/fd"))
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Told:
    """What the process said."""

    verdict: str
    message: str
    hint: str
    stack: str
    seconds: float
    kib: int
    written: int
    open: int
    paths: int = 0


@pytest.fixture(params=["learner", "strict"])
def taken(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Told]:
    """Takes a submission in a process started in `cwd`, and checks that it left nothing behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def run(path: Path, cwd: Path | None = None) -> Told:
        done = subprocess.run(
            [sys.executable, "-I", "-c", PROGRAM, path, request.param],
            cwd=cwd or tmp_path,
            env={**os.environ, "TMPDIR": str(temporary)},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert list(temporary.iterdir()) == []
        told: dict[str, Any] = json.loads(done.stdout)
        return Told(**told)

    return run


def assert_refused(told: Told, *words: str) -> None:
    assert told.verdict == "refused"
    assert told.seconds < SECONDS
    assert told.kib < 64 * 1024
    assert told.written < 16 * MIB
    assert told.hint
    shown = told.message + told.hint
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert all(word in told.message for word in words), told.message


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A harmless submission to spoil."""
    return write(tmp_path / "my-api", FASTAPI)


def test_01_git_configuration_is_never_run(taken: Callable[..., Told], project: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    write(project, {".git/config": f'[core]\n\tfsmonitor = "touch {canary}"\n', ".git/HEAD": "ref: refs/heads/main\n"})
    told = taken(project, cwd=project)
    assert (told.verdict, told.stack, told.paths) == ("ok", "python/fastapi", 2)
    assert not canary.exists()


def test_02_pytest_files_are_only_files(taken: Callable[..., Told], project: Path) -> None:
    write(project, {"conftest.py": "raise SystemExit\n", "pytest.ini": "[pytest]\naddopts = -p evil\n"})
    assert taken(project, cwd=project).stack == "python/fastapi"


def test_03_modules_in_the_submission_are_never_imported(
    taken: Callable[..., Told], project: Path, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    evil = f"open({str(canary)!r}, 'w')\nraise SystemExit(9)\n"
    names = ("rich", "httpx", "docker", "sitecustomize", "usercustomize", "json", "ast", "kata", "tomllib", "pathspec")
    write(project, {f"{name}.py": evil for name in names})
    assert taken(project, cwd=project).stack == "python/fastapi"
    assert not canary.exists()


@pytest.mark.parametrize("name", [".dockerignore", ".kataignore", "Dockerfile", "kata.toml", "main.py", "deep/in/it"])
def test_04_a_fifo_blocks_nothing(taken: Callable[..., Told], project: Path, name: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).unlink(missing_ok=True)
    os.mkfifo(project / name)
    assert_refused(taken(project), name, "FIFO")


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "nowhere"])
@pytest.mark.parametrize("name", [".dockerignore", "Dockerfile", ".kataignore", "requirements.txt", "kata.toml"])
def test_05_06_links_that_decide_are_refused_unread(
    taken: Callable[..., Told], project: Path, name: str, target: str
) -> None:
    (project / name).unlink(missing_ok=True)
    (project / name).symlink_to(target)
    told = taken(project)
    assert_refused(told, name, "symbolic link")
    assert "root:" not in told.message + told.hint


def test_06_other_links_are_left_out_unread(taken: Callable[..., Told], project: Path) -> None:
    (project / "passwords").symlink_to("/etc/shadow")
    (project / "everything").symlink_to("/")
    told = taken(project)
    assert (told.verdict, told.paths) == ("ok", 2)


@pytest.mark.parametrize("name", ["data.bin", ".dockerignore", "Dockerfile", "requirements.txt", ".kataignore"])
def test_07_a_sparse_file_is_refused_by_its_apparent_size(taken: Callable[..., Told], project: Path, name: str) -> None:
    with open(project / name, "w") as file:
        file.truncate(10 * 1024 * MIB)
    assert_refused(taken(project), name)


def test_07_many_sparse_files_are_refused_together(taken: Callable[..., Told], project: Path) -> None:
    for number in range(200):
        with open(project / f"{number}.bin", "w") as file:
            file.truncate(19 * MIB)
    told = taken(project)
    assert told.verdict == "refused"
    assert "one too many" in told.message
    assert told.kib < 64 * 1024


def test_08_too_many_files_are_refused(taken: Callable[..., Told], project: Path) -> None:
    for number in range(20_100):
        os.close(os.open(project / str(number), os.O_CREAT | os.O_WRONLY))
    assert_refused(taken(project), "files and folders")


def test_08_too_many_folders_are_refused(taken: Callable[..., Told], project: Path) -> None:
    for number in range(200):
        (project / str(number)).mkdir()
        for inner in range(110):
            (project / str(number) / str(inner)).mkdir()
    assert_refused(taken(project), "files and folders")


def test_08_a_deep_tree_is_refused(taken: Callable[..., Told], project: Path) -> None:
    folder = os.open(project, os.O_RDONLY)  # paths of this length have to be walked
    for _ in range(500):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    try:
        assert_refused(taken(project), "deep")
    finally:
        subprocess.run(["rm", "-rf", project / "d"], check=True)  # shutil.rmtree recurses


def test_09_names_of_all_kinds_are_graded(taken: Callable[..., Told], project: Path) -> None:
    names = [
        b"line\nbreak.py",
        b"\x1b[2J\x1b]0;x\x07.py",
        b"bad\xff\xfe.py",
        b"n" * 255,
        "‮gpj.py".encode(),
        b"$(x);`y`.py",
    ]
    for name in names:
        (project / os.fsdecode(name)).write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    told = taken(project)
    assert (told.verdict, told.stack, told.paths) == ("ok", "python/fastapi", 2 + len(names))


@pytest.mark.parametrize("name", [b"line\nbreak", b"\x1b[2J", b"bad\xff", b"n" * 255, "‮".encode()])
def test_09_names_are_shown_harmlessly(taken: Callable[..., Told], project: Path, name: bytes) -> None:
    os.mkfifo(project / os.fsdecode(name))
    assert_refused(taken(project), "FIFO")


@pytest.mark.parametrize("name", ["../../canary", "/tmp/kata-canary", "C:\\canary", "a/../../canary", "..\\canary"])
def test_10_names_outside_of_the_archive_are_refused(taken: Callable[..., Told], tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("main.py", "")
        archive.writestr(name, "x")
    assert_refused(taken(tmp_path / "x.zip"))
    assert not (tmp_path.parent / "canary").exists()
    assert not Path("/tmp/kata-canary").exists()


def test_10_writing_through_a_link_is_refused(taken: Callable[..., Told], tmp_path: Path) -> None:
    target = tmp_path / "outside"
    target.mkdir()
    link = zipfile.ZipInfo("a")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, str(target))
        archive.writestr("a/canary", "x")
    assert_refused(taken(tmp_path / "x.zip"), "twice")
    assert list(target.iterdir()) == []


def test_11_a_zip_bomb_is_refused_before_it_is_unpacked(taken: Callable[..., Told], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(40):
            archive.writestr(f"{number}.txt", bytes(10 * MIB))
    assert_refused(taken(tmp_path / "x.zip"), "times its size")


def test_11_a_zip_that_lies_about_its_sizes_is_refused(taken: Callable[..., Told], tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("main.py", bytes(64 * MIB))
    path.write_bytes(path.read_bytes().replace((64 * MIB).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert_refused(taken(path), "cannot be read")


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_11_a_gzip_bomb_is_refused_before_it_is_unpacked(
    taken: Callable[..., Told], tmp_path: Path, kind: bytes
) -> None:
    member = tarfile.TarInfo("main.py")
    member.type, member.size = kind, 4 * 1024 * MIB
    with gzip.open(tmp_path / "x.tgz", "wb") as file:
        file.write(member.tobuf())
        for _ in range(64):
            file.write(bytes(MIB))
    assert_refused(taken(tmp_path / "x.tgz"))


def test_a_zip_of_very_many_entries_is_refused_by_count(taken: Callable[..., Told], tmp_path: Path) -> None:
    """Entries of a zip's directory alone: 46 bytes each here, an object each in zipfile."""
    entry = b"PK\x01\x02" + bytes(24) + (1).to_bytes(2, "little") + bytes(16) + b"x"
    count = 300_000
    directory = entry * count
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + len(directory).to_bytes(4, "little") + bytes(6)
    (tmp_path / "x.zip").write_bytes(directory + end)
    assert_refused(taken(tmp_path / "x.zip"), "more than")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".kataignore", "*a*" * 5000 + "\n"),
        (".kataignore", "[!a]*" * 3000),
        (".kataignore", "\xff\xfe"),
        ("kata.toml", "a = " + "[" * 30_000),
        ("kata.toml", "a" + ".a" * 15_000 + " = 1"),
        ("package.json", "[" * 400_000),
        ("pyproject.toml", "x = [" + "{a=" * 60_000),
        ("Dockerfile", b"\x00\xff" * 1000),
        ("requirements.txt", b"\x00\xff" * 1000),
    ],
)
def test_small_files_cost_little_whatever_is_in_them(
    taken: Callable[..., Told], project: Path, name: str, content: str | bytes
) -> None:
    """Refused or graded, but soon, and with a message that can be shown."""
    told = taken(write(project, {name: content}))
    assert told.seconds < SECONDS
    assert told.kib < 128 * 1024
    assert told.message.isprintable()


def test_a_tree_that_is_swapped_while_it_is_read_cannot_lead_out(project: Path, tmp_path: Path) -> None:
    """A folder that becomes a link between listing and opening is refused: no step follows anything."""
    from kata.errors import SubmissionError
    from kata.submission import LEARNER, folder, ignore
    from kata.submission.refusal import Tally

    write(tmp_path / "secret", {"key.pem": "secret"})
    write(project, {"a/first.txt": "", "b/second.txt": ""})
    source = folder.Folder(project, LEARNER)
    walk = source.walk(ignore.by_default, Tally(LEARNER))
    assert next(walk).path == "a/first.txt"
    (project / "b").rename(tmp_path / "aside")
    (project / "b").symlink_to(tmp_path / "secret")
    with pytest.raises(SubmissionError, match="b cannot be read"):
        list(walk)
    source.close()


def test_a_file_that_grows_while_it_is_read_is_cut_off(project: Path) -> None:
    """Real bytes count, not what the file declared."""
    from kata.errors import SubmissionError
    from kata.submission import STRICT
    from kata.submission.found import Found, Kind
    from kata.submission.refusal import Tally
    from kata.submission.spool import Spool

    spool = Spool.new()
    endless = Found("endless.log", Kind.FILE, size=10, read=lambda size: bytes(size))
    with pytest.raises(SubmissionError, match="one file may have"):
        spool.add(endless, Tally(STRICT))
    spool.close()
