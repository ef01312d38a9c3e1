"""Limits that did not take effect are noticed, whatever the engine said."""

from __future__ import annotations

import pytest

from kata.engine import Sandbox
from kata.engine.proof import unmet

BOX = Sandbox(memory=64 << 20, pids=100, cpus=2.0)
STATUS = "Name:\tdocker-init\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nSwapTotal:        1024 kB\n"
V1 = STATUS + (
    "memory.limit_in_bytes: 67108864\nmemory.memsw.limit_in_bytes: 67108864\npids.max: 100\n"
    "cpu.cfs_quota_us: 200000\ncpu.cfs_period_us: 100000\n"
)
V2 = STATUS + "memory.max: 67108864\nmemory.swap.max: 0\npids.max: 100\ncpu.max: 200000 100000\n"


@pytest.mark.parametrize("told", [V1, V2])
def test_limits_that_hold(told: str) -> None:
    assert unmet(told, BOX) == ()


@pytest.mark.parametrize(
    ("told", "before", "after", "name"),
    [
        (V1, "limit_in_bytes: 67108864\n", "limit_in_bytes: 9223372036854771712\n", "memory"),
        (V2, "memory.max: 67108864", "memory.max: max", "memory"),
        (V1, "memory.memsw.limit_in_bytes: 67108864\n", "", "swap"),
        (V2, "memory.swap.max: 0", "memory.swap.max: max", "swap"),
        (V2, "pids.max: 100", "pids.max: max", "processes"),
        (V1, "cpu.cfs_quota_us: 200000", "cpu.cfs_quota_us: -1", "processors"),
        (V2, "cpu.max: 200000 100000", "cpu.max: max 100000", "processors"),
        (V2, "CapBnd:\t0000000000000000", "CapBnd:\t00000000a80425fb", "capabilities"),
        (V2, "NoNewPrivs:\t1", "NoNewPrivs:\t0", "no new privileges"),
        (V2, "Seccomp:\t2", "Seccomp:\t0", "seccomp"),
    ],
)
def test_each_limit_that_is_missing_is_named(told: str, before: str, after: str, name: str) -> None:
    assert name in unmet(told.replace(before, after), BOX)


def test_without_swap_none_has_to_be_limited() -> None:
    told = V1.replace("memory.memsw.limit_in_bytes: 67108864\n", "").replace("1024 kB", "0 kB")
    assert unmet(told, BOX) == ()


def test_silence_is_no_proof() -> None:
    assert len(unmet("", BOX)) == 7
