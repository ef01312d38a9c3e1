"""Nothing is built twice: images are keyed by what went into them."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.fake_engine import FakeEngine, image_info

from kata.engine import BuildFailed, BuildLimits
from kata.engine.building import Built, application_image, dependency_image, own_image
from kata.engine.caching import Recipe, cached_service_image
from kata.engine.certificates import IN_IMAGE, host_bundle
from kata.engine.tarball import tarball
from kata.errors import NotGraded

BASE = image_info("sha256:base")
LIMITS = BuildLimits(seconds=60, memory=1 << 30, written=2 << 30)
INSTALL = ("pip install -r requirements.txt",)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KATA_CACHE_DIR", str(tmp_path))
    for name in ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def dependencies(engine: FakeEngine, digest: str = "d1", install: tuple[str, ...] = INSTALL) -> Built:
    files = tarball({"dependencies/requirements.txt": "flask\n"})
    return dependency_image(engine, "python:3", BASE, install, files, digest, lambda text: None, LIMITS)  # type: ignore[arg-type]


def names(context: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(context)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}  # type: ignore[union-attr]


def test_same_dependency_files_are_built_once() -> None:
    engine = FakeEngine()
    first, second = dependencies(engine), dependencies(engine)
    assert (first.cached, second.cached) == (False, True)
    assert first.image == second.image
    assert len(engine.built) == 1


def test_other_files_or_another_step_is_another_image() -> None:
    engine = FakeEngine()
    images = {
        dependencies(engine).image,
        dependencies(engine, "d2").image,
        dependencies(engine, "d1", ("npm ci",)).image,
    }
    assert len(images) == 3


def test_nothing_to_install_is_the_base_itself() -> None:
    engine = FakeEngine()
    assert dependencies(engine, install=()) == Built("python:3", cached=True)
    assert engine.built == []


def test_context_holds_the_recipe_and_the_files() -> None:
    engine = FakeEngine()
    dependencies(engine)
    found = names(engine.contexts[0])
    assert found["dependencies/requirements.txt"] == b"flask\n"
    assert b"FROM python:3" in found["Dockerfile"]
    assert b"pip install -r requirements.txt" in found["Dockerfile"]
    assert "certificates.crt" not in found


def test_certificates_of_the_host_are_lent_to_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "ca.crt"
    bundle.write_bytes(b"authority")
    monkeypatch.setenv("PIP_CERT", str(bundle))
    engine = FakeEngine()
    dependencies(engine)
    found = names(engine.contexts[0])
    assert found["certificates.crt"] == b"authority"
    assert f"PIP_CERT={IN_IMAGE}".encode() in found["Dockerfile"]
    assert host_bundle({"PIP_CERT": str(tmp_path / "missing")}) is None


def test_failed_build_leaves_no_image() -> None:
    engine = FakeEngine(builds_work=False)
    with pytest.raises(BuildFailed) as caught:
        dependencies(engine)
    assert caught.value.log == ("the last line",) or list(caught.value.log) == ["the last line"]
    assert engine.images == {}


def test_code_with_build_steps_is_keyed_by_the_code() -> None:
    engine = FakeEngine()

    def build(key: str) -> Built:
        return application_image(engine, "base", ("tsc",), tarball({"code/a.ts": ""}), key, lambda text: None, LIMITS)  # type: ignore[arg-type]

    assert [build("k1").cached, build("k1").cached, build("k2").cached] == [False, True, False]


def test_every_build_has_its_limits() -> None:
    """Installing dependencies and building the code run programs of strangers as much as a Dockerfile does."""
    engine = FakeEngine()
    tar = tarball({"code/a.ts": ""})
    dependency_image(engine, "python:3", BASE, INSTALL, tar, "d1", lambda text: None, LIMITS)  # type: ignore[arg-type]
    application_image(engine, "base", ("tsc",), tar, "k1", lambda text: None, LIMITS)  # type: ignore[arg-type]
    own_image(engine, "Dockerfile", tar, "k1", lambda text: None, LIMITS)  # type: ignore[arg-type]
    assert engine.build_limits == [LIMITS] * 3


def test_code_of_strangers_is_built_without_network_and_not_shared_with_builds_that_had_one() -> None:
    engine = FakeEngine()

    def build(offline: bool) -> Built:
        code = tarball({"code/a.ts": ""})
        return application_image(engine, "base", ("tsc",), code, "k", lambda text: None, LIMITS, offline=offline)  # type: ignore[arg-type]

    assert build(offline=False).image != build(offline=True).image
    assert engine.offline == [False, True]


def test_own_dockerfile_is_keyed_by_everything_it_can_see() -> None:
    engine = FakeEngine()

    def build(key: str, **options: Any) -> Built:
        return own_image(engine, "Dockerfile", tarball({"Dockerfile": ""}), key, lambda text: None, LIMITS, **options)  # type: ignore[arg-type]

    assert [build("k1").cached, build("k1").cached, build("k2").cached] == [False, True, False]


def service(engine: FakeEngine, password: str, sql: str = "CREATE ROLE app PASSWORD '{}'") -> Any:
    return cached_service_image(
        engine,  # type: ignore[arg-type]
        "postgres:17",
        Recipe(
            name="postgres",
            environment={"POSTGRES_PASSWORD": password},
            files={"initdb.sql": sql.format(password)},
            command=("postgres",),
            ready=("true",),
            credentials={"app": password},
        ),
        progress=lambda text: None,
    )


def test_service_is_initialised_once_and_keeps_its_credentials() -> None:
    engine = FakeEngine(images={"postgres:17": BASE})
    first, second = service(engine, "one"), service(engine, "two")
    assert first.image == second.image
    assert second.credentials == {"app": "one"}
    assert engine.containers == {}


def test_another_recipe_is_another_service_image() -> None:
    engine = FakeEngine(images={"postgres:17": BASE})
    assert service(engine, "one").image != service(engine, "one", "CREATE ROLE other PASSWORD '{}'").image


def test_service_without_its_base_is_not_graded() -> None:
    with pytest.raises(NotGraded, match="postgres:17 is missing"):
        service(FakeEngine(), "one")
