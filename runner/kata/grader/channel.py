"""The grader process's end of the conversation with the runner: lines on the pipes it was started with."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

from kata.grader.failure import Failure
from kata.grader.journal import Session, line, session_from


class RunnerGone(Exception):
    """The runner closed its end: nobody waits for the rest."""


class Refused(Exception):
    """The runner could not do what was asked; that is our fault, never the submission's."""


class Channel:
    """Sends events, asks questions. Safe to use from several threads: an answer belongs to the question before it."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._lock = threading.Lock()

    @classmethod
    def on_standard_streams(cls) -> Channel:
        """Take over stdin and stdout for the conversation; what a check prints goes to stderr from now on."""
        incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(incoming, outgoing)

    def send(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            self._write(message)

    def session(self) -> Session:
        """Wait until the server is up, and learn where it is."""
        return session_from(self._read()["session"])

    def ask(self, what: str, **parameters: Any) -> Any:
        """Ask the runner for something and wait for its answer.

        Raises Failure when the submission did not bear it (it does not come back after a restart), and Refused when
        the runner itself could not do it.
        """
        with self._lock:
            self._write({"ask": what, "with": parameters})
            reply = self._read()
        if "failed" in reply:
            raise Failure(str(reply["failed"]), cause="not_ready")
        if "refused" in reply:
            raise Refused(str(reply["refused"]))
        return reply.get("answer")

    def _write(self, message: Mapping[str, Any]) -> None:
        try:
            self._outgoing.write(line(message))
            self._outgoing.flush()
        except BrokenPipeError as error:
            raise RunnerGone from error

    def _read(self) -> dict[str, Any]:
        text = self._incoming.readline()
        if not text:
            raise RunnerGone
        reply: dict[str, Any] = json.loads(text)
        return reply
