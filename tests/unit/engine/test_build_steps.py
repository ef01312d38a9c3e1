"""A build that fails names the step that failed; what Docker says of its own doing is left out."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from typing import Any

import pytest

from kata.engine import BuildFailed
from kata.engine.build_output import follow_build
from kata.engine.build_steps import Steps, script, shown

STEPS = ("npm ci --omit=dev", "npm run build")
OUTPUT = (
    "Step 6/7 : RUN export PIP_CERT=/kata/certificates.crt && npm ci",
    " ---> Running in 0a1b2c3d4e5f",
    "$ npm ci --omit=dev",
    "added 72 packages",
    "$ npm run build",
    "src/index.ts(3,1): error TS2304: Cannot find name 'x'.",
    "Removing intermediate container 0a1b2c3d4e5f",
)


def output(error: str) -> Generator[dict[str, Any], None, None]:
    yield from ({"stream": line + "\n"} for line in OUTPUT)
    yield {"error": error}


def failed(error: str, steps: tuple[str, ...] = STEPS) -> tuple[BuildFailed, list[str]]:
    told: list[str] = []
    followed = Steps(steps, told.append)
    with pytest.raises(BuildFailed) as caught:
        follow_build(output(error), followed, 60)
    return followed.named(caught.value), told


def test_the_failing_step_is_named_with_its_exit_code() -> None:
    failure, _ = failed("The command '/bin/sh -c export A=b && { npm ci; }' returned a non-zero code: 2")
    assert failure.reason == "`npm run build` ended with exit code 2"


def test_docker_itself_is_neither_in_the_progress_nor_in_the_log() -> None:
    failure, told = failed("The command '/bin/sh -c export A=b && { npm ci; }' returned a non-zero code: 2")
    assert told == list(failure.log) == [OUTPUT[index] for index in (2, 3, 4, 5)]


def test_lines_of_package_managers_stay() -> None:
    told: list[str] = []
    followed = Steps((), told.append)
    lines = ["Successfully built bcrypt", "Successfully installed fastapi-0.115", "Successfully built 0a1b2c3d4e5f"]
    for line in lines:
        followed(line)
    assert told == lines[:2]


def test_colours_are_left_out() -> None:
    def painted() -> Generator[dict[str, Any], None, None]:
        yield {"stream": "\x1b[91mwarning: old\n\x1b[0m"}
        yield {"stream": "\x1b[0m"}

    told: list[str] = []
    follow_build(painted(), told.append, 60)
    assert told == ["warning: old"]


def test_another_failure_keeps_its_own_words() -> None:
    failure, _ = failed("no space left on device")
    assert (failure.reason, failure.exit_code) == ("no space left on device", None)


def test_a_command_of_an_own_dockerfile_is_named_without_its_shell() -> None:
    with pytest.raises(BuildFailed) as caught:
        follow_build(output("The command '/bin/sh -c npm i' returned a non-zero code: 1"), lambda line: None, 60)
    assert caught.value.reason == "`npm i` ended with exit code 1"


@pytest.mark.parametrize("step", ["true", "echo 'a b' \"$HOME\" | grep -c %s || true", "true " + "x" * 300])
def test_each_step_is_announced_before_it_runs(step: str) -> None:
    found = subprocess.run(["sh", "-c", script((step, "exit 3"))], capture_output=True, text=True, check=False)
    announced = [line for line in found.stdout.splitlines() if line.startswith("$ ")]
    assert announced == [f"$ {shown(step)}", "$ exit 3"]
    assert found.returncode == 3
