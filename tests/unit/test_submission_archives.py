"""Zip and tar files: the same snapshot as their folder, or a refusal that says why."""

from __future__ import annotations

import gzip
import io
import random
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kata.errors import SubmissionError
from kata.submission import LEARNER, take

LONG = "a" * 120 + "/" + "b" * 120 + "/main.py"
FILES = {"main.py": "print()\n", "api/books.py": "books = []\n", "ünïcode.txt": "ü", LONG: "deep", "empty": ""}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the usual, a script that can be run, and litter."""
    folder = tmp_path / "my-api"
    for name, content in {**FILES, "node_modules/x/y.js": "1", "venv/pyvenv.cfg": "", "venv/bin/x": ""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "run.sh").write_text("exec true\n")
    (folder / "run.sh").chmod(0o755)
    return folder


def zipped(path: Path, files: Iterable[tuple[str | zipfile.ZipInfo, str | bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def unix(name: str, mode: int, system: int = 3) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system, made.external_attr = system, mode << 16
    return made


def refused(path: Path, limits: dict[str, int] | None = None) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught, take(path, replace(LEARNER, **(limits or {}))):  # type: ignore[arg-type]
        pass
    assert caught.value.hint
    return caught.value


def packed_zip(project: Path, wrapped: bool) -> Path:
    path = project.parent / "handed-in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(project.rglob("*")):
            archive.write(file, file.relative_to(project.parent if wrapped else project))
    return path


def packed_tar(ending: str, form: int) -> Callable[[Path, bool], Path]:
    def pack(project: Path, wrapped: bool) -> Path:
        path = project.parent / f"handed-in{ending}"
        with tarfile.open(path, "w:gz" if "z" in ending else "w", format=form) as archive:  # type: ignore[call-overload]
            archive.add(project, "my-api" if wrapped else ".")
        return path

    return pack


@pytest.mark.parametrize("wrapped", [True, False], ids=["in a folder", "flat"])
@pytest.mark.parametrize(
    "pack",
    [
        packed_zip,
        packed_tar(".tar", tarfile.GNU_FORMAT),
        packed_tar(".tar.gz", tarfile.GNU_FORMAT),
        packed_tar(".tgz", tarfile.PAX_FORMAT),
        packed_tar(".tar", tarfile.PAX_FORMAT),
        packed_tar(".TAR", tarfile.PAX_FORMAT),
    ],
)
def test_an_archive_is_the_same_as_its_folder(project: Path, pack: Callable[[Path, bool], Path], wrapped: bool) -> None:
    with take(project) as folder, take(pack(project, wrapped)) as archive:
        assert archive.paths == folder.paths
        assert archive.digest == folder.digest
        assert archive.name == "handed-in"
        assert archive.warnings == ()


def test_kataignore_counts_in_archives_too(tmp_path: Path) -> None:
    files = [("x/.kataignore", "data/\n"), ("x/main.py", ""), ("x/data/big.bin", "1" * 5000)]
    with take(zipped(tmp_path / "x.zip", files), replace(LEARNER, total=2000)) as snapshot:
        assert snapshot.paths == (".kataignore", "main.py")
    with tarfile.open(tmp_path / "x.tgz", "w:gz") as archive:
        for name, content in files:
            made = tarfile.TarInfo(name)
            made.size = len(content)
            archive.addfile(made, io.BytesIO(content.encode()))
    with take(tmp_path / "x.tgz") as snapshot:
        assert snapshot.paths == (".kataignore", "main.py")


def test_links_are_left_out_as_in_folders(tmp_path: Path) -> None:
    link = unix("current", stat.S_IFLNK | 0o777)
    with take(zipped(tmp_path / "x.zip", [("main.py", ""), (link, "/etc/passwd")])) as snapshot:
        assert (snapshot.paths, snapshot.links) == (("main.py",), ("current",))
    members = [(member("main.py"), b"x"), (member("current", tarfile.SYMTYPE, "/etc/passwd"), b"")]
    with take(tarred(tmp_path / "x.tar", members)) as snapshot:
        assert (snapshot.paths, snapshot.links) == (("main.py",), ("current",))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../canary", "leads out"),
        ("a/../../canary", "leads out"),
        ("/etc/canary", "absolute"),
        ("C:/canary", "absolute"),
        ("c:canary", "absolute"),
        ("a\\b", "backslash"),
        ("..\\canary", "backslash"),
        ("x" * 256, "too long"),
        ("/".join("x" * 200 for _ in range(8)), "too long"),
    ],
)
def test_names_that_mean_another_place_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    assert reason in refused(zipped(tmp_path / "x.zip", [("main.py", ""), (name, "x")])).message
    assert reason in refused(tarred(tmp_path / "x.tar", [(member("main.py"), b""), (member(name), b"x")])).message
    assert not list(tmp_path.parent.rglob("canary"))


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", [("main.pyXtxt", "x")])
    path.write_bytes(path.read_bytes().replace(b"main.pyXtxt", b"main.py\0txt"))
    assert "zero byte" in refused(path).message


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a", "a"], "a twice"),
        (["a", "./a"], "a twice"),
        (["a", "a/b"], "a twice"),
        (["a/b", "a"], "a twice"),
        (["Main.py", "main.py"], "differ only in case"),
        (["App/x", "app/y"], "differ only in case"),
        (["ß", "ss"], "differ only in case"),
        (["é", "e\u0301"], "differ only in how accents are written"),
    ],
)
def test_two_files_at_one_place_are_refused(tmp_path: Path, names: list[str], reason: str) -> None:
    members = [(member(name), b"x") for name in names]
    assert reason in refused(tarred(tmp_path / "x.tar", members)).message


def test_writing_through_a_link_is_refused(tmp_path: Path) -> None:
    link = unix("a", stat.S_IFLNK | 0o777)
    assert "a twice" in refused(zipped(tmp_path / "x.zip", [(link, "/tmp"), ("a/canary", "x")])).message
    members = [(member("a", tarfile.SYMTYPE, "/tmp"), b""), (member("a/canary"), b"x")]
    assert "a twice" in refused(tarred(tmp_path / "x.tar", members)).message


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(tarfile.LNKTYPE, "hard link"), (tarfile.FIFOTYPE, "FIFO"), (tarfile.CHRTYPE, "device"), (b"Z", "special file")],
)
def test_tar_members_that_are_no_files_are_refused(tmp_path: Path, kind: bytes, reason: str) -> None:
    members = [(member("main.py"), b""), (member("x", kind, "main.py"), b"")]
    assert reason in refused(tarred(tmp_path / "x.tar", members)).message


def test_zip_members_that_are_no_files_are_refused(tmp_path: Path) -> None:
    assert "special" in refused(zipped(tmp_path / "x.zip", [(unix("x", stat.S_IFIFO | 0o644), "")])).message


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", [("main.py", "x")])
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)
    assert "encrypted" in refused(path).message


def test_unusual_compression_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("main.py", "x")
    assert "unusual" in refused(tmp_path / "x.zip").message


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.tgz"])
@pytest.mark.parametrize("content", [b"", b"PK", b"\x1f\x8b", b"\x1f\x8b\x08" + bytes(40), b"hello" * 500])
def test_what_is_no_archive_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name)


def test_an_archive_that_declares_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", [("main.py", ""), ("zeros", bytes(40 << 20))])
    assert "100 times its size" in refused(path).message


def test_very_many_gzip_files_in_one_are_refused(tmp_path: Path) -> None:
    """Each costs time to begin, however little it holds; a few that follow one another are one file."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("main.py"))
    (tmp_path / "few.tgz").write_bytes(gzip.compress(b"") * 9 + gzip.compress(whole.getvalue()))
    with take(tmp_path / "few.tgz") as snapshot:
        assert snapshot.paths == ("main.py",)
    (tmp_path / "many.tgz").write_bytes(gzip.compress(b"") * 2000 + gzip.compress(whole.getvalue()))
    with pytest.raises(SubmissionError, match="too many gzip files"):
        take(tmp_path / "many.tgz")


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    made = member("zeros")
    made.size = 2 << 30
    (tmp_path / "x.tgz").write_bytes(gzip.compress(made.tobuf() + bytes(1 << 20)))
    assert "times its size" in refused(tmp_path / "x.tgz").message


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK])
def test_a_header_cannot_be_made_to_fill_memory(tmp_path: Path, kind: bytes) -> None:
    made = member("x", kind)
    made.size = 1 << 20
    (tmp_path / "x.tar").write_bytes(made.tobuf(tarfile.GNU_FORMAT) + bytes(3 << 20))
    assert "header in it is too long" in refused(tmp_path / "x.tar").message


