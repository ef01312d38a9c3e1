"""A build's output, read to its end or to its deadline."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from typing import Any

import requests
import urllib3.exceptions

from kata.engine import BuildFailed, Progress
from kata.safe import safe_line

_KEPT_LINES = 200
#: Bytes of output after which a build is cancelled: reading them costs the engine and us a core each.
_MOST_OUTPUT = 16 << 20
#: Colours and the like (ECMA-48 CSI): Docker's builder paints red what comes from standard error.
_LAYOUT = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
#: Docker's own words for a command that failed; the shell before it is Docker's addition.
_COMMAND = re.compile(r"The command '(?:/bin/sh -c )?(.*)' returned a non-zero code: (\d+)", re.DOTALL)


def follow_build(stream: Generator[dict[str, Any], None, None], progress: Progress, seconds: float) -> None:
    """Read a build's output to its end. Raises BuildFailed with the last lines; closing the stream cancels it."""
    kept: list[str] = []
    said = 0
    deadline = time.monotonic() + seconds
    overdue = BuildFailed(f"the build took longer than {seconds:g} seconds", kept)
    try:
        for event in stream:
            text = str(event.get("stream") or event.get("error") or "")
            said += len(text)
            for part in _LAYOUT.sub("", text).rstrip().splitlines():
                kept.append(safe_line(part))
                progress(kept[-1])
            del kept[:-_KEPT_LINES]
            if "error" in event:
                raise _failure(str(event["error"]), kept)
            if said > _MOST_OUTPUT:
                raise BuildFailed(f"the build printed more than {_MOST_OUTPUT >> 20} MB", kept)
            if time.monotonic() > deadline:
                raise overdue
    except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
        if time.monotonic() < deadline:
            raise
        raise overdue from error
    finally:
        stream.close()


def _failure(error: str, log: list[str]) -> BuildFailed:
    found = _COMMAND.fullmatch(error.strip())
    if found is None:
        return BuildFailed(safe_line(error), log)
    return BuildFailed(f"`{safe_line(found[1], 120)}` ended with exit code {found[2]}", log, int(found[2]))
