"""Caching: where to begin. The statement: STATEMENT.md here, or `kata show 09-caching`."""

import os

import httpx
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis

CACHE_TTL = int(os.environ["CACHE_TTL"])  # seconds
origin = httpx.AsyncClient(base_url=os.environ["ORIGIN_URL"], timeout=5)

# TODO: a Redis that is away must not hold up a request. Which timeouts can be set here, and how often does it repeat?
redis = Redis.from_url(os.environ["REDIS_URL"])

app = FastAPI()


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}


@app.get("/products/{id}")
async def product(request: Request, id: str) -> Response:
    # TODO 1: look into Redis first (redis.get), and remember what the origin says (redis.set with ex=CACHE_TTL).
    #         Remember the status and the media type together with the body; a 404 too, a failure never.
    # TODO 5: with an Authorization header none of this applies: pass it on, and say Cache-Control: private.
    # TODO 6: Cache-Control, Vary, and an ETag made from the body; If-None-Match is answered with 304.
    reply = await origin.get(f"/products/{id}")
    return Response(reply.content, reply.status_code, media_type="application/json")


# TODO 2: GET /products, a list for each query.
# TODO 3: PUT and DELETE of a product: the origin first, then forget the product and all lists.
# TODO 4: GET /articles/{id}: the language belongs into the key. GET /account: only pass it on.
# TODO 7: of many who miss an entry, one asks the origin (redis.lock) and the others wait.
# TODO 8: with the cache gone (redis.exceptions.RedisError), go on without it.
