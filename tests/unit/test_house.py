"""The rules of the house (ARCHITECTURE.md), held by reading the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "runner" / "kata"
FILES = sorted(file for file in PACKAGE.rglob("*.py"))

#: room -> what of ours it may import. Rooms that are not named may import what they need.
ALLOWED = {
    "grader": {"kata.grader", "kata.results", "kata.safe"},
    "reports": {"kata.reports", "kata.results", "kata.safe", "kata.schemas"},
    "results.py": set(),
    "safe.py": set(),
    "errors.py": {"kata.results"},
    "waiting.py": set(),
    "mistakes.py": {"kata.results"},
    "diagnosis.py": {"kata.engine", "kata.errors", "kata.mistakes", "kata.results"},
    "exercise.py": {"kata.errors", "kata.results", "kata.toml_lines", "kata.schemas"},
}
#: library -> the only rooms that may import it.
ONLY_IN = {
    "docker": {"engine", "services"},
    "testcontainers": {"services"},
    "click": {"cli"},
    "rich": {"cli", "reports/terminal"},
    "pytest": {"grader"},
    "httpcore": {"grader"},
}


def imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def relative(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_imports_stay_in_their_rooms(file: Path) -> None:
    name = relative(file)
    allowed = ALLOWED.get(name.split("/")[0])
    for line, module in imports(file):
        if module.split(".")[0] == "kata":
            ours = allowed is None or any(module == each or module.startswith(each + ".") for each in allowed)
            assert ours, f"{name}:{line} imports {module}"
        rooms = ONLY_IN.get(module.split(".")[0])
        assert rooms is None or any(name.startswith(room) for room in rooms), f"{name}:{line} imports {module}"


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_modules_and_public_functions_say_what_they_are(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{relative(file)} has no docstring"
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        overload = public and any(getattr(d, "id", "") == "overload" for d in node.decorator_list)
        hook = public and node.name.startswith("pytest_")
        if public and not overload and not hook:
            assert ast.get_docstring(node), f"{relative(file)}:{node.lineno} {node.name} has no docstring"


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_no_function_outgrows_its_room(file: Path) -> None:
    """Forty lines are the wall for a function (signature and docstring left out), three hundred for a module."""
    text = file.read_text("utf-8")
    code = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 300, f"{relative(file)} has {len(code)} lines of code"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1
            assert length <= 40, f"{relative(file)}:{node.lineno} {node.name} has {length} lines"


def test_every_room_stands_in_the_plan_of_the_house() -> None:
    """ARCHITECTURE.md names each module and package of runner/kata, and none that is gone."""
    plan = (PACKAGE.parents[1] / "ARCHITECTURE.md").read_text("utf-8")
    there = {file.name for file in PACKAGE.glob("*.py") if not file.name.startswith("__")}
    there |= {f"{folder.name}/" for folder in PACKAGE.iterdir() if folder.is_dir() and not folder.name.startswith("_")}
    assert [name for name in sorted(there) if name not in plan] == []
    listed = plan.split("runner/kata/", 1)[1].split("exercises/ID/")[0]
    named = {line.split()[0] for line in listed.splitlines() if re.match(r" {6}\S", line)}
    assert named - there == set()


@pytest.mark.parametrize("module", ["kata", "kata.cli", "kata.results"])
def test_nothing_slow_is_imported_at_start(module: str) -> None:
    slow = ["docker", "testcontainers", "pytest", "httpx", "jsonschema", "rich", "psycopg", "yaml"]
    program = f"import sys, {module}; print(*[name for name in {slow!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == ""
