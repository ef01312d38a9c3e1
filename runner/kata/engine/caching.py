"""Service images with their first start already done: initialise once, stop, commit, and start from that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kata import waiting
from kata.engine import ContainerSpec, Engine, Progress, Sandbox
from kata.engine.building import one_at_a_time
from kata.engine.labels import CACHE, new_run, run_labels
from kata.engine.tarball import tarball
from kata.errors import NotGraded

_CREDENTIAL = "dev.kata.credential."
_INITIALISE_SECONDS = 120
#: What official images need while they run as root to prepare their folders and drop to their own user.
SERVICE_CAPABILITIES = ("CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER")


@dataclass(frozen=True)
class CachedService:
    """An image that starts ready, and the credentials that were made with it."""

    image: str
    credentials: Mapping[str, str]


def cached_service_image(
    engine: Engine,
    base: str,
    name: str,
    environment: Mapping[str, str],
    files: Mapping[str, str],
    command: Sequence[str],
    ready: Sequence[str],
    credentials: Mapping[str, str],
    progress: Progress,
) -> CachedService:
    """The image for service `name`, made from `base` now if it is missing.

    `credentials` are used when it has to be made; those of an image that is there already come back instead. The
    key covers the base image and the recipe without its credentials. `ready` is a command that exits 0 inside.
    """
    info = engine.image(base)
    if info is None:
        raise NotGraded(f"the image {base} is missing", "Run `kata pull`, or `make engine` where no registry answers.")
    recipe = [info.id, *sorted(environment), *files, *files.values(), *command]
    for value in credentials.values():
        recipe = [part.replace(value, "") for part in recipe]
    tag = f"kata-cache/{name}:{hashlib.sha256(chr(0).join(recipe).encode()).hexdigest()[:16]}"
    with one_at_a_time(tag):
        found = engine.image(tag)
        if found is None:
            progress(f"preparing {name} once ({base}); later runs start from the result")
            _initialise(engine, base, tag, name, environment, files, command, ready, credentials)
            return CachedService(tag, credentials)
    kept = {k.removeprefix(_CREDENTIAL): v for k, v in found.labels.items() if k.startswith(_CREDENTIAL)}
    return CachedService(tag, kept)


def _initialise(
    engine: Engine,
    base: str,
    tag: str,
    name: str,
    environment: Mapping[str, str],
    files: Mapping[str, str],
    command: Sequence[str],
    ready: Sequence[str],
    credentials: Mapping[str, str],
) -> None:
    spec = ContainerSpec(
        image=base,
        role=f"prepare-{name}",
        command=tuple(command),
        environment=environment,
        labels=run_labels(new_run(), f"prepare-{name}"),
        sandbox=Sandbox(memory=1 << 30, capabilities=SERVICE_CAPABILITIES),
    )
    container = engine.create(spec)
    try:
        if files:
            engine.put(container, "/", tarball(files))
        engine.start(container)
        if waiting.until(lambda: _is_ready(engine, container, ready), _INITIALISE_SECONDS, every=0.1) is None:
            log = engine.logs(container, 10).decode("utf-8", "replace")
            raise NotGraded(f"{name} did not start from {base}: {log}", "Check that image; `kata doctor` tells more.")
        engine.stop(container, 60)
        engine.commit(container, tag, (), {CACHE: name, **{_CREDENTIAL + k: v for k, v in credentials.items()}})
    finally:
        engine.remove(container)


def _is_ready(engine: Engine, container: str, ready: Sequence[str]) -> bool | None:
    if not engine.state(container).running:
        return None
    return True if engine.run(container, ready)[0] == 0 else None
