"""Removes what nobody will remove: the objects of one run, or of owners that died."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kata.engine.labels import RUN, is_abandoned
from kata.errors import EngineUnavailable, NotGraded

Labels = Mapping[str, str]
_KINDS = ("container", "network", "volume", "image")


class Sweepable(Protocol):
    """The verbs that sweeping needs of an engine."""

    def labelled(self, label: str) -> Iterator[tuple[str, str, Labels]]: ...

    def remove(self, container: str) -> None: ...

    def remove_network(self, network: str) -> None: ...

    def remove_volume(self, name: str) -> None: ...

    def remove_image(self, image: str) -> None: ...


@dataclass(frozen=True)
class Swept:
    """How many objects were removed. `stuck` are those that the engine did not give up."""

    containers: int = 0
    networks: int = 0
    volumes: int = 0
    images: int = 0
    stuck: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.containers + other.containers,
            self.networks + other.networks,
            self.volumes + other.volumes,
            self.images + other.images,
            self.stuck + other.stuck,
        )

    @property
    def total(self) -> int:
        return self.containers + self.networks + self.volumes + self.images


def sweep(engine: Sweepable, label: str, unwanted: Callable[[Labels], bool] = lambda labels: True) -> Swept:
    """Remove every object with `label` whose labels are `unwanted`: containers side by side, then
    networks, volumes and images. Raises EngineUnavailable when the engine has gone.

    An engine may keep a network for an endpoint whose container is gone, until it is started again: that stops nobody.
    """
    found = [(kind, id) for kind, id, labels in engine.labelled(label) if unwanted(labels)]
    by_kind = {kind: [id for what, id in found if what == kind] for kind in _KINDS}
    with ThreadPoolExecutor(8) as pool:
        containers = sum(pool.map(partial(_is_removed, engine.remove), by_kind["container"]))
    networks = sum(_is_removed(engine.remove_network, id) for id in by_kind["network"])
    volumes = sum(_is_removed(engine.remove_volume, id) for id in by_kind["volume"])
    images = sum(_is_removed(engine.remove_image, id) for id in by_kind["image"])
    return Swept(containers, networks, volumes, images, len(found) - containers - networks - volumes - images)


def _is_removed(remove: Callable[[str], None], id: str) -> bool:
    try:
        remove(id)
    except EngineUnavailable:
        raise
    except NotGraded:
        return False
    return True


def sweep_abandoned(engine: Sweepable) -> Swept:
    """Remove what dead owners left, and what is past its time."""
    now = time.time()
    return sweep(engine, RUN, lambda labels: is_abandoned(labels, now))
