"""From a plan to a launch: what is built, what it may use, and how a build that fails is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fake_engine import FakeEngine, image_info

from kata.engine.images import image_table
from kata.errors import SubmissionError
from kata.launching import build, launch_of, server_environment
from kata.library import Library, Shelf
from kata.profile import STRICT
from kata.results import Verdict
from kata.settings import load
from kata.stacks import Plan, detect
from kata.submission import Snapshot, take
from kata.task import Options, Task

TINY = Library((Shelf(Path(__file__).resolve().parents[1] / "library"),)).find("tiny")
MAIN = "from fastapi import FastAPI\napp = FastAPI()\n"
OWN = "FROM python:3.13-slim\nCOPY . .\nCMD python main.py\n"


def handed_in(folder: Path, **files: str) -> tuple[Snapshot, Plan]:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    snapshot = take(folder)
    return snapshot, detect(snapshot, load(snapshot))


def task(engine: FakeEngine, options: Options = Options()) -> Task:  # noqa: B008 - frozen
    return Task(TINY, engine, image_table(), options)  # type: ignore[arg-type]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(images={name: image_info(f"sha256:{name}") for name in image_table().values()})


def test_the_code_is_put_into_the_container_and_the_dependencies_into_the_image(
    engine: FakeEngine, tmp_path: Path
) -> None:
    snapshot, plan = handed_in(tmp_path, main_py=MAIN, requirements_txt="fastapi\nuvicorn\n")
    with snapshot:
        built = build(task(engine), snapshot, plan, "run")
        assert engine.built == [built.image]
        assert not built.cached
        assert build(task(engine), snapshot, plan, "run").cached
        launch = launch_of(task(engine), snapshot, plan, built, server_environment(TINY, plan, {"A": "b"}, 1))
        assert launch.code is not None
        launch.code().close()
    assert (launch.image, launch.health, launch.own_image) == (built.image, TINY.health, False)
    assert {"A": "b", "PORT": str(plan.port), "HOME": "/app"}.items() <= launch.environment.items()
    assert launch.sandbox.user == "10001:10001"


def test_an_image_of_ones_own_holds_its_code_and_keeps_its_user(engine: FakeEngine, tmp_path: Path) -> None:
    snapshot, plan = handed_in(tmp_path, main_py=MAIN, Dockerfile=OWN)
    with snapshot:
        built = build(task(engine), snapshot, plan, "run")
        launch = launch_of(task(engine), snapshot, plan, built, {})
    assert launch.code is None
    assert launch.own_image
    assert launch.sandbox.user is None
    assert engine.offline == [False]


def test_a_strangers_image_is_built_without_a_network_and_belongs_to_the_run(
    engine: FakeEngine, tmp_path: Path
) -> None:
    snapshot, plan = handed_in(tmp_path, main_py=MAIN, Dockerfile=OWN)
    with snapshot:
        build(task(engine, Options(profile=STRICT)), snapshot, plan, "run")
    assert engine.offline == [True]
    assert engine.build_limits == [STRICT.build]


def test_a_build_that_fails_is_the_submissions(engine: FakeEngine, tmp_path: Path) -> None:
    engine.builds_work = False
    snapshot, plan = handed_in(tmp_path, main_py=MAIN, requirements_txt="fastapi\nuvicorn\n")
    with snapshot, pytest.raises(SubmissionError, match="the build failed: exit code 1") as caught:
        build(task(engine), snapshot, plan, "run")
    assert caught.value.verdict is Verdict.BUILD_FAILED
    assert caught.value.log_tail == ("the last line",)
