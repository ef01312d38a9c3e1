"""Keeps the exchanges and warnings of the check that is running."""

from __future__ import annotations

import threading

from kata.results import Exchange


class Recorder:
    """One list a check; written to from several threads. Keeps the first and the last exchanges when there are many."""

    KEEP = 24

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []
        self._warnings: dict[str, None] = {}
        self.total = 0

    def add(self, exchange: Exchange) -> None:
        with self._lock:
            self.total += 1
            self._exchanges.append(exchange)
            if len(self._exchanges) > self.KEEP:
                del self._exchanges[self.KEEP // 2]

    def warn(self, text: str) -> None:
        with self._lock:
            self._warnings.setdefault(text)

    def latest(self, before: int) -> Exchange | None:
        """The last exchange, when there was one after the first `before`."""
        with self._lock:
            return self._exchanges[-1] if self.total > before and self._exchanges else None

    def take(self) -> tuple[tuple[Exchange, ...], tuple[str, ...]]:
        """What was recorded since the last call, and forget it."""
        with self._lock:
            taken = tuple(self._exchanges), tuple(self._warnings)
            self._exchanges, self._warnings = [], {}
            return taken


def placed(exchange: Exchange | None, exchanges: tuple[Exchange, ...]) -> tuple[tuple[Exchange, ...], int | None]:
    """`exchanges` with `exchange` at its moment among them, and its index; it may have been left out before."""
    if exchange is None:
        return exchanges, None
    if exchange not in exchanges:
        exchanges = tuple(sorted((*exchanges, exchange), key=lambda each: each.started))
    return exchanges, exchanges.index(exchange)
