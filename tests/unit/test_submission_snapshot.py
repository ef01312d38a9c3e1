"""What can be done with a snapshot: reading, digests of parts, tars, overlays."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kata.errors import SubmissionError
from kata.submission import Snapshot, take
from kata.submission.found import Found, Kind
from kata.submission.limits import LEARNER
from kata.submission.refusal import Tally
from kata.submission.snapshot import made
from kata.submission.spool import Spool

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=300).filter(
    lambda name: name not in (".", "..")
)
FILES = st.dictionaries(NAMES, st.tuples(st.binary(max_size=1500), st.booleans()), min_size=1, max_size=6)


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    """main.py, a script that can be run, and a file in a folder."""
    (tmp_path / "api/v1").mkdir(parents=True)
    (tmp_path / "api/v1/books.py").write_text("books = []\n")
    (tmp_path / "main.py").write_text("print()\n")
    (tmp_path / "run.sh").write_text("exec true\n")
    (tmp_path / "run.sh").chmod(0o700)
    with take(tmp_path) as taken:
        yield taken


def spooled(files: Mapping[str, tuple[bytes, bool]]) -> Snapshot:
    spool, tally = Spool.new(), Tally(LEARNER)
    entries = []
    for path, (content, executable) in files.items():
        entries.append(spool.add(Found(path, Kind.FILE, executable, 0, io.BytesIO(content).read), tally))
    return made("x", entries, spool)


def members(snapshot: Snapshot, **options: object) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=snapshot.tar(**options), mode="r|") as tar:  # type: ignore[arg-type]
        return {member.name: member for member in tar}


def test_a_tar_has_owner_modes_prefix_and_no_times(snapshot: Snapshot) -> None:
    found = members(snapshot, owner=(1000, 1001), prefix="app")
    assert list(found) == ["app", "app/api", "app/api/v1", "app/api/v1/books.py", "app/main.py", "app/run.sh"]
    assert [oct(member.mode) for member in found.values()] == ["0o755"] * 3 + ["0o644", "0o644", "0o755"]
    assert {(member.uid, member.gid, member.mtime) for member in found.values()} == {(1000, 1001, 0)}


def test_a_tar_can_be_limited(snapshot: Snapshot) -> None:
    assert list(members(snapshot, only=lambda path: path == "main.py")) == ["main.py"]


def test_a_tar_of_no_files_still_has_its_folder(snapshot: Snapshot) -> None:
    assert list(members(snapshot, prefix="a/b", only=lambda path: False)) == ["a", "a/b"]
    assert list(members(snapshot, only=lambda path: False)) == []


def test_a_tar_reads_the_same_in_any_pieces(snapshot: Snapshot) -> None:
    whole = snapshot.tar().read()
    assert len(whole) % 512 == 0
    with snapshot.tar() as tar:
        assert b"".join(iter(lambda: tar.read(7), b"")) == whole
    with snapshot.tar() as tar:
        assert tar.read(100) + b"".join(tar) == whole


def test_two_tars_can_be_read_in_turns(snapshot: Snapshot) -> None:
    one, two = snapshot.tar(), snapshot.tar()
    pieces = [(one.read(300), two.read(300)) for _ in range(20)]
    assert all(left == right for left, right in pieces)


def test_digests_of_parts_ignore_the_rest(snapshot: Snapshot) -> None:
    digest = snapshot.files_digest(["main.py"])
    with snapshot.overlay({"run.sh": b"changed"}) as other:
        assert other.digest != snapshot.digest
        assert other.files_digest(["main.py", "missing.txt"]) == digest
        assert other.files_digest(["main.py", "run.sh"]) != snapshot.files_digest(["run.sh", "main.py"])


def test_an_overlay_replaces_adds_and_removes(snapshot: Snapshot) -> None:
    with snapshot.overlay({"main.py": None, "run.sh": b"exec false\n", "new/x.txt": b"new"}) as other:
        snapshot.close()
        assert other.paths == ("api/v1/books.py", "new/x.txt", "run.sh")
        assert other.text("run.sh") == "exec false\n"
        assert other.text("api/v1/books.py") == "books = []\n"
        assert members(other)["run.sh"].mode == 0o755


def test_an_overlay_of_the_same_content_has_the_same_digest(snapshot: Snapshot) -> None:
    with snapshot.overlay({"main.py": b"print()\n"}) as other:
        assert other.digest == snapshot.digest


def test_a_closed_snapshot_cannot_be_read(snapshot: Snapshot) -> None:
    snapshot.close()
    snapshot.close()
    with pytest.raises(ValueError, match="closed"):
        snapshot.text("main.py")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbfflask\n", "flask\n"),
        ("flask\n".encode("utf-16"), "flask\n"),
        ("grün".encode(), "grün"),
    ],
)
def test_text_reads_what_editors_write(snapshot: Snapshot, content: bytes, expected: str) -> None:
    with snapshot.overlay({"requirements.txt": content}) as other:
        assert other.text("requirements.txt") == expected


def test_text_refuses_what_it_cannot_read_with_the_line(snapshot: Snapshot) -> None:
    with (
        snapshot.overlay({"a.txt": b"fine\n\xff\xff\n"}) as other,
        pytest.raises(SubmissionError, match=r"a\.txt:2: .*UTF-8"),
    ):
        other.text("a.txt")


def test_text_refuses_large_and_missing_files(snapshot: Snapshot) -> None:
    with pytest.raises(SubmissionError, match="reads at most 3"):
        snapshot.text("main.py", 3)
    with pytest.raises(SubmissionError, match=r"no file nothing\.py"):
        snapshot.text("nothing.py")


@given(FILES)
def test_a_tar_gives_back_what_was_put_in(files: dict[str, tuple[bytes, bool]]) -> None:
    with spooled(files) as snapshot, tarfile.open(fileobj=snapshot.tar(), mode="r|") as tar:
        found = {}
        for member in tar:
            stream = tar.extractfile(member)
            assert stream is not None
            found[member.name] = (stream.read(), bool(member.mode & 0o100))
        assert found == files


@given(FILES, st.randoms())
def test_the_digest_does_not_depend_on_the_order(files: dict[str, tuple[bytes, bool]], random: object) -> None:
    shuffled = dict(sorted(files.items(), key=lambda _: random.random()))  # type: ignore[attr-defined]
    with spooled(files) as one, spooled(shuffled) as two:
        assert one.digest == two.digest
        assert one.paths == two.paths


@given(FILES, FILES)
def test_different_files_have_different_digests(
    one: dict[str, tuple[bytes, bool]], two: dict[str, tuple[bytes, bool]]
) -> None:
    with spooled(one) as first, spooled(two) as second:
        assert (first.digest == second.digest) == (one == two)
