"""What a check fails with. AssertionErrors and ProtocolErrors are the submission's; anything else is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kata.results import Exchange


class Failure(AssertionError):
    """An expectation that the submission did not meet. `cause` groups failures with one origin.

    `exchange` is the one whose reply did not meet it, where there is one.
    """

    def __init__(self, message: str, cause: str = "", exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.exchange = exchange


class ProtocolError(Exception):
    """No complete, bounded HTTP reply came back. The message is ours, never the library's; `kind` names the way.

    `before_any_byte` tells that the connection went before the reply began, so that an idempotent request may be
    tried once more.
    """

    def __init__(self, kind: str, message: str, before_any_byte: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.before_any_byte = before_any_byte
        self.exchange: Exchange | None = None
