"""`make bench`: what a check costs, against a floor and against the plain way. Prints a table, writes bench.json.

python tests/bench/bench.py [--runs 5] [--only floor,check,plain,layered,cold,start,memory,matrix]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))
SUBMISSION = ROOT / "tests" / "submissions" / "06-auth" / "right" / "fastapi"
KATA = [sys.executable, "-m", "kata"]

from floor import Floor  # noqa: E402
from memory import peak_megabytes  # noqa: E402
from plain import FIRST, LAYERED, Plain  # noqa: E402
from recording import record  # noqa: E402

from kata import settings  # noqa: E402
from kata.engine import BuildLimits  # noqa: E402
from kata.engine.building import APP_USER, dependency_image  # noqa: E402
from kata.engine.docker import DockerEngine  # noqa: E402
from kata.engine.images import image_table  # noqa: E402
from kata.engine.labels import CACHE  # noqa: E402
from kata.launching import server_environment  # noqa: E402
from kata.library import Library, Shelf  # noqa: E402
from kata.services import postgres  # noqa: E402
from kata.stacks import detect  # noqa: E402
from kata.submission import take  # noqa: E402

Work = Callable[[], float]


def main() -> None:
    """Measure what was asked for, interleaved, and tell it as ratios of one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--only", default="floor,check,plain,plain_changed,layered,layered_changed,cold,start,memory,matrix"
    )
    options = parser.parse_args()
    wanted = options.only.split(",")
    engine, images = DockerEngine.connect_to_host(), image_table()
    seconds = measure(works(engine, images, wanted), options.runs)
    result: dict[str, Any] = {
        "seconds": seconds,
        "ratios": ratios(seconds),
        "load": os.getloadavg(),
        "runs": options.runs,
    }
    if "memory" in wanted:
        result["peak_megabytes"] = peak_megabytes(check_command())
    if "matrix" in wanted:
        result["matrix"] = matrix(seconds.get("check") or timed(check_command()))
    (ROOT / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    show(result)


def works(engine: DockerEngine, images: Mapping[str, str], wanted: list[str]) -> dict[str, Work]:
    """What is measured, by name; everything is prepared before the first measurement."""
    exercise = Library((Shelf(ROOT),)).find("06-auth")
    subprocess.run(check_command(), check=True, capture_output=True)
    found: dict[str, Work] = {"check": lambda: timed(check_command())}
    with take(SUBMISSION) as snapshot:
        plan = detect(snapshot, settings.load(snapshot))
        if "floor" in wanted:
            found["floor"] = _floor(engine, images, exercise, snapshot, plan)
        if "cold" in wanted:
            found["cold"] = lambda: _cold(engine)
        for name, dockerfile in (("plain", FIRST), ("layered", LAYERED)):
            if name in wanted or f"{name}_changed" in wanted:
                way = Plain(images, exercise, SUBMISSION, plan, dockerfile)
                way.run()
                found[name] = way.run
                found[f"{name}_changed"] = lambda way=way: (way.change_a_line(), way.run())[1]
    if "start" in wanted:
        bare = [sys.executable, "-c", "import click, rich.console"]
        found |= {
            "bare": lambda: timed(bare),
            "help": lambda: timed([*KATA, "--help"]),
            "list": lambda: timed([*KATA, "list"]),
            "away": without_engine,
        }
    return {name: work for name, work in found.items() if name in (*wanted, "bare", "help", "list", "away")}


def measure(works: Mapping[str, Work], runs: int) -> dict[str, float]:
    """The median seconds of each, the rounds interleaved so that a busy moment hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(runs):
        for name, work in works.items():
            taken[name].append(work())
            print(f"round {number + 1}/{runs}  {name:<16} {taken[name][-1]:7.3f} s", file=sys.stderr, flush=True)
    return {name: statistics.median(each) for name, each in taken.items()}


def ratios(seconds: Mapping[str, float]) -> dict[str, float]:
    """The ratios that matter, as far as both sides were measured."""
    pairs = {
        "check / floor (at most 1.5)": ("check", "floor"),
        "plain / check (at least 2)": ("plain", "check"),
        "plain, one line changed / check (at least 3)": ("plain_changed", "check"),
        "layered Dockerfile / check": ("layered", "check"),
        "layered Dockerfile, one line changed / check": ("layered_changed", "check"),
        "cold dependencies / check": ("cold", "check"),
        "kata --help / bare Python (at most 1.5)": ("help", "bare"),
        "kata list / bare Python (at most 1.5)": ("list", "bare"),
    }
    return {name: seconds[a] / seconds[b] for name, (a, b) in pairs.items() if a in seconds and b in seconds}


def matrix(single: float) -> dict[str, float]:
    """Twenty submissions of 06-auth, two at a time, against twenty single warm checks."""
    names = sorted(folder.name for folder in (ROOT / "tests/submissions/06-auth/wrong").iterdir())[:18]
    only = [
        word
        for name in ("right/fastapi", "right/express", *(f"wrong/{name}" for name in names))
        for word in ("--only", name)
    ]
    started = time.perf_counter()
    done = subprocess.run([*KATA, "verify", "06-auth", "-j", "2", *only], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    count = sum(line.rstrip().split("s  ")[0].strip().replace(".", "").isdigit() for line in done.stdout.splitlines())
    return {"submissions": count, "seconds": seconds, "to_single_checks (at most 0.65)": seconds / (count * single)}


def show(result: Mapping[str, Any]) -> None:
    """The table."""
    for name, value in result["seconds"].items():
        print(f"{name:<46} {value:8.3f} s")
    for name, value in result["ratios"].items():
        print(f"{name:<46} {value:8.2f}")
    if "peak_megabytes" in result:
        print(f"{'peak memory of kata, grader included':<46} {result['peak_megabytes']:8.0f} MB (at most 150)")
    for name, value in result.get("matrix", {}).items():
        print(f"matrix: {name:<38} {value:8.2f}")
    print(f"load average {result['load'][0]:.1f}; {result['runs']} runs; written to bench.json")


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def without_engine() -> float:
    """A check where no engine is: how long it takes to say so (exit code 3)."""
    started = time.perf_counter()
    nowhere = {**os.environ, "DOCKER_HOST": "tcp://127.0.0.1:1"}
    done = subprocess.run(check_command(), capture_output=True, env=nowhere, check=False)
    seconds = time.perf_counter() - started
    if done.returncode != 3:
        raise SystemExit(f"without an engine kata check ended with {done.returncode}, not 3")
    return seconds


def check_command() -> list[str]:
    return [*KATA, "check", "06-auth", str(SUBMISSION), "--format", "json"]


def _floor(engine: DockerEngine, images: Mapping[str, str], exercise: Any, snapshot: Any, plan: Any) -> Work:
    seed = 20261123
    steps = record(exercise, SUBMISSION, engine, images, seed)
    base = images["python"]
    info = engine.image(base)
    assert info is not None
    files = set(plan.dependency_files)
    with snapshot.tar(owner=(APP_USER, APP_USER), prefix="dependencies", only=files.__contains__) as tar:
        built = dependency_image(
            engine, base, info, plan.install, tar, snapshot.files_digest(files), lambda text: None, BuildLimits()
        )
    prepared = postgres.prepare(engine, images["postgres"], seed, lambda text: None)
    environment = {"HOME": "/app", **server_environment(exercise, plan, prepared.app, seed)}
    with snapshot.tar(owner=(APP_USER, APP_USER), prefix="app") as tar:
        code = tar.read()
    used = {"postgres": prepared.image, "app": built.image, "replica": built.image, "forwarder": images["forwarder"]}
    return lambda: Floor(used, environment, code, postgres.COMMAND).run(steps)


def _cold(engine: DockerEngine) -> float:
    for tag, id, _ in engine.cached_images(f"{CACHE}=dependencies"):
        if tag.startswith("kata-cache/"):
            engine.remove_image(id)
    return timed(check_command())


if __name__ == "__main__":
    main()
