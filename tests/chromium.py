"""A headless Chromium, spoken to through its DevTools protocol over two pipes; nothing but the browser is needed.

Protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

#: The program under the names that systems give it.
PROGRAM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
        if (found := shutil.which(name))
    ),
    None,
)
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
    "--remote-debugging-pipe", "--remote-debugging-port=0",
)  # fmt: skip
#: Tab and Enter as a keyboard sends them: (key, its code on Windows, the text it types).
_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " ")}


class Chromium:
    """A running browser; it ends, with its profile, when it is left."""

    def __enter__(self) -> Chromium:
        assert PROGRAM is not None
        self._profile = tempfile.mkdtemp(prefix="kata-chromium-")
        theirs_in, ours_out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._out = os.fdopen(ours_out, "wb")
        # The browser reads at descriptor 3 and writes at 4.
        words = ["bash", "-c", f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}', PROGRAM, *_FLAGS]
        self._process = subprocess.Popen(
            [*words, f"--user-data-dir={self._profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self._profile},
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer = b""
        self._last = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(RuntimeError, OSError):
            self.call("Browser.close")  # its own children end with it, and write no more
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        with suppress(OSError):
            self._out.close()
        shutil.rmtree(self._profile, ignore_errors=True)

    def page(self, url: str, width: int, height: int) -> Page:
        """A new tab at `url`, so many CSS pixels wide and high, when it has loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        page.size(width, height)
        page.call("Page.enable")
        page.go(url)
        return page

    def devtools(self) -> str:
        """Where the browser serves its own developer tools."""
        file = Path(self._profile) / "DevToolsActivePort"
        deadline = time.monotonic() + 20
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        return f"http://127.0.0.1:{file.read_text().splitlines()[0]}/devtools/devtools_app.html"

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """One command and its result. Raises RuntimeError with the browser's words when it refuses."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        self._out.write(json.dumps(message).encode() + b"\0")
        self._out.flush()
        while (reply := self._read()).get("id") != self._last:
            pass
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']['message']}")
        result: dict[str, Any] = reply["result"]
        return result

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], 30)
            if not ready or not (data := os.read(self._in, 1 << 16)):
                raise RuntimeError("Chromium says nothing any more")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


class Page:
    """One tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def go(self, url: str) -> None:
        """Open `url` and wait until it has loaded."""
        self.call("Page.navigate", url=url)
        self.until("document.readyState == 'complete' && location.href != 'about:blank'")

    def size(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def value(self, script: str) -> Any:
        """What `script` evaluates to; promises are waited for. Raises RuntimeError with its exception."""
        said = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"].get("exception", {}).get("description", str(said)))
        return said["result"].get("value")

    def until(self, script: str, seconds: float = 30) -> None:
        """Wait until `script` is true; navigations in between are no error."""
        deadline = time.monotonic() + seconds
        while not _tried(lambda: self.value(script)):
            assert time.monotonic() < deadline, f"never true: {script}"
            time.sleep(0.05)

    def drop(self, file: Path, x: int, y: int) -> None:
        """Drag a file from outside and let it go there."""
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def dark(self, wanted: bool) -> None:
        """What the user prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def close(self) -> None:
        self.call("Page.close")

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        code, text = _KEYS[key]
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def screenshot(self, file: Path, whole: bool = True) -> None:
        """The page as PNG, below the window's end, too, when `whole`."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))


def _tried(look: Callable[[], Any]) -> Any:
    try:
        return look()
    except RuntimeError:
        return None
