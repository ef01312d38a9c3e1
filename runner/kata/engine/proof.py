"""Proof that the limits of a container took effect: read inside of one of ours, never taken from the engine's word.

An engine accepts limits that its kernel cannot hold, and says so in a warning at most. Sources: cgroup v1 (memory,
pids, cpu controllers) and v2 (cgroup-v2 in the kernel's documentation), proc(5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kata.engine import Engine, Sandbox
from kata.errors import NotGraded

_V1, _V2 = "/sys/fs/cgroup/{}/{}", "/sys/fs/cgroup/{}"
_FILES = (
    _V1.format("memory", "memory.limit_in_bytes"),
    _V1.format("memory", "memory.memsw.limit_in_bytes"),
    _V1.format("pids", "pids.max"),
    _V1.format("cpu", "cpu.cfs_quota_us"),
    _V1.format("cpu", "cpu.cfs_period_us"),
    *(_V2.format(name) for name in ("memory.max", "memory.swap.max", "pids.max", "cpu.max")),
)
#: Prints `name: value` lines: the limits that are there, then what the kernel says of the first process.
QUESTION = (
    "sh",
    "-c",
    f'for file in {" ".join(_FILES)}; do [ -r "$file" ] && echo "${{file##*/}}: $(cat "$file")"; done; '
    "cat /proc/1/status /proc/meminfo",
)


def require_limits(engine: Engine, container: str, sandbox: Sandbox) -> None:
    """Raise NotGraded when the running container `container` of ours is not held by the limits of `sandbox`."""
    _, output = engine.run(container, QUESTION)
    found = unmet(output.decode("ascii", "replace"), sandbox)
    if found:
        raise NotGraded(
            f"this engine does not confine what it runs: {', '.join(found)}",
            "Code from strangers needs an engine that does; `kata doctor` tells what it is.",
        )


def unmet(told: str, sandbox: Sandbox) -> tuple[str, ...]:
    """The names of the limits that do not hold, from what QUESTION printed."""
    facts = dict(re.findall(r"^([\w.()]+):[ \t]*(.*?)[ \t]*$", told, re.MULTILINE))
    rules: Mapping[str, Callable[[Mapping[str, str], Sandbox], bool]] = {
        "memory": lambda facts, box: box.memory >= _number(facts, "memory.limit_in_bytes", "memory.max") > 0,
        "swap": _no_swap,
        "processes": lambda facts, box: box.pids >= _number(facts, "pids.max") > 0,
        "processors": lambda facts, box: 0 < _cpus(facts) <= box.cpus + 0.01,
        "capabilities": lambda facts, box: bool(box.capabilities) or _is_zero(facts.get("CapBnd", "")),
        "no new privileges": lambda facts, box: facts.get("NoNewPrivs") == "1",
        "seccomp": lambda facts, box: facts.get("Seccomp") == "2",
    }
    return tuple(name for name, holds in rules.items() if not holds(facts, sandbox))


def _no_swap(facts: Mapping[str, str], sandbox: Sandbox) -> bool:
    """Memory cannot continue on the disk: there is no swap, or memory and swap together are limited to the same."""
    if facts.get("SwapTotal", "").split()[:1] == ["0"] or facts.get("memory.swap.max") == "0":
        return True
    return sandbox.memory >= _number(facts, "memory.memsw.limit_in_bytes") > 0


def _number(facts: Mapping[str, str], *names: str) -> int:
    """The first of these facts that is a number; -1 for none ("max" is none)."""
    return next((int(facts[name]) for name in names if facts.get(name, "").isdigit()), -1)


def _cpus(facts: Mapping[str, str]) -> float:
    """Cores that may be used; -1 for no limit."""
    words = facts.get("cpu.max", "").split() or [facts.get(f"cpu.cfs_{name}_us", "") for name in ("quota", "period")]
    if len(words) != 2 or not all(word.isdigit() for word in words) or not int(words[1]):
        return -1
    return int(words[0]) / int(words[1])


def _is_zero(digits: str) -> bool:
    return bool(digits) and not digits.strip("0")
