"""A server that speaks HTTP: the beginning. Start it with `python main.py` and try `curl -i http://localhost:8000/`."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A handler gets the request and returns (status, headers, body); the body is bytes.


def home(request):
    # TODO: an HTML document, and a Content-Type that says so.
    return 200, {"Content-Type": "text/plain"}, b"It works, now make me a page."


#: The paths that exist and the methods that each of them has.
ROUTES = {
    "/": {"GET": home},
    # TODO: /query, /echo, /measure. And how do you find the handler of /hello/{name}, whose path is not always the same?
}


def answer(request):
    """Find the handler for path and method and call it."""
    path = request.path  # TODO: this still holds the query, and its escapes are not decoded
    if path not in ROUTES:
        return 404, {"Content-Type": "text/plain; charset=utf-8"}, b"Not found"
    # TODO: what if the path is there, but not with this method? And what is different for HEAD?
    return ROUTES[path]["GET"](request)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        # TODO: read the body here: Content-Length says how many bytes of self.rfile belong to it.
        status, headers, body = answer(self)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # TODO: http.server answers 501 to every method that has no do_... here.
    do_GET = respond


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
