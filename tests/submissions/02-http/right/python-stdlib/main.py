"""A small server that speaks HTTP, with nothing but the standard library."""

import hashlib
import html
import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote

HOME = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>A server that speaks HTTP</title></head>
<body>
<h1>Welcome</h1>
<ul>
<li><a href="/hello/world">A greeting</a>
<li><a href="/query?tag=red&amp;tag=blue">A query</a>
</ul>
</body>
</html>
"""

FORMS = ("text/plain", "text/html", "application/json")

#: What is stored under /pages: the bytes of each page and its Content-Type.
pages = {}


class Refused(Exception):
    """The request cannot be served; `status` says why."""

    def __init__(self, status, reason, **headers):
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Request:
    """What a handler needs to know: the decoded segments of the path, the query, the headers, the body."""

    def __init__(self, target, headers, body):
        path, _, self.query = target.partition("?")
        self.segments = [unquote(segment) for segment in path.split("/")[1:]]
        self.headers, self.body = headers, body

    @property
    def content_type(self):
        return self.headers.get("Content-Type") or "application/octet-stream"


# A handler returns (status, headers, body); a body is bytes.


def home(request):
    return 200, {"Content-Type": "text/html; charset=utf-8"}, HOME.encode()


def hello(request, name):
    greeting = f"Hello, {name}!"
    form = preferred(", ".join(request.headers.get_all("Accept") or ["*/*"]))
    if form is None:
        raise Refused(406, "There is a greeting in " + ", ".join(FORMS))
    if form == "text/html":
        text = f"<p>{html.escape(greeting)}</p>"
    elif form == "application/json":
        text = json.dumps({"greeting": greeting})
    else:
        text = greeting
    return 200, {"Content-Type": f"{form}; charset=utf-8", "Vary": "Accept"}, text.encode()


def preferred(accept):
    """The form with the highest q; the earlier one among equals; None when no form is accepted."""
    qualities = {}
    for part in accept.split(","):
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        q = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        qualities[name] = float(q) if re.fullmatch(r"[01](\.\d{0,3})?", q) else 0.0

    def quality(form):
        ranges = (form, form.split("/")[0] + "/*", "*/*")
        return next((qualities[name] for name in ranges if name in qualities), 0.0)

    best = max(FORMS, key=quality)
    return best if quality(best) > 0 else None


def old(request, name):
    return 301, {"Location": "/hello/" + quote(name, safe="")}, b""


def query(request):
    parameters = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        parameters.setdefault(name, []).append(value)
    return as_json({"parameters": parameters})


def echo(request):
    return 200, {"Content-Type": request.content_type}, request.body


def measure(request):
    if request.content_type.split(";")[0].strip().lower() != "application/json":
        raise Refused(415, "Send application/json")
    try:
        body = json.loads(request.body)
    except ValueError as error:  # no JSON, or not even UTF-8
        raise Refused(400, "The body is no JSON") from error
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise Refused(422, 'Send {"text": "..."}')
    return as_json({"characters": len(text), "bytes": len(text.encode())})


def as_json(data):
    return 200, {"Content-Type": "application/json"}, json.dumps(data).encode()


def read_page(request, name):
    if name not in pages:
        raise Refused(404, "No such page")
    content, content_type = pages[name]
    etag = '"' + hashlib.sha256(content).hexdigest()[:16] + '"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if etag in known or "*" in known:
        return 304, {"ETag": etag}, b""
    headers = {"Content-Type": content_type, "ETag": etag, "Accept-Ranges": "bytes"}
    return part_of(content, headers, request.headers.get("Range", ""))


def part_of(content, headers, wanted):
    """The range that is wanted (206), or all of it when the header is not one range of bytes (200)."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.strip())
    if not found or not any(found.groups()):
        return 200, headers, content
    first, last = found.groups()
    start = int(first) if first else max(0, len(content) - int(last))
    end = min(int(last), len(content) - 1) if first and last else len(content) - 1
    if start > end:
        raise Refused(416, "The page ends before that", Content_Range=f"bytes */{len(content)}")
    part = {**headers, "Content-Range": f"bytes {start}-{end}/{len(content)}"}
    return 206, part, content[start : end + 1]


def store_page(request, name):
    status = 204 if name in pages else 201
    pages[name] = request.body, request.content_type
    return status, {}, b""


def delete_page(request, name):
    if pages.pop(name, None) is None:
        raise Refused(404, "No such page")
    return 204, {}, b""


#: First segment and number of segments of a path -> its methods.
ROUTES = {
    ("", 1): {"GET": home},
    ("hello", 2): {"GET": hello},
    ("old", 2): {"GET": old},
    ("query", 1): {"GET": query},
    ("echo", 1): {"POST": echo},
    ("measure", 1): {"POST": measure},
    ("pages", 2): {"GET": read_page, "PUT": store_page, "DELETE": delete_page},
}


def answer(method, request):
    """Find the handler of path and method and call it."""
    first, *rest = request.segments
    methods = ROUTES.get((first, len(request.segments)))
    if methods is None or "" in rest:
        raise Refused(404, "Not found")
    handler = methods.get("GET" if method == "HEAD" else method)
    if handler is None:
        names = [*methods, "HEAD"] if "GET" in methods else list(methods)
        raise Refused(405, "Method not allowed", Allow=", ".join(names))
    return handler(request, *rest)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = answer(self.command, Request(self.path, self.headers, body))
        except Refused as refused:
            status, content = refused.status, refused.reason.encode()
            headers = {"Content-Type": "text/plain; charset=utf-8", **refused.headers}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = respond


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
