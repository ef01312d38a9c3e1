"""What every test finds: the checkout, the library it ships, and the engine for those who start containers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.chromium import PROGRAM, Chromium

from kata import ci
from kata.engine.docker import DockerEngine
from kata.engine.images import image_table
from kata.errors import EngineUnavailable
from kata.library import Library, Shelf

#: Properties are judged by what they find, not by the clock: a busy machine takes longer for one example.
settings.register_profile("kata", deadline=None)
settings.load_profile("kata")

# A shell that starts the suite in the background has SIGINT ignored, and children inherit that; tests send it to them.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


#: What somebody's shell or CI system may have set and kata obeys; a test that is about one of them sets it itself.
SURROUNDINGS = (
    *ci.SIGNS.values(), "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "KATA_LIBRARY",
    "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever looks at pages in a browser is marked as such; `make quick` leaves them out."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session", autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The suite means the same in a terminal and in CI, and its runs are nobody's progress."""
    for name in SURROUNDINGS:
        os.environ.pop(name, None)
    os.environ["KATA_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped exercises alone, whatever the machine has configured."""
    return Library((Shelf(ROOT),))


@pytest.fixture(scope="session")
def engine() -> DockerEngine:
    """A real engine, or a skip that says why there is none."""
    try:
        return DockerEngine.connect_to_host()
    except EngineUnavailable as error:
        pytest.skip(f"{error.message}. {error.hint}")


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """Which image stands for which role here."""
    return dict(image_table())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A headless browser for all tests of a worker, or a skip where there is none."""
    if PROGRAM is None:
        pytest.skip("no Chromium on this machine (Debian: the package chromium)")
    with Chromium() as browser:
        yield browser
