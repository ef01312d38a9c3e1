"""A server that sends whatever bytes a test wants, right HTTP or not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Answers one connection; the second argument is what was asked, up to its first 64 KiB.
Serve = Callable[[socket.socket, bytes], None]


@contextmanager
def raw_server(serve: Serve) -> Iterator[str]:
    """The address of a server whose `serve` decides every byte; it stops with the test."""
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    serve(connection, connection.recv(65536))
                except OSError:
                    continue

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()
