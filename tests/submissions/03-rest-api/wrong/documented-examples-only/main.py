import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = "application/json"
BOOK = {
    "id": "7c9e6679",
    "title": "The Left Hand of Darkness",
    "author": "Ursula K. Le Guin",
    "year": 1969,
    "tags": ["novel", "winter"],
    "summary": "An envoy alone on a world of ice.",
}
ANSWERS = [
    ("GET", "/books", 200, JSON, {"items": [BOOK], "total": 1, "limit": 20, "offset": 0}),
    ("POST", "/books", 201, JSON, BOOK),
    ("GET", "/books/[^/]+", 200, JSON, BOOK),
    ("PUT", "/books/[^/]+", 200, JSON, BOOK),
    ("PATCH", "/books/[^/]+", 200, JSON, BOOK),
    ("DELETE", "/books/[^/]+", 204, JSON, {}),
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
