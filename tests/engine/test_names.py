"""What a pipeline keeps of the images: kata's own, and nobody else's on the same engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from kata.engine.docker import DockerEngine
from kata.engine.labels import CACHE


def test_the_names_are_those_of_katas_own_images(engine: DockerEngine, images: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "kata", "pull", "06-auth", "--names"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    own = {tag for tag, _, _ in engine.cached_images(CACHE)}
    assert images["postgres"] in said
    assert set(said) <= own | {images[role] for role in ("forwarder", "python", "node", "postgres")}
    assert all(engine.image(name) is not None for name in said)
