"""The origin as the checks see it: what they put into it, and how often a server came to ask for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from kata.grader import Api, Failure, ProtocolError, Reply, until


class OriginLost(Exception):
    """The origin is ours: when it does not answer, no submission is to blame."""


class Origin:
    """Resources by path, and the calls that were counted. `window` is half of CACHE_TTL, in seconds."""

    def __init__(self, control: Api, window: float) -> None:
        self._control = control
        self.window = window

    def put(self, path: str, **resource: Any) -> None:
        """Make `path` behave as `resource` says (kata/services/origin_server.py)."""
        self._asked("PUT", f"/resources{path}", json=resource)

    def calls(self, path: str) -> list[dict[str, Any]]:
        """What servers asked for at `path`, reads and writes, in order."""
        return self._asked("GET", "/calls", params={"path": path}).json["calls"]

    def reads(self, path: str, query: str = "") -> int:
        """The most reads that came within `window`: nothing else proves that an answer was not remembered.

        A slow machine may stretch a check beyond CACHE_TTL, and then asking again is right.
        """
        asked = [call for call in self.calls(path) if call["method"] in ("GET", "HEAD") and call["query"] == query]
        moments = [call["at"] for call in asked]
        return max((sum(0 <= other - at < self.window for other in moments) for at in moments), default=0)

    def expect_reads(self, path: str, most: int, query: str = "") -> None:
        """Fail when more than `most` reads reached the origin within half of CACHE_TTL."""
        came = self.reads(path, query)
        where = f"{path}?{query}" if query else path
        if came > most:
            raise Failure(
                f"{came} reads of {where} reached the origin within {self.window:g} s, {most} would have done"
            )
        if came == 0:
            raise Failure(f"no read of {where} reached the origin at all; where does the answer come from?")

    def _asked(self, method: str, path: str, **options: Any) -> Reply:
        try:
            return self._control.request(method, path, **options).expect({200, 204})
        except (ProtocolError, Failure) as error:
            raise OriginLost(str(error)) from error


@dataclass(frozen=True)
class Thing:
    """Something that the origin has: its path and its body."""

    path: str
    body: dict[str, Any]

    def but(self, **fields: Any) -> dict[str, Any]:
        """The body with other fields."""
        return {**self.body, **fields}


# -- both copies of the server, once they have found their cache -------------------------------------------------------

#: What a server that has just started gets for connecting to its cache, in seconds.
CONNECTING = 3.0


@pytest.fixture(scope="session")
def api(api, origin, new_product) -> Api:
    """The running server, connected to its cache."""
    until(lambda: _remembers(api, origin, new_product()), seconds=CONNECTING, every=0.1)
    return api


@pytest.fixture(scope="session")
def replica(replica, origin, new_product) -> Api:
    """A second copy of the server, connected to its cache."""
    until(lambda: _remembers(replica, origin, new_product()), seconds=CONNECTING, every=0.1)
    return replica


def _remembers(server: Api, origin: Origin, product: Thing) -> bool:
    try:
        return {server.get(product.path).status for _ in range(2)} == {200} and origin.reads(product.path) == 1
    except ProtocolError:
        return False


# -- what the origin has ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def ttl(environment) -> float:
    """CACHE_TTL in seconds."""
    return float(environment["CACHE_TTL"])


@pytest.fixture(scope="session")
def origin(origin, ttl) -> Origin:
    """The runner's `origin` fixture (its control side), in the words of this exercise."""
    found = Origin(origin, ttl / 2)
    found.put("/products", items="/products/")
    return found


@pytest.fixture(scope="session")
def some_product(draw) -> Callable[..., Thing]:
    """Thinks up a product that the origin does not have."""

    def some_product(**fields: Any) -> Thing:
        id = f"{draw.word()}-{draw.integer(100, 999)}"
        body = {"id": id, "name": draw.name(), "category": draw.word(), "price": draw.integer(100, 9999), **fields}
        return Thing(f"/products/{id}", body)

    return some_product


@pytest.fixture(scope="session")
def new_product(origin, some_product) -> Callable[..., Thing]:
    """Puts a product into the origin, with `behaviour` such as delay=0.5 or users={...}."""

    def new_product(category: str | None = None, **behaviour: Any) -> Thing:
        product = some_product(**({"category": category} if category else {}))
        origin.put(product.path, body=product.body, **behaviour)
        return product

    return new_product


@pytest.fixture(scope="session")
def category(draw) -> Callable[[], tuple[str, str]]:
    """Thinks up a category; its name, and the path of its list."""

    def category() -> tuple[str, str]:
        name = draw.word()
        return name, "/products?" + urlencode({"category": name})

    return category


@pytest.fixture(scope="session")
def shows() -> Callable[[Api, str, list[Any]], bool]:
    """Whether a list is as it should be before something happens: that it is so at all is a check of its own."""

    def shows(server: Api, listed: str, items: list[Any]) -> bool:
        reply = server.get(listed)
        return reply.status == 200 and bool(reply.field("items", list) == items)

    return shows


