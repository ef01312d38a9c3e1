"""A listener on the host that nobody from a sandbox may reach."""

from __future__ import annotations

import socket


class Canary:
    """Stays silent unless somebody reaches it."""

    def __init__(self, tcp: socket.socket, udp: socket.socket) -> None:
        self.port = int(tcp.getsockname()[1])
        self._sockets = (tcp, udp)

    def heard(self) -> bool:
        tcp, udp = self._sockets
        for each, ask in ((tcp, tcp.accept), (udp, lambda: udp.recv(10))):
            each.settimeout(0.2)
            try:
                ask()
            except TimeoutError:
                continue
            return True
        return False
