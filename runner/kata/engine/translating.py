"""What Docker and the libraries before it fail with, in kata's own errors and words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import docker.errors
import requests
import urllib3.exceptions

from kata.errors import EngineUnavailable, NotGraded, Unstartable
from kata.safe import safe_line

START_HINT = (
    "Start Docker (Docker Desktop, or `sudo systemctl start docker`), then try again; `kata doctor` tells more."
)
_OF_THE_IMAGE = re.compile(
    r"OCI runtime|unable to find (user|group)|no matching entries|[Ii]nvalid (mount|volume)|not a dir"
)
_OF_THE_MACHINE = re.compile(r"no space|cannot allocate|too many open|temporarily unavailable|cgroup|timeout|timed out")
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


@contextlib.contextmanager
def startable() -> Iterator[None]:
    """Inside of `translated`: what an image does not allow is Unstartable; what a machine cannot do stays as it is."""
    try:
        yield
    except docker.errors.APIError as error:
        reason = reason_of(error)
        if _OF_THE_IMAGE.search(reason) and not _OF_THE_MACHINE.search(reason):
            raise Unstartable(reason) from error
        raise


def reason_of(error: BaseException) -> str:
    """One line; what is wrapped in layers of libraries is told by its innermost cause."""
    while not getattr(error, "explanation", None):
        inner = next((each for each in error.args if isinstance(each, BaseException)), error.__cause__)
        if inner is None:
            break
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return safe_line(error.strerror, 300)
    text = str(getattr(error, "explanation", None) or error)
    return safe_line(text.partition("\n")[0], 300)
