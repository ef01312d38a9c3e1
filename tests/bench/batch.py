"""What a class costs: submissions of 06-auth through `kata batch`, against a loop of single runs the plain way.

python tests/bench/batch.py [--count 60] [--then 300] [--jobs N] [--plain 5]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))
EXERCISE = "06-auth"

from plain import FIRST, Plain  # noqa: E402

from kata import settings  # noqa: E402
from kata.engine.images import image_table  # noqa: E402
from kata.library import Library, Shelf  # noqa: E402
from kata.stacks import detect  # noqa: E402
from kata.submission import take  # noqa: E402
from kata.verify.proofs import proofs_of, submissions_of  # noqa: E402


@dataclass(frozen=True)
class Cost:
    """One batch. CPU is that of kata's own processes (runner, graders, reapers) and that of the whole machine."""

    submissions: int
    seconds: float
    per_minute: float
    cpu_each: float
    cpu_share: float
    peak_megabytes: float
    load_before: float


def main() -> None:
    """Measure, print, and write bench-batch.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--then", type=int, default=0, help="a second, larger class, to see that memory stays flat")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--plain", type=int, default=5, help="single runs the plain way; 0 leaves them out")
    options = parser.parse_args()
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="kata-bench-") as folder:
        for count in filter(None, (options.count, options.then)):
            cost = batch(hand_in(Path(folder) / f"in-{count}", count), Path(folder) / f"out-{count}", options.jobs)
            result[f"batch of {count}"] = asdict(cost)
            print(json.dumps(asdict(cost), indent=1), flush=True)
    if options.plain:
        each = list(plain_runs(options.plain))
        result["plain"] = {
            "runs": len(each),
            "seconds_each": sum(each) / len(each),
            "per_minute": 60 * len(each) / sum(each),
        }
        print(json.dumps(result["plain"], indent=1))
        print(f"batch / plain: {cost.per_minute / (60 * len(each) / sum(each)):.1f} times (at least 4)")
    (ROOT / "bench-batch.json").write_text(json.dumps(result, indent=2) + "\n")


def hand_in(folder: Path, count: int) -> Path:
    """`count` submissions, right and wrong in turn; each differs from every other by a line of its own."""
    exercise = Library((Shelf(ROOT),)).find(EXERCISE)
    proofs = cycle(proofs_of(exercise, submissions_of(exercise, None)))
    for number in range(count):
        target = folder / f"student-{number:03}"
        with next(proofs).snapshot() as snapshot:
            for path in snapshot.paths:
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (target / path).write_bytes(b"".join(snapshot.spool.chunks(snapshot.entries[path])))
        (target / "STUDENT.md").write_text(f"student {number}\n")
    return folder


def batch(submissions: Path, out: Path, jobs: int) -> Cost:
    """Run `kata batch` once, in a process of its own, and weigh it."""
    words = [sys.executable, "-m", "kata", "batch", EXERCISE, str(submissions), "--out", str(out), "--plain"]
    words += ["-j", str(jobs)] if jobs else []
    load, busy, started = os.getloadavg()[0], _busy(), time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    peak = 0
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        peak = max(peak, _high_water(process.pid))
        time.sleep(0.1)
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    if process.returncode != 0:
        raise SystemExit(f"kata batch ended with {process.returncode}")
    seconds, cpu = time.perf_counter() - started, ended[2].ru_utime + ended[2].ru_stime
    count = sum(1 for _ in submissions.iterdir())
    share = cpu / max(0.01, _busy() - busy)
    return Cost(count, seconds, 60 * count / seconds, cpu / count, share, peak / 1024, load)


def plain_runs(count: int) -> Iterator[float]:
    """Seconds of single runs, one after the other; before each the code changes, as another student's would."""
    exercise = Library((Shelf(ROOT),)).find(EXERCISE)
    submission = ROOT / "tests" / "submissions" / EXERCISE / "right" / "fastapi"
    with take(submission) as snapshot:
        plan = detect(snapshot, settings.load(snapshot))
    way = Plain(image_table(), exercise, submission, plan, FIRST)
    for _ in range(count):
        way.change_a_line()
        yield way.run()


def _busy() -> float:
    """CPU seconds that the whole machine has worked."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK")


def _high_water(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main()
