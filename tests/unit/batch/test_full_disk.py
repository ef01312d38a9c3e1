"""A disk that fills up, a real and small one: a clear error, no partial file, and the same table after making room."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.small_disk import fill, small_disk
from tests.unit.batch.stage import ScriptedGrader, Stage, submissions

from kata.batch.outputs import Sheets, write_outputs
from kata.errors import NotGraded
from kata.reports.json import parse

CLASS = {"ada": "passed", "bob": "failed", "cem": "not_ready", "dan": "passed after 1"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 512) as folder:
        yield folder


def graded(stage: Stage) -> bytes:
    stage.run()
    with stage.store.taken():
        write_outputs(stage.store, Sheets())
    return (stage.results / "gradebook.csv").read_bytes()


def test_wherever_the_disk_fills_up_the_next_run_ends_with_the_same_table(disk: Path, tmp_path: Path) -> None:
    """With no page left, with one, with two, and so on until everything fits."""
    folder = submissions(tmp_path / "in", CLASS)
    table = graded(Stage(folder, tmp_path / "undisturbed"))
    said, pages, full = set(), 0, True
    while full:
        stage = Stage(folder, disk / f"results-{pages}", jobs=1)
        filler = fill(disk, pages)
        full = overflows(lambda stage=stage: graded(stage), said)
        assert_whole(stage.results)
        assert stage.store.journal.read().crashes == {}, "a full disk was counted as a death of the runner"
        filler.unlink()
        assert graded(Stage(folder, stage.results)) == table, f"with {pages} pages"
        subprocess.run(["rm", "-r", str(stage.results)], check=True)
        pages += 1
    assert pages > 30
    assert all("No space left on device" in each or "disk is full" in each for each in said)
    assert all("ake room and run" in each for each in said)


def overflows(work: Callable[[], object], said: set[str]) -> bool:
    try:
        work()
    except NotGraded as error:
        said.add(f"{error.message}: {error.hint}")
        return True
    return False


def assert_whole(results: Path) -> None:
    """Every result can be read, and nothing is there that is half written."""
    assert not list(results.rglob(".new-*"))
    for file in (results / "store/results").glob("*.json"):
        parse(file.read_text("utf-8"))


def test_a_full_temporary_folder_ends_the_batch_and_nobody_is_blamed(tmp_path: Path) -> None:
    def full(text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    stage = Stage(submissions(tmp_path / "in", CLASS), tmp_path / "results", ScriptedGrader(before=full))
    with pytest.raises(OSError, match="No space left"):
        stage.run()
    assert stage.store.journal.read().crashes == {}
    again = Stage(stage.submissions, stage.results)
    again.run()
    assert again.verdicts() == {**CLASS, "dan": "passed"}
