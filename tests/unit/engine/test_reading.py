"""Docker's replies are read with everything in them that may be null or missing."""

from __future__ import annotations

import pytest

from kata.engine import ContainerState, ImageInfo
from kata.engine.reading import container_state, engine_info, image_info, pull_line


def test_an_image_without_a_configuration_is_still_an_image() -> None:
    nothing = dict.fromkeys(["Labels", "User", "Volumes", "ExposedPorts", "Entrypoint", "Cmd"])
    empty = ImageInfo("sha256:a", {}, "", (), (), (), 0)
    assert image_info({"Id": "sha256:a", "Config": None}) == empty
    assert image_info({"Id": "sha256:a", "Config": nothing}) == empty


def test_the_command_is_the_entry_point_with_its_arguments() -> None:
    config = {"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["postgres"], "Volumes": {"/data": {}}}
    found = image_info({"Id": "a", "Config": config, "Size": 7})
    assert (found.command, found.volumes, found.size) == (("docker-entrypoint.sh", "postgres"), ("/data",), 7)


def test_an_old_engine_that_tells_no_cgroup_version_has_the_first() -> None:
    assert engine_info({"ServerVersion": "20.10.5"}, "1.41").cgroup == "1"
    assert engine_info({"CgroupVersion": "2"}, "1.47").cgroup == "2"


def test_a_container_that_the_kernel_ended_is_told_apart() -> None:
    state = {"Running": False, "ExitCode": 137, "OOMKilled": True, "Paused": False}
    assert container_state(state) == ContainerState(running=False, exit_code=137, out_of_memory=True)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ({"id": "4f4f", "status": "Downloading", "progress": "[=>  ] 1MB/9MB"}, "4f4f Downloading [=>  ] 1MB/9MB"),
        ({"status": "Digest: sha256:a", "progress": ""}, "Digest: sha256:a"),
    ],
)
def test_a_pull_is_told_in_one_line(event: dict[str, str], line: str) -> None:
    assert pull_line(event) == line
