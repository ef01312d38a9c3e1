"""What Docker's libraries fail with is told by its innermost cause, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kata.engine.docker import DockerEngine
from kata.errors import EngineUnavailable


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("unix://{folder}/none.sock", "No such file or directory"),
        ("tcp://127.0.0.1:1", "Connection refused"),
    ],
)
def test_an_engine_that_is_not_there_is_told_without_the_libraries_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, said: str
) -> None:
    where = host.format(folder=tmp_path)
    monkeypatch.setenv("DOCKER_HOST", where)
    with pytest.raises(EngineUnavailable) as caught:
        DockerEngine.connect_to_host()
    assert caught.value.message == f"Docker cannot be reached at DOCKER_HOST={where}: {said}"
