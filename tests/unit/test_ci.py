"""Pipelines are valid and never replace another file; the system is told by its variables."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

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


def published_schema(file: str) -> dict[str, Any]:
    """The schema that GitHub's or GitLab's own editors use, as check-jsonschema ships it."""
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    text = resources.files("check_jsonschema").joinpath("builtin_schemas/vendor", file).read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@pytest.mark.parametrize(("name", "file"), [("github", "github-workflows.json"), ("gitlab", "gitlab-ci.json")])
def test_a_pipeline_fits_the_published_schema(name: str, file: str) -> None:
    data = yaml.safe_load(pipeline(name, "06-auth"))
    data = {"on" if key is True else key: value for key, value in data.items()}  # YAML 1.1 reads "on" as true
    assert [error.message for error in Draft7Validator(published_schema(file)).iter_errors(data)] == []


def test_what_a_failed_check_has_fetched_is_kept_too() -> None:
    """By default both systems keep a cache only after a job that succeeded."""
    steps = yaml.safe_load(pipeline("github", "06-auth"))["jobs"]["check"]["steps"]
    (kept, saved) = [step for step in steps if "actions/cache" in step.get("uses", "")]
    assert (kept["uses"].split("@")[0], saved["uses"].split("@")[0]) == ("actions/cache/restore", "actions/cache/save")
    assert "always()" in saved["if"]
    assert kept["with"]["path"] == saved["with"]["path"]
    assert yaml.safe_load(pipeline("gitlab", "06-auth"))["kata"]["cache"]["when"] == "always"


@pytest.mark.parametrize("name", PLACES)
def test_only_katas_own_images_are_kept(name: str) -> None:
    """A runner may share its engine with others."""
    text = pipeline(name, "06-auth")
    assert "docker image ls" not in text
    assert "kata pull 06-auth --names)" in text


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
