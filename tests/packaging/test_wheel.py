"""The wheel, built from the source distribution and installed somewhere else, knows its exercises and graders."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as users get it: sdist first, then the wheel out of it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_exercises_and_graders_and_no_proofs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    ids = sorted(folder.name for folder in (ROOT / "exercises").iterdir())
    for id in ids:
        assert f"kata/_bundled/exercises/{id}/exercise.toml" in names
        assert any(name.startswith(f"kata/_bundled/graders/{id}/test_") for name in names)
    assert "kata/py.typed" in names
    assert not [name for name in names if "submissions" in name or ("expected.json" in name and "template" not in name)]


def test_installed_wheel_lists_its_exercises(wheel: Path, tmp_path: Path) -> None:
    """In a virtual environment without the checkout; the libraries are those of the environment that tests run in."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    site = next((Path(sys.prefix) / "lib").glob("python3*/site-packages"))
    (tmp_path / "venv" / "lib" / site.parent.name / "site-packages" / "borrowed.pth").write_text(f"{site}\n")
    said = subprocess.run(
        [tmp_path / "venv" / "bin" / "kata", "list"], check=True, capture_output=True, text=True, cwd=tmp_path
    ).stdout
    for folder in (ROOT / "exercises").iterdir():
        assert folder.name in said
    where = subprocess.run(
        [python, "-c", "import kata; print(kata.__file__)"], check=True, capture_output=True, text=True, cwd=tmp_path
    ).stdout
    assert str(tmp_path) in where
