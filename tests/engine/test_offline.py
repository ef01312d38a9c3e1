"""After one `kata pull`, a check of a project that was just begun tries no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kata.check import check
from kata.engine.docker import DockerEngine
from kata.library import Library
from kata.preparing import prepare_starter, starters
from kata.results import Verdict
from kata.starting import write_project
from kata.task import Options, Task


class Offline(DockerEngine):
    """The real engine without a registry: whatever would fetch something fails the test."""

    def pull(self, *words: Any, **more: Any) -> None:
        raise AssertionError("pulled an image")

    def build(self, *words: Any, **more: Any) -> None:
        raise AssertionError("built an image")


@pytest.mark.parametrize("stack", ["python", "node"])
def test_a_begun_project_is_checked_without_pull_or_build(
    stack: str, library: Library, engine: DockerEngine, images: Mapping[str, str], tmp_path: Path
) -> None:
    exercise = library.find("06-auth")
    (folder,) = [each for each in starters(exercise) if each.name == stack]
    prepare_starter(Task(exercise, engine, images), folder)
    write_project(exercise, tmp_path / "api", stack)
    offline = Offline(engine._client)
    only = Options(only=("register-creates-account",))
    report = check(Task(exercise, offline, images, only), tmp_path / "api")
    assert report.verdict is Verdict.FAILED, report.message
    assert [phase.note for phase in report.phases if phase.name == "build"] == ["cached"]