def test_a_file_that_is_larger_than_the_zip_says_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", [("main.py", "x" * 1000)])
    path.write_bytes(path.read_bytes().replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert "cannot be read" in refused(path).message


def test_more_entries_than_may_be_looked_at_are_refused_by_count(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", [(f"f{number}", "") for number in range(30)])
    assert "more than 20 files" in refused(path, {"scanned": 20}).message
    assert "more than 10 files and folders" in refused(path, {"entries": 10}).message


def test_an_archive_of_litter_alone_is_empty(tmp_path: Path) -> None:
    assert "nothing in it" in refused(zipped(tmp_path / "x.zip", [(".git/config", "x")])).message


@given(st.integers(0, 2**32))
def test_damaged_archives_are_read_or_refused(seed: int) -> None:
    """Whatever a flipped byte does, the answer is a snapshot or a refusal."""
    with tempfile.TemporaryDirectory() as folder:
        for path in archives(Path(folder)):
            damage(path, random.Random(seed))
            try:
                take(path).close()
            except SubmissionError:
                continue


def archives(folder: Path) -> list[Path]:
    """One of each form."""
    paths = [
        zipped(folder / "x.zip", [("main.py", "x" * 50), ("a/b", "y")]),
        tarred(folder / "x.tar", [(member("main.py"), b"x" * 50), (member("n" * 150), b"y")]),
    ]
    paths.append(folder / "x.tgz")
    paths[2].write_bytes(gzip.compress(paths[1].read_bytes()))
    return paths


def damage(path: Path, draw: random.Random) -> None:
    """Overwrite a few bytes, and cut the end off every other time."""
    content = bytearray(path.read_bytes())
    for _ in range(draw.randint(1, 4)):
        content[draw.randrange(len(content))] = draw.randrange(256)
    path.write_bytes(content[: draw.choice([len(content), draw.randrange(len(content))])])
