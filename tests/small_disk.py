"""A real file system of a few megabytes, and a way to fill it; a test skips where none can be mounted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PAGE = 4096


@contextmanager
def small_disk(folder: Path, pages: int) -> Iterator[Path]:
    """Mount an empty disk of that many pages at `folder`, which is made."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={pages * PAGE}", "kata-test", str(folder)]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, pages: int = 0) -> Path:
    """Fill the disk up to that many pages; the file to remove to make room."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(PAGE))
    with filler.open("rb+") as out:
        out.truncate(max(0, filler.stat().st_size - pages * PAGE))
    return filler
