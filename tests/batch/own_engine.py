"""A Docker daemon of the test's own, in a network of its own, that may be stopped and started at will."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kata.waiting import until

_SECONDS = 60


@dataclass
class OwnEngine:
    """`folder` holds everything of the daemon's; `inside` are the words that run a command in its network."""

    folder: Path
    inside: Sequence[str]
    _daemon: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def host(self) -> str:
        """What DOCKER_HOST is to be."""
        return f"unix://{self.folder / 'sock'}"

    def start(self) -> None:
        """Return when it answers; a test is skipped where it cannot run."""
        places = [f"--{name}={self.folder / name}" for name in ("data-root", "exec-root", "pidfile")]
        with (self.folder / "log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [*self.inside, "dockerd", *places, f"--host={self.host}"],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if until(lambda: self._answers() or self._daemon.poll() is not None or None, _SECONDS, every=0.1) is None:
            self.stop()
        if self._daemon.poll() is not None:
            pytest.skip(f"no daemon of our own runs here: {(self.folder / 'log').read_text()[-300:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, with all that it runs. Return when it is gone."""
        assert self._daemon is not None
        self._daemon.send_signal(how)  # which says nothing where it has ended already
        self._daemon.wait(_SECONDS)
        self._forget_containerd()

    def docker(self, *words: str, given: bytes = b"") -> str:
        """What `docker WORDS` says."""
        done = subprocess.run(["docker", "-H", self.host, *words], input=given, capture_output=True, check=True)
        return done.stdout.decode()

    def containers(self, role: str = "") -> list[str]:
        """The ids of kata's containers, of all or of one role, whether they run or not."""
        label = f"dev.kata.role={role}" if role else "dev.kata.run"
        return self.docker("ps", "--all", "--quiet", "--filter", f"label={label}").split()

    def networks(self) -> list[str]:
        return self.docker("network", "ls", "--quiet", "--filter", "label=dev.kata.run").split()

    def _forget_containerd(self) -> None:
        """A killed daemon takes its containerd along; while nobody has reaped that, a new daemon believes it alive."""
        file = self.folder / "exec-root/containerd/containerd.pid"
        if file.exists():
            program = f"/proc/{file.read_text()}/exe"
            until(lambda: not os.path.exists(program) or None, _SECONDS)
            file.unlink(missing_ok=True)

    def _answers(self) -> bool | None:
        words = ["docker", "-H", self.host, "version"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0 or None


@contextmanager
def own_engine(images: Sequence[str]) -> Iterator[OwnEngine]:
    """A daemon with copies of those images of the shared one; nothing of it is left afterwards."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("dockerd", "unshare", "nsenter"))):
        pytest.skip("a daemon of our own needs root, dockerd, unshare and nsenter")
    folder = Path(tempfile.mkdtemp(prefix="kata-own-"))  # short: a socket's path has 107 bytes at most
    with _network() as inside:
        engine = OwnEngine(folder, inside)
        try:
            engine.start()
            saved = subprocess.run(["docker", "save", *images], capture_output=True, check=True)
            engine.docker("load", given=saved.stdout)
            yield engine
            for container in engine.containers():
                engine.docker("rm", "--force", container)
        finally:
            engine.stop()
            _remove(folder)


@contextmanager
def _network() -> Iterator[Sequence[str]]:
    """A network with nothing in it but its own loopback, as the words that run a command there."""
    hold = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 900"]
    holder = subprocess.Popen(hold, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        if not holder.stdout.readline():
            pytest.skip("no network of our own can be made here")
        yield "nsenter", "--target", str(holder.pid), "--net"
    finally:
        holder.kill()
        holder.wait()


def _remove(folder: Path) -> None:
    """A daemon that was killed leaves the parents of its containers, and mounts that keep its folder."""
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"{folder}/".encode() in words.read_bytes():
                os.kill(int(words.parent.name), signal.SIGKILL)
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in sorted((each for each in mounted if each.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", place], capture_output=True, check=False)
    with suppress(OSError):
        shutil.rmtree(folder)
