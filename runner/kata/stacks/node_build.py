"""Whether a Node.js submission has to be built before it is started, and by which command."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from kata.stacks.app import App

_TYPED = (".ts", ".mts", ".cts")
#: Tools that run TypeScript as it is.
_RUNNERS = {"tsx", "ts-node", "ts-node-dev", "ts-node-esm"}
#: Folders that compilers write to, beside the outDir of tsconfig.json.
_OUTPUT = ("dist", "build", "out")
_OUT_DIR = re.compile(r"\"outDir\"\s*:\s*\"(?:\./)?([\w.-]+)")
_BUILDS = re.compile(r"\b(?:npm|yarn|pnpm) (?:run )?build\b|\btsc\b|\bnest start\b")


def lines(app: App, scripts: Mapping[str, str], tools: Mapping[str, str], started: str | None) -> tuple[str, ...]:
    """The build script, or the TypeScript compiler, when what is started has to be made first.

    `started` is the file that is started, None where the start script does not tell; `tools` are all packages. A file
    that was built before is made again: nothing else says whether it still fits the source.
    """
    line = "npm run build" if "build" in scripts else "npx tsc" if app.has("tsconfig.json") else ""
    if not line or runs_source(scripts) or builds_itself(scripts):
        return ()
    if started is None:
        return (line,) if "build" in scripts and "typescript" in tools else ()
    is_missing = found(app, started) is None
    return (line,) if is_missing or was_built(app, started, tools) else ()


def runs_source(scripts: Mapping[str, str]) -> bool:
    """Does the start script run TypeScript as it is?"""
    words = scripts.get("start", "").split()
    return any(word.endswith(_TYPED) or word.split("/")[0] in _RUNNERS for word in words)


def builds_itself(scripts: Mapping[str, str]) -> bool:
    """Does starting build, in the start script or in the one that npm runs before it?"""
    return "start" in scripts and any(_BUILDS.search(scripts.get(name, "")) for name in ("prestart", "start"))


def was_built(app: App, started: str, tools: Mapping[str, str]) -> bool:
    """Is the started file a compiler's output, whose source is in the submission too?"""
    path = found(app, started)
    if path is None or path.endswith(_TYPED) or not ("typescript" in tools or app.has("tsconfig.json")):
        return False
    has_source = any(each.endswith(_TYPED) and not each.endswith(".d.ts") for each in app.everything)
    beside = app.has(f"{path.rpartition('.')[0]}.ts")
    return has_source and (beside or path.split("/")[0] in _output_folders(app))


def found(app: App, module: str) -> str | None:
    """The file that node finds for that path."""
    path = posixpath.normpath(module)
    return app.first((path, f"{path}.js", f"{path}/index.js"))


def _output_folders(app: App) -> tuple[str, ...]:
    said = _OUT_DIR.search(app.peek("tsconfig.json")) if app.has("tsconfig.json") else None
    return (*_OUTPUT, said[1]) if said else _OUTPUT
