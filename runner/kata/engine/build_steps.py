"""The steps of a build that kata wrote itself: each is announced, followed in the output, and named when it fails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from kata.engine import BuildFailed, Progress
from kata.safe import safe_line

#: Characters of a step that are shown.
_SHOWN = 120
#: What Docker's builder says of its own doing: the recipe is kata's, so this tells a reader nothing.
_OF_DOCKER = re.compile(
    r"Step \d+/\d+ : |\s*---> |Removing intermediate container |Successfully (built [0-9a-f]{12}$|tagged )"
    r"|The command '/bin/sh -c "
)


def script(steps: Sequence[str]) -> str:
    """The steps as one shell line; each prints itself as `$ step` before it runs."""
    return " && ".join(f"{{ printf '%s\\n' {shlex.quote('$ ' + shown(step))}; {step}; }}" for step in steps)


def shown(step: str) -> str:
    """A step as one line for people."""
    return safe_line(step, _SHOWN)


class Steps:
    """Passes a build's output on without Docker's own lines, and knows which step is running."""

    def __init__(self, steps: Sequence[str], progress: Progress) -> None:
        self._announced = {f"$ {shown(step)}": shown(step) for step in steps}
        self._progress = progress
        self._running = ""

    def __call__(self, line: str) -> None:
        self._running = self._announced.get(line, self._running)
        if not _OF_DOCKER.match(line):
            self._progress(line)

    def named(self, failure: BuildFailed) -> BuildFailed:
        """The same failure with the step that ended it, and the log without Docker's own lines."""
        log = tuple(line for line in failure.log if not _OF_DOCKER.match(line))
        if not self._running or failure.exit_code is None:
            return BuildFailed(failure.reason, log, failure.exit_code, failure.hint)
        return BuildFailed(f"`{self._running}` ended with exit code {failure.exit_code}", log, failure.exit_code)
