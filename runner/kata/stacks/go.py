"""Go: the main package in the root or below cmd/."""

from __future__ import annotations

import re

from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start
from kata.submission.refusal import shown

name = "go"

_BINARY = ".kata/server"
_FIRST = ("server", "api", "app", "web", "http")
_MOST_FILES = 200
_MAIN = re.compile(r"^package\s+main\b", re.MULTILINE)
_PLAIN_PATH = re.compile(r"[\w./-]+\.go")
_FRAMEWORKS = {
    "gin-gonic/gin": "gin",
    "labstack/echo": "echo",
    "gofiber/fiber": "fiber",
    "go-chi/chi": "chi",
    "gorilla/mux": "gorilla",
}
#: The standard library compiles for a minute, once; in the dependency image every submission finds it done.
_CACHE = "GOCACHE=/opt/go-cache CGO_ENABLED=0"
_WARM = f"{_CACHE} GO111MODULE=off go build net/http database/sql html/template log/slog crypto/ecdsa encoding/xml"


def recognise(app: App) -> str | None:
    """go.mod or a Go file in the root."""
    return app.first(("go.mod",)) or next(iter(app.named(".go")), None)


def prepare(app: App) -> Preparation:
    """The modules of go.mod, unless vendor/ is in the submission."""
    if not app.has("go.mod") or app.has("vendor/modules.txt"):
        return Preparation(install=(_WARM,), build=_build_lines(app))
    is_spread = re.search(r"=>[ \t]*\.\.?/", app.text("go.mod")) is not None
    files = app.everything if is_spread else app.all(("go.mod", "go.sum"))
    return Preparation(files, (_WARM, "go mod download"), _build_lines(app))


def start(app: App) -> Start | None:
    """The root when it is package main, else a folder of cmd/, those named server, api or app first."""
    package = _main_package(app)
    if package is None:
        return None
    why = "the root is package main" if package == "." else f"{shown(package)} is package main"
    return Start(f"./{_BINARY}", why, _framework(app))


def _build_lines(app: App) -> tuple[str, ...]:
    package = _main_package(app)
    module = "" if app.has("go.mod") else "GO111MODULE=off "
    return (f"{_CACHE} {module}go build -buildvcs=false -o {_BINARY} {package}",) if package else ()


def _main_package(app: App) -> str | None:
    files = [path for path in app.named(".go", 3) if not path.endswith("_test.go") and _PLAIN_PATH.fullmatch(path)]
    places = {path.rpartition("/")[0] for path in files[:_MOST_FILES] if _MAIN.search(app.peek(path))}
    if "" in places:
        return "."
    return f"./{min(places, key=_likeliness)}" if places else None


def _likeliness(folder: str) -> tuple[bool, int, str]:
    short = folder.rpartition("/")[2]
    return not folder.startswith("cmd"), _FIRST.index(short) if short in _FIRST else len(_FIRST), folder


def _framework(app: App) -> str:
    text = app.text("go.mod") if app.has("go.mod") else ""
    return next((short for module, short in _FRAMEWORKS.items() if module in text), "")
