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


@dataclass(frozen=True)
class Recipe:
    """How a service is initialised: files that are put at /, the command, and `ready`, which exits 0 inside when done.

    `credentials` stand in the environment and in the files, and are kept with the image.
    """

    name: str
    environment: Mapping[str, str]
    files: Mapping[str, str]
    command: Sequence[str]
    ready: Sequence[str]
    credentials: Mapping[str, str]

    def key(self, base: str) -> str:
        """What tells images apart: the id of the `base` image and the recipe without its credentials."""
        parts = [base, *sorted(self.environment), *self.files, *self.files.values(), *self.command]
        for value in self.credentials.values():
            parts = [part.replace(value, "") for part in parts]
        return hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]


def cached_service_image(engine: Engine, base: str, recipe: Recipe, progress: Progress) -> CachedService:
    """The image that `recipe` makes of `base`, made now if it is missing.

    The recipe's credentials are used when it has to be made; those of an image that is there already come back instead.
    """
    info = engine.image(base)
    if info is None:
        raise NotGraded(f"the image {base} is missing", "Run `kata pull`, or `make engine` where no registry answers.")
    tag = f"kata-cache/{recipe.name}:{recipe.key(info.id)}"
    with one_at_a_time(tag):
        found = engine.image(tag)
        if found is None:
            progress(f"preparing {recipe.name} once ({base}); later runs start from the result")
            _initialise(engine, base, tag, recipe)
            return CachedService(tag, recipe.credentials)
    kept = {k.removeprefix(_CREDENTIAL): v for k, v in found.labels.items() if k.startswith(_CREDENTIAL)}
    return CachedService(tag, kept)


def _initialise(engine: Engine, base: str, tag: str, recipe: Recipe) -> None:
    name = recipe.name
    spec = ContainerSpec(
        image=base,
        role=f"prepare-{name}",
        command=tuple(recipe.command),
        environment=recipe.environment,
        labels=run_labels(new_run(), f"prepare-{name}"),
        sandbox=Sandbox(memory=1 << 30, capabilities=SERVICE_CAPABILITIES),
    )
    container = engine.create(spec)
    try:
        if recipe.files:
            engine.put(container, "/", tarball(recipe.files))
        engine.start(container)
        if waiting.until(lambda: _is_ready(engine, container, recipe.ready), _INITIALISE_SECONDS, every=0.1) is None:
            log = engine.logs(container, 10).decode("utf-8", "replace")
            raise NotGraded(f"{name} did not start from {base}: {log}", "Check that image; `kata doctor` tells more.")
        engine.stop(container, 60)
        kept = {_CREDENTIAL + key: value for key, value in recipe.credentials.items()}
        engine.commit(container, tag, (), {CACHE: name, **kept})
    finally:
        engine.remove(container)


def _is_ready(engine: Engine, container: str, ready: Sequence[str]) -> bool | None:
    if not engine.state(container).running:
        return None
    return True if engine.run(container, ready)[0] == 0 else None
