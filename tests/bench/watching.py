"""From save to first result against a whole warm check, for an interpreted server. Prints medians.

python tests/bench/watching.py [EXERCISE] [SUBMISSION] [RUNS]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kata.check import check
from kata.engine.docker import DockerEngine
from kata.engine.images import image_table
from kata.library import Library
from kata.task import Task
from kata.watching import Watch

ROOT = Path(__file__).resolve().parents[2]
#: A learner needs longer than this between two saves; the next run's services start meanwhile.
PAUSE = 6.0


def main(exercise: str = "06-auth", submission: str = "06-auth/right/fastapi", runs: str = "5") -> None:
    """Warm checks first, then saves of one changed file in a watched copy."""
    found, engine, images = Library.open().find(exercise), DockerEngine.connect_to_host(), image_table()
    source = ROOT / "tests/submissions" / submission
    whole: list[float] = []
    first: list[float] = []
    complete: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(source, Path(scratch) / "api"))
        for number in range(int(runs) + 1):
            started = time.perf_counter()
            check(Task(found, engine, images), folder)
            whole += [time.perf_counter() - started] if number else []
        moments: list[float] = []

        def on_event(event: Mapping[str, Any]) -> None:
            if event.get("event") == "finished":
                moments.append(time.perf_counter())

        with Watch(Task(found, engine, images, on_event=on_event), folder) as watch:
            watch.check()
            for number in range(int(runs)):
                time.sleep(PAUSE)
                moments.clear()
                saved = time.perf_counter()
                (folder / "saved.txt").write_text(str(number))
                watch.check()
                first.append(moments[0] - saved)
                complete.append(time.perf_counter() - saved)
    for name, times in (("warm check", whole), ("save to first result", first), ("save to verdict", complete)):
        print(f"{name:<22} {statistics.median(times):6.2f} s   ({', '.join(f'{each:.2f}' for each in times)})")
    print(f"{'ratio':<22} {statistics.median(first) / statistics.median(whole):6.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
