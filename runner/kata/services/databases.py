"""What the databases have in common: one for the learner, who owns it, a reader for the grader, an administrator."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kata.engine.caching import Recipe, cached_service_image
from kata.services import Fresh, Hold, Prepared

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from kata.engine import Engine, Progress

DATABASE = "app"
APP_USER = "app"
READER = "kata_reader"

#: Passwords by role: app, reader, admin.
Passwords = Mapping[str, str]


@dataclass(frozen=True)
class Dialect:
    """In what one database differs from another. The callables get host, port and the passwords of the cached image."""

    name: str
    scheme: str
    port: int
    recipe: Callable[[Passwords], Recipe]
    container: Callable[[str, Passwords], DockerContainer]
    select_one: Callable[[str, int, Passwords], None]
    hold_writes: Callable[[str, int, Passwords], AbstractContextManager[Hold]]
    fresh: Callable[[str, int, Passwords], AbstractContextManager[Fresh]]
    memory: int

    def url(self, known: Passwords, database: str = DATABASE) -> str:
        """DATABASE_URL as the learner gets it."""
        return f"{self.scheme}://{APP_USER}:{known['app']}@{self.name}:{self.port}/{database}"


def prepare_database(dialect: Dialect, engine: Engine, image: str, progress: Progress) -> Prepared:
    """The cached image with an initialised database, made now when it is missing."""
    recipe = dialect.recipe({role: secrets.token_hex(16) for role in ("app", "reader", "admin")})
    cached = cached_service_image(engine, image, recipe, progress)
    known = cached.credentials
    return Prepared(
        name=dialect.name,
        role=dialect.name,
        image=cached.image,
        port=dialect.port,
        container=lambda: dialect.container(cached.image, known),
        probe=lambda host, port: dialect.select_one(host, port, known),
        app={"DATABASE_URL": dialect.url(known)},
        inspect={"user": READER, "password": known["reader"], "database": DATABASE, "app_user": APP_USER},
        memory=dialect.memory,
        command=tuple(recipe.command),
        hold_writes=lambda host, port: dialect.hold_writes(host, port, known),
        fresh=lambda host, port: dialect.fresh(host, port, known),
    )
