"""Hostile builds (12-26): refused with their line, or failed, or run as if harmless; nothing of them is left."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.canary import Canary
from tests.tiny import tiny

from kata.engine.docker import DockerEngine
from kata.profile import Profile
from kata.results import Report, Verdict

Strict = Callable[..., Report]
MIB = 1 << 20
MARK = f"/kata-hostile-{os.getpid()}"


@pytest.fixture
def layers(engine: DockerEngine) -> Callable[[], list[str]]:
    """The untagged images of the machine that a build of this process has left, told by MARK in their history."""

    def left() -> list[str]:
        ids = [each["Id"] for each in engine._api.images(filters={"dangling": True})]
        return [id for id in ids if any(MARK in step["CreatedBy"] for step in engine._api.history(id))]

    return left


@pytest.fixture
def written(tmp_path: Path, images: dict[str, str]) -> Callable[..., Path]:
    """A right submission with a Dockerfile: FROM the Python of the table, then `lines`, then the server itself."""

    def write(*lines: str, first: str = "", tail: bool = True) -> Path:
        folder = tiny(tmp_path / "api")
        last = ("WORKDIR /srv", "COPY . .", "CMD python main.py") if tail else ()
        start = first or f"FROM {images['python']}"
        (folder / "Dockerfile").write_text("\n".join((start, *lines, *last)) + "\n")
        return folder

    return write


@pytest.fixture
def building_within(HURRIED: Profile) -> Callable[..., Profile]:
    """The strict profile with one limit of the build made small."""
    return lambda **limits: replace(HURRIED, build=replace(HURRIED.build, **limits))


def test_12_add_from_the_loopback_of_the_host_is_refused(strict: Strict, written: Any, canary: Canary) -> None:
    report = strict(written(f"ADD http://127.0.0.1:{canary.port}/x /x"))
    assert report.verdict is Verdict.REFUSED
    assert report.message.startswith("Dockerfile:2: ")
    assert not canary.heard()


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        (("COPY --from=kata-local/redis:8 /etc/passwd /x",), ""),
        ((), "FROM kata-local/postgres:17"),
        ((), "# syntax=example/evil\nFROM python"),
    ],
    ids=["13_copy_from", "14_from", "15_syntax"],
)
def test_13_to_15_what_reaches_for_other_images_is_refused(
    strict: Strict, written: Any, lines: tuple[str, ...], first: str
) -> None:
    report = strict(written(*lines, first=first))
    assert report.verdict is Verdict.REFUSED
    assert report.phases == () or {phase.name for phase in report.phases} == {"snapshot"}


def test_16_a_build_reaches_nobody(strict: Strict, written: Any, canary: Canary) -> None:
    """Neither the host behind any usual gateway nor a name; the build itself goes on."""
    program = (
        "import socket\\nfor host in ('172.17.0.1', '127.0.0.1', 'example.org'):\\n"
        f" for kind in (1, 2):\\n  s = socket.socket(2, kind); s.settimeout(1)\\n  try: "
        f"s.connect((host, {canary.port})); "
        "s.send(b'x'); print('reached', host)\\n  except OSError as error: print('silent', host, error)"
    )
    report = strict(written(f'RUN printf "{program}" > /tmp/try.py && python /tmp/try.py'))
    assert report.verdict is Verdict.PASSED, report
    assert not canary.heard()


def test_17_a_build_that_sleeps_ends_at_its_deadline(
    strict: Strict, written: Any, engine: DockerEngine, building_within: Any, layers: Any
) -> None:
    report = strict(written(f"RUN touch {MARK}", "RUN sleep 98765"), profile=building_within(seconds=6.0))
    assert report.verdict is Verdict.BUILD_FAILED
    assert "longer than 6 seconds" in report.message
    commands = [each["Command"] for each in engine._api.containers(all=True)]
    assert not any("98765" in command for command in commands)
    assert layers() == []


@pytest.mark.parametrize("then", ["", "|| exit 1"])
def test_18_a_build_that_hoards_memory_fails_and_is_told_why(
    strict: Strict, written: Any, building_within: Any, then: str
) -> None:
    """Whether the step itself was ended, or a program whose end it turns into an exit code of its own, as pip does."""
    small = building_within(memory=96 * MIB)
    report = strict(written(f"RUN python -c 'hog = bytearray(400 << 20)' {then}"), profile=small)
    assert report.verdict is Verdict.BUILD_FAILED
    assert "more than the 96 MB of memory that a build has" in report.message
    assert "fewer programs" in report.hint


def test_a_build_that_fails_by_itself_is_not_told_of_memory(strict: Strict, written: Any) -> None:
    report = strict(written("RUN exit 137"))
    assert report.message == "the build failed: `exit 137` ended with exit code 137"


def test_19_a_build_that_fills_the_disk_is_stopped(
    strict: Strict, written: Any, building_within: Any, layers: Any
) -> None:
    small = building_within(written=64 * MIB)
    slowly = "for i in $(seq 200); do head -c 16000000 /dev/zero >> /fill; sleep 0.1; done"
    report = strict(written(f"RUN touch {MARK}", f"RUN {slowly}"), profile=small)
    assert report.verdict is Verdict.BUILD_FAILED
    assert "wrote more than 64 MB" in report.message
    assert layers() == []


def test_19_what_a_build_announces_does_not_hide_what_it_writes(
    strict: Strict, written: Any, building_within: Any, layers: Any
) -> None:
    """Neither containers and images that it makes up, nor more and smaller steps."""
    small = building_within(written=64 * MIB)
    lies = "for i in $(seq 600); do printf ' ---> Running in %012x\\n ---> %012x\\n' $i $i; done"
    steps = [f"RUN {lies}; head -c 30000000 /dev/zero > {MARK}-{number}" for number in range(3)]
    report = strict(written(*steps), profile=small)
    assert report.verdict is Verdict.BUILD_FAILED
    assert "wrote more than 64 MB" in report.message
    assert layers() == []


def test_a_build_cannot_have_another_image_removed(
    strict: Strict, written: Any, engine: DockerEngine, images: dict[str, str]
) -> None:
    """An image without a name, such as one that was pulled by its digest, is nobody's leftover."""
    other = engine._api.create_container(images["python"])["Id"]
    image = engine._api.commit(other)["Id"]
    engine.remove(other)
    try:
        strict(written(f"RUN printf ' ---> {image[7:]}\\n'; sleep 1; false", tail=False))
        assert engine.image(image) is not None
    finally:
        engine.remove_image(image)


