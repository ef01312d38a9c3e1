"""Images that are needed and may have to be fetched first: never without saying so."""

from __future__ import annotations

from kata.engine import Engine, ImageInfo, Progress
from kata.errors import NotGraded


def require_image(engine: Engine, name: str, progress: Progress) -> ImageInfo:
    """The image, pulled now when it is missing, and said so."""
    found = engine.image(name)
    if found is None:
        progress(f"pulling {name}")
        engine.pull(name, progress)
        found = engine.image(name)
    if found is None:
        raise NotGraded(f"the image {name} is missing", "Run `kata pull`, or `make engine` where no registry answers.")
    return found
