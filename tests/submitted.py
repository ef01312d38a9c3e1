"""Small submissions written down as path -> content, and what is detected in them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from kata.settings import load
from kata.stacks import Plan, detect
from kata.submission import take

Files = Mapping[str, str | bytes]


def write(folder: Path, files: Files) -> Path:
    """Make `folder` with these files, beside what is there; returns it."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def detected(folder: Path, files: Files) -> Plan:
    """The plan for a submission of exactly these files and a README. Raises SubmissionError."""
    shutil.rmtree(folder, ignore_errors=True)
    with take(write(folder, {"README.md": "x", **files})) as snapshot:
        return detect(snapshot, load(snapshot))
