import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
ANSWERS = [
    (
        "GET",
        "/",
        200,
        "text/html; charset=utf-8",
        b"<!doctype html><html><head><title>Hello</title></head><body><h1>Hello</h1></body></html>",
    ),
    ("GET", "/hello/[^/]+", 200, TEXT, b"Hello, Ada!"),
    ("GET", "/query", 200, JSON, {"a": ["1", "2"], "b": [""]}),
    ("POST", "/echo", 200, TEXT, b"hello"),
    ("POST", "/measure", 200, JSON, {"characters": 5, "bytes": 5}),
    ("GET", "/pages/[^/]+", 200, TEXT, b"hello"),
    ("PUT", "/pages/[^/]+", 201, TEXT, b"hello"),
    ("DELETE", "/pages/[^/]+", 204, TEXT, b""),
]


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        path = self.path.partition("?")[0]
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for method, pattern, status, kind, body in ANSWERS:
            if method == self.command and re.fullmatch(pattern, path):
                return self.send(status, kind, body)
        self.send(404, "application/json", {})

    def send(self, status, kind, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 204 and self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer


ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
