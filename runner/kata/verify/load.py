"""A busy neighbour: verdicts must not change when the processors have something else to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_busy(wanted: bool) -> Iterator[None]:
    """Keep every processor busy with one endless process each, while `wanted`."""
    count = (os.cpu_count() or 1) if wanted else 0
    # They end with their parent, even when it is killed: each watches the pipe that it was given.
    watch = "import os, threading; threading.Thread(target=lambda: (os.read(0, 1), os._exit(0)), daemon=True).start()"
    program = f"{watch}\nwhile True: pass"
    busy = [subprocess.Popen([sys.executable, "-I", "-S", "-c", program], stdin=subprocess.PIPE) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.communicate()
