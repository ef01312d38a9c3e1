"""Small files of kata's own and of its reports: written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write `text` as UTF-8. Raises OSError, and then what was there before is as it was, with nothing beside it."""
    made = tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False)  # noqa: SIM115
    try:
        with made:
            made.write(text)
        os.chmod(made.name, 0o644)
        os.replace(made.name, file)
    except OSError:
        Path(made.name).unlink(missing_ok=True)
        raise
