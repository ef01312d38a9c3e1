"""Pipelines are valid and never replace another file; the system is told by its variables."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kata.ci import PLACES, pipeline, system, write_pipeline
from kata.errors import UsageError


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"CI": "true", "GITHUB_ACTIONS": "true"}, "github"),
        ({"CI": "true", "GITLAB_CI": "true"}, "gitlab"),
        ({"JENKINS_URL": "http://ci.example/"}, "jenkins"),
        ({"CI": "1"}, "ci"),
        ({"CI": "false"}, ""),
        ({}, ""),
    ],
)
def test_the_system_is_recognised(environment: dict[str, str], name: str) -> None:
    assert system(environment) == name


@pytest.mark.parametrize("name", PLACES)
def test_a_pipeline_is_yaml_that_checks_the_exercise(name: str) -> None:
    text = pipeline(name, "06-auth")
    assert yaml.safe_load(text)
    assert "kata check 06-auth ." in text
    assert "advisory" in text
    assert "@" not in text.replace("actions/", "").replace("@v4", "").replace("@v5", "")


def test_the_gitlab_pipeline_hands_over_junit() -> None:
    job = yaml.safe_load(pipeline("gitlab", "06-auth"))["kata"]
    assert job["artifacts"]["reports"]["junit"] in job["script"][0]
    assert job["cache"]["paths"] == [".kata/"]


def test_another_pipeline_is_never_replaced(tmp_path: Path) -> None:
    file = write_pipeline("gitlab", "06-auth", tmp_path)
    assert write_pipeline("gitlab", "06-auth", tmp_path) == file
    file.write_text("mine: {}\n")
    with pytest.raises(UsageError, match="is there already; nothing was written"):
        write_pipeline("gitlab", "06-auth", tmp_path)
    assert file.read_text() == "mine: {}\n"
