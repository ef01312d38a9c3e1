import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = "application/json"
PRODUCT = {"id": "7", "name": "Claw hammer", "category": "tools", "price": 1990}
ANSWERS = [
    ("GET", "/health", 200, JSON, {}),
    ("GET", "/products", 200, JSON, {"items": [PRODUCT]}),
    ("GET", "/products/[^/]+", 200, JSON, PRODUCT),
    ("PUT", "/products/[^/]+", 200, JSON, PRODUCT),
    ("DELETE", "/products/[^/]+", 204, JSON, {}),
    ("GET", "/articles/[^/]+", 200, JSON, {"id": "3", "title": "...", "text": "..."}),
    ("GET", "/account", 200, JSON, {"name": "...", "email": "..."}),
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
