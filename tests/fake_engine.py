"""An engine in memory: the verbs of kata.engine.Engine without containers, for tests of what is built on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from kata.engine import BuildFailed, BuildLimits, ContainerSpec, ContainerState, ImageInfo, Progress
from kata.errors import NotGraded


def image_info(id: str, labels: Mapping[str, str] | None = None) -> ImageInfo:
    return ImageInfo(id, labels or {}, "", (), (), (), 1)


@dataclass
class FakeEngine:
    """Images by name, containers by id; what can be pulled and whether builds work is up to the test."""

    images: dict[str, ImageInfo] = field(default_factory=dict)
    registry: frozenset[str] = frozenset()
    builds_work: bool = True
    built: list[str] = field(default_factory=list)
    contexts: list[bytes] = field(default_factory=list)
    build_limits: list[BuildLimits] = field(default_factory=list)
    offline: list[bool] = field(default_factory=list)
    containers: dict[str, ContainerSpec] = field(default_factory=dict)
    others: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)

    def image(self, name: str) -> ImageInfo | None:
        return self.images.get(name)

    def pull(self, name: str, progress: Progress) -> None:
        if name not in self.registry:
            raise NotGraded(f"the image {name} could not be pulled")
        progress("pulling")
        self.images[name] = image_info(f"sha256:{name}")

    def build(
        self,
        context: IO[bytes],
        tag: str,
        labels: Mapping[str, str],
        progress: Progress,
        limits: BuildLimits,
        dockerfile: str = "Dockerfile",
        offline: bool = False,
        fresh: bool = False,
    ) -> None:
        self.contexts.append(context.read())
        self.build_limits.append(limits)
        self.offline.append(offline)
        if not self.builds_work:
            raise BuildFailed("exit code 1", ["the last line"])
        self.built.append(tag)
        self.images[tag] = image_info(f"sha256:{tag}", labels)

    def commit(self, container: str, tag: str, changes: Sequence[str], labels: Mapping[str, str]) -> None:
        self.images[tag] = image_info(f"sha256:{tag}", labels)

    def create(self, spec: ContainerSpec) -> str:
        id = f"container-{len(self.containers) + 1}"
        self.containers[id] = spec
        return id

    def start(self, container: str) -> None:
        assert container in self.containers

    def put(self, container: str, path: str, tar: IO[bytes]) -> None:
        self.contexts.append(tar.read())

    def stop(self, container: str, seconds: int) -> None:
        assert container in self.containers

    def run(self, container: str, command: Sequence[str]) -> tuple[int, bytes]:
        return 0, b""

    def state(self, container: str) -> ContainerState:
        return ContainerState(True, 0, False)

    def logs(self, container: str, lines: int = 200, since: float | None = None, until: float | None = None) -> bytes:
        return b""

    def labelled(self, label: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        key, _, value = label.partition("=")
        for id, spec in list(self.containers.items()):
            if spec.labels.get(key) == value or (not value and key in spec.labels):
                yield "container", id, spec.labels
        for id, (kind, labels) in list(self.others.items()):
            if labels.get(key) == value or (not value and key in labels):
                yield kind, id, labels

    def remove(self, container: str) -> None:
        self.removed.append(container)
        self.containers.pop(container, None)

    def remove_network(self, network: str) -> None:
        self.removed.append(network)
        self.others.pop(network, None)

    def remove_image(self, image: str) -> None:
        self.removed.append(image)
        self.others.pop(image, None)

    def remove_volume(self, name: str) -> None:
        self.removed.append(name)
        self.others.pop(name, None)
