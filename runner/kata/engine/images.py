"""Which image stands for which role: one table, official names by default, every one of them overridable."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kata.errors import UsageError

#: role -> image. Official images, small variants where they exist, pinned to a version that is supported for years.
DEFAULTS: Mapping[str, str] = {
    "python": "python:3.13-slim",
    "node": "node:22-slim",
    "php": "php:8.4-cli",
    "ruby": "ruby:3.4-slim",
    "perl": "perl:5.40-slim",
    "java": "eclipse-temurin:21",
    "go": "golang:1.24",
    "postgres": "postgres:17-alpine",
    "mysql": "mysql:8.4",
    "redis": "redis:8-alpine",
    "memcached": "memcached:1.6-alpine",
    "rabbitmq": "rabbitmq:4-alpine",
    "forwarder": "alpine/socat:1.8.0.3",
}


def config_folder() -> Path:
    """Where kata's own configuration lies; KATA_CONFIG_DIR names another place."""
    named = os.environ.get("KATA_CONFIG_DIR")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("kata", appauthor=False))


def cache_folder() -> Path:
    """Where locks and other things that can be made again lie; KATA_CACHE_DIR names another place."""
    named = os.environ.get("KATA_CACHE_DIR")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("kata", appauthor=False))


def image_table(folder: Path | None = None) -> Mapping[str, str]:
    """The defaults, overridden by images.toml (written by `make engine`), then by config.toml's [images].

    Raises UsageError with the file when one of them is not a table of strings for known roles.
    """
    folder = config_folder() if folder is None else folder
    table = dict(DEFAULTS)
    for name in ("images.toml", "config.toml"):
        table.update(_images(folder / name))
    return table


def _images(file: Path) -> dict[str, str]:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: {error}", "Mend or remove that file.") from error
    images = data.get("images", {})
    for role, image in images.items() if isinstance(images, dict) else [("images", images)]:
        if role not in DEFAULTS or not isinstance(image, str):
            raise UsageError(
                f"{file}: [images] {role} = {image!r} is not understood",
                f"Each line is a role and an image name in quotes; roles: {', '.join(DEFAULTS)}.",
            )
    return dict(images)
