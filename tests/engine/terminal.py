"""A real terminal of 80 by 24 (tmux), typed into like a person would, and its transcript without what varies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path
from types import TracebackType

from kata.waiting import until

PROMPT = "$ "
#: What differs from run to run, and what stands for it.
_VARYING = (
    (r"\d+(\.\d+)? (ms|s)\b", "N s"),
    (r"\d+ min N s", "N s"),
    (r"\b\d{1,3}(\.\d{1,3}){3}:\d+", "ADDRESS"),
    (r'INFO:ADDRESS-"GET/healthHTTP/1\.1"200OK', ""),
    (r"\d{4}-\d\d-\d\dT[\d:+]+", "DATE"),
    (r"\[ *\d+\.\d+s\]", "[N s]"),
    (r"--seed \d+|Seed( +)\d+", "SEED"),
    (r"\"email\": ?\"[^\"]*\"", '"email":"EMAIL"'),
    (r"\"password\": ?\"[^\"]*\"", '"password":"PASSWORD"'),
    (r"\"name\": ?\"[^\"]*\"", '"name":"NAME"'),
    (r"\b\d+ (checks|points|failed|skipped|more)\b", r"N \1"),
    (r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "UUID"),
    (r"(etag|ETag): \S+", r"\1: ETAG"),
)


class Terminal:
    """A shell in a terminal of its own; `type` a command and it returns when the prompt is back."""

    def __init__(self, folder: Path, environment: dict[str, str], width: int = 80, height: int = 24) -> None:
        self._folder = folder
        self._socket = f"kata-{uuid.uuid4().hex[:8]}"
        kept = {name: value for name, value in os.environ.items() if name not in ("TMUX", "PROMPT_COMMAND")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**kept, "PATH": path, "PS1": PROMPT, "LC_ALL": "C.UTF-8", **environment}
        self._size = ["-x", str(width), "-y", str(height)]

    def __enter__(self) -> Terminal:
        self._tmux("new-session", "-d", *self._size, "bash", "--norc", "--noprofile")
        self._tmux("set-option", "-g", "history-limit", "20000")
        self._tmux("respawn-pane", "-k", "bash", "--norc", "--noprofile")
        assert until(lambda: self._idle(0) or None, 20), self.screen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    def type(self, command: str, seconds: float = 120) -> None:
        """Type it, press Enter, wait for the prompt."""
        before = self._prompts()
        self._tmux("send-keys", "-l", command)
        self._tmux("send-keys", "Enter")
        assert until(lambda: self._idle(before) or None, seconds, every=0.1), self.screen()

    def screen(self) -> str:
        """Everything so far, as it stands in the terminal and above it; lines as they are folded there."""
        return self._tmux("capture-pane", "-p", "-S", "-").rstrip("\n")

    def transcript(self) -> str:
        """The screen without what varies, without spaces at line ends, and without the last, empty prompt."""
        joined = self._tmux("capture-pane", "-p", "-J", "-S", "-")
        lines = [line.rstrip() for line in joined.splitlines()]
        while lines and lines[-1] in ("", PROMPT.rstrip()):
            lines.pop()
        return normalised("\n".join(lines)) + "\n"

    def _idle(self, before: int) -> bool:
        lines = self.screen().splitlines()
        return bool(lines) and lines[-1].rstrip() == PROMPT.rstrip() and self._prompts() > before

    def _prompts(self) -> int:
        return sum(line.startswith(PROMPT.rstrip()) for line in self.screen().splitlines())

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self._socket, "-f", os.devnull, *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=self._folder, env=self._environment
        ).stdout


def normalised(text: str) -> str:
    """`text` with what differs from run to run replaced by words; spaces that only align are one."""
    # A log line is folded where the width ends, amid a word, too, which depends on the addresses in it: its spaces go.
    text = re.sub(r"(?m)^( +App log)(.*(?:\n {15}.*)*)", lambda log: log[1] + "  " + "".join(log[2].split()), text)
    for pattern, word in _VARYING:
        text = re.sub(pattern, word, text)
    text = re.sub(r"(?m)^Time(.*(?:\n {3,}.*)*)", "Time PHASES", text)
    return re.sub(r"(?m)(?<=\S) {2,}", "  ", text)
