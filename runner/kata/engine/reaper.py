"""A child that outlives its parent by one sweep: when the pipe closes without a farewell, it removes the run.

python -I -m kata.engine.reaper RUN     reads stdin; "done" and end of file: nothing is left to do
                                        end of file alone: the parent died, even by kill -9
"""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType

#: Seconds that a child waits for an engine that is away.
_PATIENCE = 900


class Reaper:
    """The parent's end: start it before the first object is made, leave it when the last is gone."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._child: subprocess.Popen[bytes] | None = None
        self._takes_over = False

    def take_over(self) -> None:
        """Let the child remove the run although the parent lives: the engine is away, and the child has time."""
        self._takes_over = True

    def __enter__(self) -> Reaper:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _waiter(), self._run],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        child = self._child
        if child is None or child.stdin is None:
            return
        if self._takes_over:
            child.stdin.close()
            return
        try:
            child.stdin.write(b"done\n")
            child.stdin.close()
        except BrokenPipeError:
            return
        child.wait()


def _waiter() -> str:
    """The child's program: it waits with nothing imported, and becomes the sweeper only when it is needed."""
    return (
        "import os, sys\n"
        "said = sys.stdin.buffer.read()\n"
        "if b'done' not in said:\n"
        f"    os.execv({sys.executable!r}, [{sys.executable!r}, '-I', '-m', 'kata.engine.reaper', sys.argv[1]])\n"
    )


def main(run: str) -> None:
    """Remove everything of `run`, and once more for what was being made while the parent died.

    An engine that is away is waited for: it may be what the parent died of.
    """
    import time

    from kata.engine.docker import DockerEngine
    from kata.engine.labels import RUN
    from kata.engine.sweep import sweep
    from kata.errors import NotGraded

    done, deadline = 0, time.monotonic() + _PATIENCE
    while done < 3 and time.monotonic() < deadline:
        try:
            swept = sweep(DockerEngine.connect_to_host(seconds=30), f"{RUN}={run}")
            done = 0 if swept.stuck else done + 1
        except NotGraded:
            done = 0
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