@pytest.fixture(scope="session")
def members(draw) -> tuple[str, str]:
    """The tokens of two members."""
    return draw.secret(24), draw.secret(24)


@pytest.fixture
def article(origin, draw) -> tuple[str, dict[str, Any]]:
    """A new article: its path, and its body by language."""
    id = f"{draw.word()}-{draw.integer(100, 999)}"
    bodies = {language: {"id": id, "title": draw.name(), "text": draw.text(60)} for language in ("en", "de")}
    origin.put(f"/articles/{id}", languages=bodies)
    return f"/articles/{id}", bodies


# -- the cache service and its outages ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outage:
    """What a server answered while its cache was away, and whether it used the cache afterwards."""

    product: Thing
    read: Reply
    listed: Reply
    written: Reply
    read_again: Reply
    recovered: bool


class CacheService:
    """The cache that the submission chose, and the faults that befall it."""

    def __init__(self, name: str, control: Any, remembers: Callable[[], bool]) -> None:
        self._name = name
        self._control = control
        self._remembers = remembers
        self.recovered = False

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Kill the cache; afterwards start it, and wait until it is used again."""
        self._control.stop(self._name)
        try:
            yield
        finally:
            self._control.start(self._name)
            self._wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the cache hang; afterwards let it go on, and wait until it is used again."""
        self._control.pause(self._name)
        try:
            yield
        finally:
            self._control.resume(self._name)
            self._wait()

    def _wait(self) -> None:
        """Wait for ten seconds at most. A server that cannot come back is restarted: other checks go on with it."""
        self.recovered = bool(until(self._remembers, seconds=10, every=0.2))
        if not self.recovered:
            self._control.restart_app()


@pytest.fixture(scope="session")
def cache_service(api, replica, control, environment, origin, new_product) -> CacheService:
    """Redis or Memcached, whichever the server was given."""

    def remembers() -> bool:
        return all(_remembers(server, origin, new_product()) for server in (api, replica))

    return CacheService("redis" if "REDIS_URL" in environment else "memcached", control, remembers)


@pytest.fixture(scope="session")
def outage(api, cache_service, new_product) -> Outage:
    """A read, a write and another read while the cache is down; then the cache is started again."""
    product = new_product()
    with cache_service.stopped():
        read = api.get(product.path)
        listed = api.get("/products", params={"category": product.body["category"]})
        written = api.put(product.path, json=product.but(price=product.body["price"] + 1))
        read_again = api.get(product.path)
    return Outage(product, read, listed, written, read_again, cache_service.recovered)


# -- the passing of time -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aged:
    """What was shown when its time was over, after the origin had given it all the name `new`."""

    new: str
    left_alone: dict[str, Reply]
    read_all_the_time: dict[str, Reply]


@pytest.fixture(scope="session")
def aged(api, origin, new_product, some_product, ttl, draw) -> Aged:
    """Remembered things, changed behind the server's back: one product is read all the time, the rest left alone.

    What a server does not serve as stated in the first place is for other checks to tell.
    """
    quiet, busy, unknown = new_product(), new_product(), some_product()
    articles = [f"/articles/{draw.word()}-{draw.integer(100, 999)}" for _ in range(2)]
    old, new = draw.name(), draw.name()
    left_alone = {**_kinds(quiet, articles[0]), "the 404 of a product that exists by now": (unknown.path, 404)}
    _name(origin, old, articles, quiet, busy)
    first = {what: api.get(path) for what, (path, _) in left_alone.items()}
    again = {what: path for what, (path, _) in _kinds(busy, articles[1]).items() if api.get(path).status == 200}
    _name(origin, new, articles, quiet, busy, unknown)
    end = time.monotonic() + 1.5 * ttl
    shown = until(lambda: _expired(api, again, end), seconds=1.5 * ttl + 5, every=ttl / 10)
    served = {what: path for what, (path, status) in left_alone.items() if first[what].status == status}
    return Aged(new, {what: api.get(path) for what, path in served.items()}, shown or {})


def _kinds(product: Thing, article: str) -> dict[str, tuple[str, int]]:
    """Where one thing of each kind is that is remembered, and its status."""
    listed = "/products?" + urlencode({"category": product.body["category"]})
    return {"a product": (product.path, 200), "a list": (listed, 200), "an article": (article, 200)}


def _name(origin: Origin, name: str, articles: list[str], *products: Thing) -> None:
    """Call the articles and the products in the origin by this name."""
    for product in products:
        origin.put(product.path, body=product.but(name=name))
    for article in articles:
        origin.put(article, languages={"en": {"id": article.split("/")[-1], "title": name, "text": name}})


def _expired(api: Api, paths: dict[str, str], end: float) -> dict[str, Reply] | None:
    """What is shown once the time is over; reading goes on until then."""
    replies = {what: api.get(path) for what, path in paths.items()}
    return replies if time.monotonic() >= end else None
