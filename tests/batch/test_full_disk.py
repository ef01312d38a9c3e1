"""The disk of the results fills up while real submissions are graded; after making room the same command goes on."""

from __future__ import annotations

from pathlib import Path

from tests.batch.test_batch import finish, objects_of, results_in, start
from tests.small_disk import fill, small_disk
from tests.tiny import tiny

from kata.engine.docker import DockerEngine
from kata.waiting import until


def test_a_disk_that_fills_up_in_the_middle_costs_nobody_anything(engine: DockerEngine, tmp_path: Path) -> None:
    for name in ("ada", "bob", "cem"):
        tiny(tmp_path / f"in/{name}", on_put="value = -1" if name == "bob" else "pass")
    words = ("batch", "90-tiny", str(tmp_path / "in"), "-j", "1", "--out")
    assert finish(*words, str(tmp_path / "undisturbed"))[0] == 0
    with small_disk(tmp_path / "disk", 512) as disk:
        out = disk / "results"
        batch = start(*words, str(out))
        assert until(lambda: ((out / "store/results").is_dir() and results_in(out)) or None, 60, every=0.02)
        filler = fill(disk)
        _, said = batch.communicate(timeout=60)
        assert batch.returncode == 3, said
        assert "No space left on device" in said
        assert "Make room and run the same command again" in said
        assert "Traceback" not in said
        assert objects_of(engine, batch.pid) == []
        assert not list(disk.rglob(".new-*"))
        filler.unlink()
        code, said = finish(*words, str(out))
        assert code == 0, said
        assert (out / "gradebook.csv").read_bytes() == (tmp_path / "undisturbed/gradebook.csv").read_bytes()
