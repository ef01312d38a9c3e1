"""A small server that speaks HTTP."""

import hashlib
import html
import json
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel, StrictStr
from starlette.routing import Match

from negotiation import byte_range, media_type, names_version, preferred

app = FastAPI(title="A server that speaks HTTP")

#: What is stored under /pages: the bytes of each page and its Content-Type.
pages: dict[str, tuple[bytes, str]] = {}

HOME = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>A server that speaks HTTP</title>
  </head>
  <body>
    <h1>Welcome</h1>
    <p>Try <a href="/hello/world">a greeting</a> or <a href="/query?tag=red&amp;tag=blue">a query</a>.</p>
  </body>
</html>
"""


@app.api_route("/", methods=["GET", "HEAD"])
def home():
    return HTMLResponse(HOME)


@app.api_route("/hello/{name}", methods=["GET", "HEAD"])
def hello(name: str, request: Request):
    """One greeting in three forms; the client's Accept header chooses."""
    greeting = f"Hello, {name}!"
    forms = {
        "text/plain": greeting,
        "text/html": f"<p>{html.escape(greeting)}</p>",
        "application/json": json.dumps({"greeting": greeting}),
    }
    accept = ",".join(request.headers.getlist("Accept")) or "*/*"
    chosen = preferred(accept, list(forms))
    if chosen is None:
        raise HTTPException(406, "There is a greeting in " + ", ".join(forms))
    return Response(forms[chosen], media_type=chosen, headers={"Vary": "Accept"})


@app.api_route("/old/{name}", methods=["GET", "HEAD"])
def old(name: str):
    # RedirectResponse leaves a question mark as it is, so the name is encoded here.
    return RedirectResponse("/hello/" + quote(name, safe=""), status_code=301)


@app.api_route("/query", methods=["GET", "HEAD"])
def query(request: Request):
    values = request.query_params
    return {"parameters": {name: values.getlist(name) for name in values}}


@app.post("/echo")
async def echo(request: Request):
    return Response(await request.body(), headers={"Content-Type": _content_type(request)})


def only_json(request: Request) -> None:
    """FastAPI calls an unknown type 422; the right word is 415."""
    if media_type(request.headers.get("Content-Type", "")) != "application/json":
        raise HTTPException(415, "Send application/json")


class Text(BaseModel):
    text: StrictStr


@app.post("/measure", dependencies=[Depends(only_json)])
def measure(body: Text):
    return {"characters": len(body.text), "bytes": len(body.text.encode())}


@app.api_route("/pages/{name}", methods=["GET", "HEAD"])
def read_page(name: str, request: Request):
    if name not in pages:
        raise HTTPException(404, "No such page")
    content, content_type = pages[name]
    etag = '"' + hashlib.sha256(content).hexdigest()[:16] + '"'
    if names_version(request.headers.get("If-None-Match", ""), etag):
        return Response(status_code=304, headers={"ETag": etag})
    headers = {"ETag": etag, "Content-Type": content_type, "Accept-Ranges": "bytes"}
    return part_of(content, headers, request.headers.get("Range"))


def part_of(content: bytes, headers: dict[str, str], wanted: str | None) -> Response:
    """The range that is wanted (206), all of it (200), or nothing when it is behind the end (416)."""
    try:
        found = byte_range(wanted or "", len(content))
    except ValueError:
        return Response(content, headers=headers)
    if found is None:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(content)}"})
    first, last = found
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers)


@app.put("/pages/{name}")
async def store_page(name: str, request: Request):
    status = 204 if name in pages else 201
    pages[name] = await request.body(), _content_type(request)
    return Response(status_code=status)


@app.delete("/pages/{name}")
def delete_page(name: str):
    if pages.pop(name, None) is None:
        raise HTTPException(404, "No such page")
    return Response(status_code=204)


@app.exception_handler(405)
def method_not_allowed(request: Request, error: HTTPException):
    """Name the methods of all routes that have this path; the router would name those of the first one only."""
    fitting = [route for route in app.routes if route.matches(request.scope)[0] != Match.NONE]
    methods = sorted({method for route in fitting for method in route.methods})
    return PlainTextResponse("Method not allowed", 405, {"Allow": ", ".join(methods)})


def _content_type(request: Request) -> str:
    return request.headers.get("Content-Type", "application/octet-stream")
