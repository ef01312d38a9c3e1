"""The images a submission runs from, and when they need not be built: everything is keyed by what went into it.

A detected stack runs from base + dependencies, keyed by the dependency files alone; the code is put into the created
container, so three hundred submissions with one requirements.txt build once. A Dockerfile is built for real.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from kata.engine import BuildFailed, BuildLimits, Engine, ImageInfo, Progress
from kata.engine.build_steps import Steps, script
from kata.engine.certificates import IN_IMAGE, host_bundle, shell_exports
from kata.engine.images import cache_folder
from kata.engine.labels import CACHE, run_labels
from kata.engine.tarball import tarball

#: The user that code of a detected stack runs as; no capability, no home of its own.
APP_USER = 10001
APP_FOLDER = "/app"
_RECIPE = "3"


@dataclass(frozen=True)
class Built:
    """An image to run, and whether it was there already."""

    image: str
    cached: bool


def dependency_image(
    engine: Engine,
    base: str,
    base_info: ImageInfo,
    install: Sequence[str],
    files: IO[bytes],
    files_digest: str,
    progress: Progress,
    limits: BuildLimits,
) -> Built:
    """Base + dependencies. `files` is a tar of the dependency files alone, `files_digest` its digest."""
    if not install:
        return Built(base, cached=True)
    key = _key("dependencies", base_info.id, *install, files_digest)
    tag = f"kata-cache/dependencies:{key}"
    return _built(engine, tag, base, "dependencies", install, files, progress, limits)


def application_image(
    engine: Engine,
    base: str,
    steps: Sequence[str],
    code: IO[bytes],
    key: str,
    progress: Progress,
    limits: BuildLimits,
    offline: bool = False,
) -> Built:
    """Base + the code after its own build steps (a compiler, a bundler), keyed by the code itself.

    `offline`: the steps have no network. What they make is kept apart from what they make with one.
    """
    tag = f"kata-cache/app:{_key('offline' if offline else 'app', base, *steps, key)}"
    return _built(engine, tag, base, "code", steps, code, progress, limits, offline)


def own_image(
    engine: Engine,
    dockerfile: str,
    code: IO[bytes],
    key: str,
    progress: Progress,
    limits: BuildLimits,
    confined_to: str = "",
) -> Built:
    """What the submission's own Dockerfile builds, keyed by everything it can see.

    `confined_to` a run: without any network, sharing nothing with other builds, and removed with that run.
    """
    tag = f"kata-run/{confined_to}:own" if confined_to else f"kata-cache/own:{_key('own', dockerfile, key)}"
    with one_at_a_time(tag):
        if engine.image(tag) is not None:
            return Built(tag, cached=True)
        engine.build(
            code,
            tag,
            run_labels(confined_to, "image") if confined_to else {CACHE: "own"},
            progress,
            limits,
            dockerfile=dockerfile,
            offline=bool(confined_to),
            fresh=bool(confined_to),
        )
        return Built(tag, cached=False)


def _dockerfile(base: str, folder: str, steps: Sequence[str]) -> str:
    """A recipe whose steps see the host's certificates only while they run."""
    bundle = host_bundle()
    lines = [
        f"FROM {base}",
        "USER root",
        f"WORKDIR {APP_FOLDER}",
        f"COPY --chown={APP_USER}:{APP_USER} {folder}/ {APP_FOLDER}/",
    ]
    exports = ""
    if bundle is not None:
        lines.append(f"COPY certificates.crt {IN_IMAGE}")
        exports = shell_exports() + " && "
    lines.append(f"RUN {exports}export HOME=/root && {script(steps)} && chown {APP_USER}:{APP_USER} {APP_FOLDER}")
    return "\n".join(lines) + "\n"


def _built(
    engine: Engine,
    tag: str,
    base: str,
    folder: str,
    steps: Sequence[str],
    files: IO[bytes],
    progress: Progress,
    limits: BuildLimits,
    offline: bool = False,
) -> Built:
    with one_at_a_time(tag):
        if engine.image(tag) is not None:
            return Built(tag, cached=True)
        followed = Steps(steps, progress)
        with _context(_dockerfile(base, folder, steps), folder, files) as context:
            try:
                engine.build(context, tag, {CACHE: folder}, followed, limits, offline=offline)
            except BuildFailed as failure:
                raise followed.named(failure) from failure
        return Built(tag, cached=False)


@contextmanager
def _context(dockerfile: str, folder: str, files: IO[bytes]) -> Iterator[IO[bytes]]:
    """A build context: the recipe, the certificates, and `files` (a tar whose names start with `folder`/)."""
    own: dict[str, bytes | str] = {"Dockerfile": dockerfile}
    bundle = host_bundle()
    if bundle is not None:
        own["certificates.crt"] = bundle
    with tempfile.TemporaryFile() as context:
        head = tarball(own).read()
        context.write(head[: _end_of_entries(head)])
        shutil.copyfileobj(files, context)
        context.seek(0)
        yield context


def _end_of_entries(tar: bytes) -> int:
    """Where a tar's closing zero blocks begin, so that another tar can follow."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        last = archive.getmembers()[-1]
    return last.offset_data + (last.size + 511) // 512 * 512


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join((_RECIPE, *parts)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@contextmanager
def one_at_a_time(tag: str) -> Iterator[None]:
    """Runs side by side build an image once; the others wait for it."""
    from filelock import FileLock

    folder = cache_folder() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / (hashlib.sha256(tag.encode()).hexdigest()[:24] + ".lock")):
        yield
