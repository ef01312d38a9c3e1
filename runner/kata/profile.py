"""How much a run may use: generous for one's own code, capped for strangers'."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kata.engine import BuildLimits, Sandbox
from kata.submission import LEARNER as LEARNER_LIMITS
from kata.submission import STRICT as STRICT_LIMITS
from kata.submission import Limits

MIB = 1 << 20


@dataclass(frozen=True)
class Profile:
    """Named limits of a run; seconds for each phase. `strict` is for code from strangers."""

    name: str
    snapshot: Limits
    sandbox: Sandbox
    build: BuildLimits
    boot_seconds: float = 40
    check_seconds: float = 300
    exchange_seconds: float = 10
    strict: bool = False

    def told(self) -> tuple[tuple[str, str], ...]:
        """The limits in force, in words, for the report."""
        box = self.sandbox
        return (
            ("profile", self.name),
            ("memory", f"{box.memory // MIB} MB"),
            ("processors", f"{box.cpus:g}"),
            ("processes", str(box.pids)),
            ("network", "its services only"),
            ("build", f"{self.build.seconds:g} s"),
            ("start", f"{self.boot_seconds:g} s"),
            ("checks", f"{self.check_seconds:g} s"),
            ("one request", f"{self.exchange_seconds:g} s"),
        )


LEARNER = Profile("learner", LEARNER_LIMITS, Sandbox(), BuildLimits())
STRICT = replace(
    LEARNER,
    name="strict",
    snapshot=STRICT_LIMITS,
    sandbox=Sandbox(written=256 * MIB),
    build=BuildLimits(seconds=300, written=4 << 30),
    boot_seconds=30,
    strict=True,
)
