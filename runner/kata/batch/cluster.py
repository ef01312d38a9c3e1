"""Grades on other machines: a Dask `distributed` cluster whose workers each have kata and a container engine.

A submission travels as an archive named by its digest; the worker checks that it unpacks to that digest, and that its
own exercise and grader are those of the batch. Results come back to the one store. When a worker dies, its work is
given to another one; its own reapers remove its containers.
"""

from __future__ import annotations

import gzip
import io
import re
import socket
import tarfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kata.batch.digests import Graded, digests_of
from kata.batch.grading import graded
from kata.errors import EngineUnavailable, NotGraded, UsageError
from kata.profile import LEARNER, STRICT
from kata.results import Report
from kata.submission import Limits, Snapshot
from kata.submission.found import Found, Kind
from kata.submission.refusal import Tally
from kata.submission.snapshot import made
from kata.submission.spool import Spool
from kata.task import Options, Task

_SECONDS = 10


@dataclass(frozen=True)
class Work:
    """One submission on its way: a gzipped tar, its digest, and what to grade it with."""

    exercise: str
    graded: Graded
    profile: str
    seed: int
    digest: str
    archive: bytes


@dataclass(frozen=True)
class ClusterGrader:
    """Sends each submission through an executor, which need not be Dask's."""

    exercise: str
    graded: Graded
    profile: str
    executor: Executor

    def submit(self, snapshot: Snapshot, seed: int) -> Future[Report]:
        """Pack `snapshot`, close it, and send it off."""
        with snapshot:
            work = Work(self.exercise, self.graded, self.profile, seed, snapshot.digest, packed(snapshot))
        return self.executor.submit(grade_work, work)


def grade_work(work: Work) -> Report:
    """What a worker does: unpack, compare the digests, grade on its own engine. Raises NotGraded."""
    from kata.engine.docker import DockerEngine
    from kata.engine.images import image_table
    from kata.library import Library

    exercise = Library.open().find(work.exercise)
    if digests_of(exercise) != work.graded:
        raise NotGraded(
            f"the worker on {socket.gethostname()} has another {work.exercise}, or another kata",
            "Install the same version of kata, and the same library, on every machine.",
        )
    profile = STRICT if work.profile == STRICT.name else LEARNER
    with unpacked(work.archive, profile.snapshot) as snapshot:
        if snapshot.digest != work.digest:
            raise NotGraded("a submission was damaged on its way to a worker", "Run the same command again.")
        options = Options(seed=work.seed, profile=profile)
        try:
            engine = DockerEngine.connect_to_host()
            return graded(Task(exercise, engine, image_table(), options), snapshot)
        except EngineUnavailable as error:  # another worker may have an engine
            raise NotGraded(f"the worker on {socket.gethostname()}: {error.message}", error.hint) from error


@contextmanager
def joined(address: str) -> Iterator[tuple[Executor, int]]:
    """The cluster at `address` as an executor, and how many submissions its workers grade at a time.

    Raises UsageError when the extra is not installed or the scheduler does not answer.
    """
    if not re.fullmatch(r"(tcp|tls)://[^\s/]+:\d+", address):
        raise UsageError(
            f"{address!r} is no address of a scheduler", "It looks like tcp://HOST:8786 or tls://HOST:8786."
        )
    try:
        import distributed
    except ImportError as error:
        raise UsageError(
            "--cluster needs Dask, which is not installed", "pip install 'kata-grader[cluster]', on every machine."
        ) from error
    connect: Any = distributed.Client  # untyped
    try:
        client = connect(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no scheduler answers at {address}",
            "Start one with `dask scheduler` and give its address: tcp://HOST:8786.",
        ) from error
    with client:
        yield client.get_executor(pure=False, retries=2), _places(client, address)


def packed(snapshot: Snapshot) -> bytes:
    """The snapshot as a gzipped tar, the same bytes for the same digest."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as zipped, snapshot.tar() as tar:
        while piece := tar.read(1 << 20):
            zipped.write(piece)
    return out.getvalue()


def unpacked(archive: bytes, limits: Limits) -> Snapshot:
    """The snapshot in an archive that `packed` made; nothing is written but its anonymous spool."""
    spool, tally = Spool.new(), Tally(limits)
    try:
        entries = []
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is not None:
                    found = Found(member.name, Kind.FILE, bool(member.mode & 0o100), member.size, content.read)
                    entries.append(spool.add(found, tally))
        return made("submission", entries, spool, limits)
    except BaseException:
        spool.close()
        raise


def _places(client: Any, address: str) -> int:
    places = sum(client.nthreads().values())
    if not places:
        raise UsageError(
            f"the cluster at {address} has no workers", f"Start one on each machine: dask worker {address} --nthreads 3"
        )
    return int(places)
