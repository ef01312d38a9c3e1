"""Small tar archives made in memory, the same bytes for the same files."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import IO


def tarball(files: Mapping[str, bytes | str], mode: int = 0o644, owner: int = 0) -> IO[bytes]:
    """An uncompressed tar of `files` (path -> content), ready to be read from its start."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.uid, entry.gid = len(data), mode, owner, owner
            tar.addfile(entry, io.BytesIO(data))
    out.seek(0)
    return out
