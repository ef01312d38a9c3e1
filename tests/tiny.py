"""Small submissions for 90-tiny, each with one thing changed, in the standard library alone: nothing is installed."""

from __future__ import annotations

from pathlib import Path

LIBRARY = Path(__file__).resolve().parent / "library"

SERVER = """\
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STORED = {"number": 0}
{at_import}

class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body=b"", kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        {on_get}
        if self.path == "/number":
            return self.answer(200, json.dumps(STORED["number"]).encode(), "application/json")
        self.answer(200, os.environ["GREETING"].encode())

    def do_PUT(self):
        value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        {on_put}
        if not isinstance(value, (int, float)):
            return self.answer(422)
        STORED["number"] = value
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        print("handled", self.command, self.path, flush=True)

{before_serving}
ThreadingHTTPServer(({host}, {port}), Handler).serve_forever()
"""


def tiny(
    folder: Path,
    at_import: str = "",
    on_get: str = "pass",
    on_put: str = "pass",
    before_serving: str = "",
    host: str = '"0.0.0.0"',
    port: str = 'int(os.environ["PORT"])',
) -> Path:
    """A submission in `folder`: right as it is, wrong in the one place that is given."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {"at_import": at_import, "on_get": on_get, "on_put": on_put, "before_serving": before_serving}
    text = SERVER
    for name, value in {**values, "host": host, "port": port}.items():
        text = text.replace("{" + name + "}", value)
    (folder / "main.py").write_text(text)
    (folder / "Procfile").write_text("web: python main.py\n")
    (folder / "requirements.txt").write_text("")
    return folder