def test_20_a_build_that_prints_without_end_is_stopped(strict: Strict, written: Any) -> None:
    report = strict(written("RUN head -c 1000000000 /dev/zero | tr '\\\\0' x"))
    assert report.verdict is Verdict.BUILD_FAILED
    assert "printed more than" in report.message
    assert sum(map(len, report.log_tail)) < MIB


def test_21_failing_builds_leave_nothing(strict: Strict, written: Any, layers: Any) -> None:
    folder = written(f"RUN touch {MARK}", f"RUN touch {MARK}-2", "RUN false")
    assert [strict(folder).verdict for _ in range(3)] == [Verdict.BUILD_FAILED] * 3
    assert layers() == []


def test_22_a_build_sees_nothing_of_the_host(strict: Strict, written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "KATA_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "kata-canary-value")
    report = strict(written("ARG HTTP_PROXY", "RUN env; false", tail=False))
    assert report.verdict is Verdict.BUILD_FAILED
    assert any("PATH=" in line for line in report.log_tail)
    assert not any("kata-canary-value" in line for line in report.log_tail)


def test_a_build_cannot_name_another_container_as_its_own(
    strict: Strict, written: Any, engine: DockerEngine, images: dict[str, str], building_within: Any
) -> None:
    """What looks like the engine's own announcement kills nobody else's container."""
    other = engine._api.create_container(images["python"], command=["sleep", "60"])["Id"]
    try:
        engine.start(other)
        lie = f"RUN printf ' ---> Running in {other[:12]}\\\\n'; sleep 2; false"
        report = strict(written(lie, tail=False), profile=building_within(written=0))
        assert report.verdict is Verdict.BUILD_FAILED
        assert engine.state(other).running
    finally:
        engine.remove(other)


def test_16_the_code_of_a_detected_stack_is_built_without_network(
    strict: Strict, tmp_path: Path, canary: Canary
) -> None:
    """A build script is a stranger's program, too; its packages are there already."""
    hosts = ["172.17.0.1", "127.0.0.1", "example.org"]
    (tmp_path / "api").mkdir()
    (tmp_path / "api/package.json").write_text('{"scripts": {"build": "node build.js", "start": "node dist/main.js"}}')
    (tmp_path / "api/build.js").write_text(
        "const fs = require('fs'), net = require('net');\n"
        f"for (const host of {hosts}) net.connect({canary.port}, host, () => console.log('reached', host))"
        ".on('error', (error) => console.log('silent', host, error.code));\n"
        "const links = Object.keys(require('os').networkInterfaces()); console.log('links', links.join());\n"
        "if (links.some((name) => name !== 'lo')) process.exit(3);\n"
        "fs.mkdirSync('dist', {recursive: true}); fs.writeFileSync('dist/main.js', `\n"
        "  require('http').createServer((q, r) => r.end(process.env.GREETING)).listen(process.env.PORT, '0.0.0.0')`);\n"
    )
    report = strict(tmp_path / "api")
    assert report.verdict is Verdict.FAILED, report
    assert [check.id for check in report.checks if check.points] == ["greets"]
    assert not canary.heard()
