"""A reply that is small to send costs little to read and to hold against a contract (57-62). No containers.

Each contract has a process of its own with 150 MiB of memory, each body two seconds of processor time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACTS = sorted((Path(__file__).resolve().parents[2] / "exercises").glob("*/openapi.yaml"))

PROGRAM = """
import json, re, sys, time
from pathlib import Path
from kata.grader.contract import Contract
from kata.grader.reply import Headers, Reply
from kata.results import Exchange
import jsonschema, referencing.jsonschema, yaml

contract = Contract.read(Path(sys.argv[1]))
for line in sys.stdin:
    body, before = json.loads(line).encode(), time.process_time()
    for path in ("/books", "/products", "/users", "/query", "/orders"):
        for status in (200, 201, 400):
            exchange = Exchange("GET", "http://127.0.0.1:1" + path)
            reply = Reply(status, Headers([("Content-Type", "application/json")]), body, exchange)
            problems = contract.see(reply)
            assert all(len(problem) < 1000 for problem in problems) and len(problems) < 10, problems
    assert time.process_time() - before < 2, (line[:100], time.process_time() - before)
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # ru_maxrss begins with the parent's
assert peak is None or int(peak[1]) < 150 << 10, peak[1]
"""

BOOK = {"id": 7, "title": "a", "author": "b", "year": 1, "tags": []}
BODIES = {
    "4000_objects": [{}] * 4000,
    "4000_items": {"items": [{}] * 4000, "users": [{}] * 4000, "total": 1},
    "4000_books": {"items": [BOOK] * 4000, "total": 1},
    "4000_keys": {f"k{number}": {} for number in range(4000)},
    "items_of_items": {"items": [{"items": [[{}] * 10] * 10}] * 40},
    "long_strings": {"items": ["a" * 100_000, "a@" * 60_000]},
}
TEXTS = {
    "deep": "[" * 100_000,
    "deep_objects": '{"items":' * 20_000,
    "many_backslashes": '"' + "\\\\" * 100_000,
    "open_strings": '"a' * 100_000,
    "digits": "1" * 250_000,
    "exponent": "1e" + "9" * 100_000,
    "one_key": "{" + '"a":1,' * 40_000 + '"a":1}',
    "surrogates": '["' + "\\\\ud800" * 30_000 + '"]',
    "nul": '["' + "\\\\u0000" * 30_000 + '"]',
}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda path: path.parent.name)
def test_57_to_62_what_is_small_to_send_costs_little(contract: Path) -> None:
    bodies = [*TEXTS.values(), *(json.dumps(body, separators=(",", ":")) for body in BODIES.values())]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, contract],
        input="\n".join(map(json.dumps, bodies)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
