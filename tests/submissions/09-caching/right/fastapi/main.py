"""A shop's API in front of a slow origin: what was asked for once is remembered in Redis for CACHE_TTL seconds."""

import hashlib
from urllib.parse import quote

from cache import Cache
from fastapi import FastAPI, Request, Response
from origin import Answer, ask, best_language

app = FastAPI()
cache = Cache()


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/products")
async def products(request: Request):
    query = request.url.query
    answer = await remembered(f"/products?{query}" if query else "/products", group="lists")
    return tell(request, answer)


@app.get("/products/{id}")
async def product(request: Request, id: str):
    path = product_path(id)
    if "authorization" in request.headers:  # members have prices of their own
        return tell_in_private(await ask("GET", path, request.headers))
    return tell(request, await remembered(path, group=path), vary="Authorization")


@app.put("/products/{id}")
@app.delete("/products/{id}")
async def change_product(request: Request, id: str):
    path = product_path(id)
    answer = await ask(request.method, path, request.headers, await request.body())
    if not answer.refused:  # it may have happened even when the origin failed on the way back
        await cache.forget(path, "lists")
    return reply(answer)


@app.get("/articles/{id}")
async def article(request: Request, id: str):
    path = f"/articles/{quote(id, safe='')}"
    language = best_language(request.headers.get("accept-language", ""))
    answer = await remembered(path, group=path, language=language)
    return tell(request, answer, vary="Accept-Language")


@app.get("/account")
async def account(request: Request):
    return tell_in_private(await ask("GET", "/account", request.headers))


def product_path(id: str) -> str:
    return f"/products/{quote(id, safe='')}"


async def remembered(path: str, group: str, language: str = "") -> Answer:
    """The origin's answer, from the cache when it is there. Of many who miss it at once, one asks and the others wait.

    The key holds the version of its group. A write gives the group a new version, so an answer that was fetched before
    the write and arrives after it lands under a key that nobody reads any more.
    """
    key = f"{path} {language} {await cache.version(group)}"
    if found := await cache.get(key):
        return Answer.from_json(found)
    async with cache.alone(key):
        if found := await cache.get(key):  # somebody else was first
            return Answer.from_json(found)
        answer = await ask("GET", path, {"accept-language": language} if language else {})
        if answer.may_be_kept:
            await cache.put(key, answer.to_json())
        return answer


def tell(request: Request, answer: Answer, vary: str = "") -> Response:
    """A reply that everybody may share, or 304 when the client has it already."""
    headers = {"Cache-Control": f"public, max-age={cache.ttl}" if answer.may_be_kept else "no-store"}
    if vary:
        headers["Vary"] = vary
    if answer.status == 200:
        headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        if has_already(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return reply(answer, headers)


def tell_in_private(answer: Answer) -> Response:
    """A reply for one person alone."""
    return reply(answer, {"Cache-Control": "private, no-store"})


def reply(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    told = {"Content-Language": answer.language} if answer.language else {}
    return Response(answer.body, answer.status, {**told, **(headers or {})}, answer.media_type)


def has_already(request: Request, etag: str) -> bool:
    """Whether If-None-Match names this entity tag (weak comparison, RFC 9110 section 13.1.2)."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in known or "*" in known
