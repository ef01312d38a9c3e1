"""The cache in Redis. It only ever makes things faster: when Redis is away, everything is simply not there."""

import os
import time
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

#: Without these an unreachable Redis would hold up every request for many seconds.
PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}
#: After a failure Redis is left alone for so many seconds.
PAUSE = 1
#: Longer than any answer of the origin takes, so that a lock outlives its work but not a crash.
LOCK_SECONDS = 10


class Cache:
    def __init__(self):
        self.ttl = int(os.environ["CACHE_TTL"])
        self._redis = Redis.from_url(os.environ["REDIS_URL"], **PATIENCE)
        self._away_until = 0.0

    async def get(self, key):
        return await self._try(lambda: self._redis.get(key))

    async def put(self, key, value):
        await self._try(lambda: self._redis.set(key, value, ex=self.ttl))

    async def version(self, group):
        """The name of the group's present generation of entries."""
        version = await self._try(lambda: self._redis.get(f"version {group}"))
        return version.decode() if version else "first"

    async def forget(self, *groups):
        """Give the groups a new version: nobody finds their entries any more, and they expire by themselves."""
        for group in groups:
            await self._renew(group)

    async def _renew(self, group):
        # The version has to live longer than any entry or fetch of an older one.
        await self._try(lambda: self._redis.set(f"version {group}", uuid4().hex, ex=self.ttl + 60))

    @asynccontextmanager
    async def alone(self, key):
        """Let one caller at a time through, in all copies of the server. Without Redis nobody waits."""
        lock = self._redis.lock(f"lock {key}", timeout=LOCK_SECONDS, sleep=0.02)
        held = await self._try(lock.acquire)
        try:
            yield
        finally:
            if held:
                with suppress(RedisError):
                    await lock.release()

    async def _try(self, command):
        """What Redis says, or None when it is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return await command()
        except RedisError:
            self._away_until = time.monotonic() + PAUSE
            return None
