"""Every object that kata makes says whose it is, so that it can be found again after any accident."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "dev.kata"
RUN = f"{PREFIX}.run"
ROLE = f"{PREFIX}.role"
HOST = f"{PREFIX}.host"
BOOT = f"{PREFIX}.boot"
PID = f"{PREFIX}.pid"
BORN = f"{PREFIX}.born"
EXPIRES = f"{PREFIX}.expires"
KEEP = f"{PREFIX}.keep"
CACHE = f"{PREFIX}.cache"

_LONGEST_RUN = 3600


@dataclass(frozen=True)
class Owner:
    """The process that a run belongs to. A pid is reused, so its start and the machine's boot belong to it."""

    host: str
    boot: str
    pid: int
    born: str

    @classmethod
    def current(cls) -> Owner:
        return cls(socket.gethostname(), boot_id(), os.getpid(), birth_of(os.getpid()))

    def is_alive(self) -> bool | None:
        """Whether that process still runs; None when it belongs to another machine and cannot be told."""
        if self.host != socket.gethostname():
            return None
        if self.boot != boot_id():
            return False
        return birth_of(self.pid) == self.born and bool(self.born)


def new_run() -> str:
    """A fresh run id."""
    return uuid.uuid4().hex[:12]


def run_labels(run: str, role: str, owner: Owner | None = None, seconds: int = _LONGEST_RUN) -> dict[str, str]:
    """The labels of one object of a run: all that kata knows, so that an image adds none of them by its own LABEL."""
    owner = owner or Owner.current()
    return {
        KEEP: "",
        CACHE: "",
        RUN: run,
        ROLE: role,
        HOST: owner.host,
        BOOT: owner.boot,
        PID: str(owner.pid),
        BORN: owner.born,
        EXPIRES: str(int(time.time()) + seconds),
    }


def owner_of(labels: Mapping[str, str]) -> Owner | None:
    """The owner that `labels` name, or None when they are not kata's."""
    try:
        return Owner(labels[HOST], labels[BOOT], int(labels[PID]), labels[BORN])
    except (KeyError, ValueError):
        return None


def is_abandoned(labels: Mapping[str, str], now: float) -> bool:
    """Whether nobody will ever remove the object: its owner died, or is unknown and its time is over.

    An object that a user asked to keep is never abandoned.
    """
    if labels.get(KEEP):
        return False
    owner = owner_of(labels)
    alive = owner.is_alive() if owner is not None else None
    if alive is None:
        return _expiry(labels) < now
    return not alive


def _expiry(labels: Mapping[str, str]) -> float:
    """When the object's time is over; long ago when its labels do not say, or anything but a number."""
    try:
        return float(labels.get(EXPIRES, ""))
    except ValueError:
        return 0


def boot_id() -> str:
    """What tells this boot of the machine from another; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def birth_of(pid: int) -> str:
    """When process `pid` started, in the system's own terms; empty when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return _birth_without_proc(pid)
    return stat.rsplit(")", 1)[1].split()[19]


def _birth_without_proc(pid: int) -> str:
    if os.name != "posix" or Path("/proc/self").exists():
        return ""
    import subprocess

    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()
