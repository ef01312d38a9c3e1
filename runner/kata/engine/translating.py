"""What Docker and the libraries before it fail with, in kata's own errors and words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import docker.errors
import requests
import urllib3.exceptions

from kata.errors import EngineUnavailable, NotGraded
from kata.safe import safe_line

START_HINT = (
    "Start Docker (Docker Desktop, or `sudo systemctl start docker`), then try again; `kata doctor` tells more."
)
_REFUSED_HINT = "`kata doctor` looks at disk and engine; `kata clean --images` makes room."


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """A call that cannot reach the engine is EngineUnavailable; what the engine itself fails at is NotGraded."""
    try:
        yield
    except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
        raise EngineUnavailable(f"Docker stopped answering: {reason_of(error)}", START_HINT) from error
    except docker.errors.APIError as error:
        if error.status_code != 404:  # 404 has a meaning of its own to each caller
            raise NotGraded(f"Docker could not do it: {reason_of(error)}", _REFUSED_HINT) from error
        raise


def reason_of(error: BaseException) -> str:
    """One line; what is wrapped in layers of libraries is told by its innermost cause."""
    while (inner := next((each for each in error.args if isinstance(each, BaseException)), None)) is not None:
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return safe_line(error.strerror, 300)
    text = str(getattr(error, "explanation", None) or error)
    return safe_line(text.partition("\n")[0], 300)
