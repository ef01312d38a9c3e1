"""What travels to another machine arrives as it left, or is not graded."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tiny import LIBRARY, tiny

from kata.batch.cluster import ClusterGrader, Work, grade_work, joined, packed, unpacked
from kata.batch.digests import Graded
from kata.errors import NotGraded, UsageError
from kata.profile import STRICT
from kata.submission import STRICT as LIMITS
from kata.submission import take


@pytest.fixture
def work(tmp_path: Path) -> Work:
    folder = tiny(tmp_path / "api")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "Readme").write_text("a name that differs")
    (folder / "README").write_text("only in case, and ümlauts")
    with take(folder, LIMITS) as snapshot:
        return Work("90-tiny", Graded("a", "b"), STRICT.name, 1, snapshot.digest, packed(snapshot))


def test_a_snapshot_keeps_its_digest_on_the_way(work: Work) -> None:
    sent: Work = pickle.loads(pickle.dumps(work))
    with unpacked(sent.archive, LIMITS) as snapshot:
        assert snapshot.digest == work.digest
        assert packed(snapshot) == work.archive


def test_a_worker_with_another_grader_grades_nothing(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KATA_LIBRARY", str(LIBRARY))
    with pytest.raises(NotGraded, match="another 90-tiny"):
        grade_work(work)


def test_a_failure_keeps_its_words_on_the_way_back() -> None:
    error = pickle.loads(pickle.dumps(NotGraded("why", "what to do")))
    assert (error.message, error.hint) == ("why", "what to do")


def test_any_executor_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KATA_LIBRARY", str(LIBRARY))
    with ThreadPoolExecutor(1) as executor, take(tiny(tmp_path / "api"), LIMITS) as snapshot:
        future = ClusterGrader("90-tiny", Graded("a", "b"), "strict", executor).submit(snapshot, 1)
        assert isinstance(future.exception(), NotGraded)


def test_a_damaged_archive_is_not_graded(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    from kata.batch.digests import digests_of
    from kata.library import Library, Shelf

    monkeypatch.setenv("KATA_LIBRARY", str(LIBRARY))
    same = digests_of(Library((Shelf(LIBRARY),)).find("90-tiny"))
    with pytest.raises(NotGraded, match="damaged"):
        grade_work(replace(work, graded=same, digest="0" * 64))


@pytest.mark.parametrize("address", ["10.0.0.5", "tcp://host", "nonsense://host:1", "tcp://a b:1"])
def test_what_is_no_address_is_a_wrong_call(address: str) -> None:
    with pytest.raises(UsageError, match="no address"), joined(address):
        pass
