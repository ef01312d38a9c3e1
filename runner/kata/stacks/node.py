"""Node.js: the start script of package.json, else its main file, else server.js, index.js or app.js."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import Any

from kata.safe import safe_line
from kata.stacks import foreign, node_build
from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start
from kata.submission.refusal import shown

name = "node"

_ENTRIES = tuple(
    f"{folder}{stem}.{ending}"
    for folder in ("", "src/")
    for stem in ("server", "index", "app", "main")
    for ending in ("js", "mjs", "cjs")
)
_TYPED = tuple(f"{folder}{stem}.ts" for folder in ("src/", "") for stem in ("server", "index", "app", "main"))
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml")
#: What these settings and lock files name: the package manager itself, its plugins, changes of packages.
_NAMED_BY_SETTINGS = (".yarn/", ".pnpmfile.cjs", "patches/")
#: Scripts that npm runs by itself while it installs; the code that they may need is not there yet.
_HOOKS = ("preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare", "prepublish")
_FRAMEWORKS = ("express", "fastify", "koa", "@nestjs/core", "@hapi/hapi", "hono", "restify", "polka", "next")
_PLAIN = re.compile(r"node(?: +--?[\w=./:-]+)* +([\w./@-]+)")
_LONGEST_PLAIN = 500
_BUN = re.compile(r"\s*(?:\w+=\S* )*bunx?\b(?!\.)")
_QUIET = (("npm_config_update_notifier", "false"),)


def recognise(app: App) -> str | None:
    """package.json, or a JavaScript or TypeScript file with the name of an entry point, unless Deno runs it."""
    return None if foreign.is_deno(app) else app.first(("package.json", *_ENTRIES, *_TYPED))


def prepare(app: App) -> Preparation:
    """The packages, installed by the package manager whose lock file is there."""
    package = _package(app)
    if not _tools(package):
        return Preparation(build=_build_lines(app, package))
    with_dev = _needs_dev(app, package)
    if not with_dev and not _dependencies(package):
        return Preparation()
    needs_code = _is_spread(package)
    files = app.everything if needs_code else _install_files(app)
    hooks = not needs_code and _scripts(package).keys() & set(_HOOKS)
    lines = (*(("npm pkg delete scripts",) if hooks else ()), *_install_lines(app, package, with_dev))
    late = ("npm run postinstall",) if hooks and "postinstall" in _scripts(package) else ()
    build = (*late, *_build_lines(app, package))
    return Preparation(files, lines, build, bool(late), ("node_modules",), _QUIET, _warnings(app, package))


def start(app: App) -> Start | None:
    """The start script, run directly when it is a plain `node file`. Raises SubmissionError when Bun has to run it."""
    package = _package(app)
    script = _scripts(package).get("start")
    if script and _BUN.match(script) and "bun" not in _tools(package):
        raise foreign.without_image(f"package.json has a start script, `{safe_line(script, 80)}`", "Bun")
    framework = next((f for f in _FRAMEWORKS if f in _dependencies(package)), "").removeprefix("@").split("/")[0]
    if script:
        hooked = _scripts(package).keys() & {"prestart", "poststart"}
        if _plain(script) and not hooked:
            return Start(script.strip(), "package.json has a start script", framework)
        return Start("npm start", f"package.json has a start script, `{safe_line(script, 80)}`", framework)
    entry = _entry(app, package)
    if entry is None:
        return None
    why = f"package.json says main is {shown(entry)}" if package.get("main") == entry else f"{shown(entry)} is there"
    return Start(f"{_runner(entry, package)} {shlex.quote(entry)}", why, framework)


def _package(app: App) -> dict[str, Any]:
    return app.json("package.json") if app.has("package.json") else {}


def _table(package: dict[str, Any], field: str) -> dict[str, str]:
    """An object of strings, other values left out."""
    value = package.get(field)
    return {key: item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}


def _scripts(package: dict[str, Any]) -> dict[str, str]:
    return _table(package, "scripts")


def _dependencies(package: dict[str, Any]) -> dict[str, str]:
    return {**_table(package, "optionalDependencies"), **_table(package, "dependencies")}


def _is_spread(package: dict[str, Any]) -> bool:
    """Do its packages stand in the submission itself?"""
    places = ("file:", "link:", "workspace:", "./", "../")
    return "workspaces" in package or any(version.startswith(places) for version in _dependencies(package).values())


def _install_files(app: App) -> tuple[str, ...]:
    named = (path for path in app.everything if path.startswith(_NAMED_BY_SETTINGS))
    return (*app.all(("package.json", *_LOCKS, *_SETTINGS)), *named)


def _install_lines(app: App, package: dict[str, Any], with_dev: bool) -> tuple[str, ...]:
    lock = app.first(_LOCKS)
    if lock == "yarn.lock":
        return _yarn_lines(app, package, with_dev)
    if lock == "pnpm-lock.yaml":
        return (_fetched("pnpm"), f"pnpm install --frozen-lockfile{'' if with_dev else ' --prod'}")
    verb = "ci" if lock else "install"
    return (f"npm {verb} --no-audit --no-fund{'' if with_dev else ' --omit=dev'}",)


def _yarn_lines(app: App, package: dict[str, Any], with_dev: bool) -> tuple[str, ...]:
    version = str(package.get("packageManager", "yarn@1"))
    if version.startswith("yarn@1") and not app.has(".yarnrc.yml"):
        return (_fetched("yarn"), f"yarn install --frozen-lockfile{'' if with_dev else ' --production'}")
    return ("corepack enable", "YARN_NODE_LINKER=node-modules yarn install --immutable")


def _fetched(manager: str) -> str:
    """Corepack brings the version that package.json names; images without it get the newest from npm."""
    return f"command -v {manager} || corepack enable || npm install --global {manager}"


def _needs_dev(app: App, package: dict[str, Any]) -> bool:
    """Does building or starting use a tool from devDependencies?"""
    scripts = _scripts(package)
    words = set(re.findall(r"[\w@/.-]+", " ".join(scripts.get(name, "") for name in ("prestart", "start"))))
    if words & _table(package, "devDependencies").keys() or node_build.builds_itself(scripts):
        return True
    entry = _entry(app, package)
    return bool(_build_lines(app, package)) or bool(entry and entry.endswith(".ts"))


def _build_lines(app: App, package: dict[str, Any]) -> tuple[str, ...]:
    return node_build.lines(app, _scripts(package), _tools(package), _started(app, package))


def _started(app: App, package: dict[str, Any]) -> str | None:
    """The file that is started; None where the start script is more than `node file`."""
    scripts = _scripts(package)
    named = _plain(scripts["start"]) if "start" in scripts else "."
    return _entry(app, package) if named in (".", "./") else named


def _warnings(app: App, package: dict[str, Any]) -> tuple[str, ...]:
    """What makes the graded server differ from the one at home."""
    started = _started(app, package)
    build = _build_lines(app, package)
    told = []
    if started and build and node_build.was_built(app, started, _tools(package)):
        file = shown(posixpath.normpath(started))
        told.append(f"{file} in the submission was built before; `{build[-1]}` makes it again from the source.")
    if not app.first(_LOCKS):
        told.append(
            "There is no package-lock.json, so the newest packages that fit are installed, and they may change from "
            "run to run. `npm install` writes one; submit it, too."
        )
    return tuple(told)


def _plain(script: str) -> str | None:
    """The file of a script that is nothing but `node [options] file`."""
    match = _PLAIN.fullmatch(script.strip()) if len(script) < _LONGEST_PLAIN else None
    return match[1] if match else None


def _tools(package: dict[str, Any]) -> dict[str, str]:
    """All packages, those for development included."""
    return {**_dependencies(package), **_table(package, "devDependencies")}


def _entry(app: App, package: dict[str, Any]) -> str | None:
    main = package.get("main")
    if isinstance(main, str):
        path, found = posixpath.normpath(main), node_build.found(app, main)
        # `npm init` writes index.js, there or not; what a build makes stands in a folder.
        if found or ("build" in _scripts(package) and "/" in path):
            return found or path
    return app.first((*_ENTRIES, *_TYPED))


def _runner(entry: str, package: dict[str, Any]) -> str:
    """What runs the file: node, or for TypeScript the tool that the package names (node 22.18 runs it by itself)."""
    if not entry.endswith(".ts"):
        return "node"
    tools = _tools(package)
    return next((f"npx {tool}" for tool in ("tsx", "ts-node") if tool in tools), "node --experimental-strip-types")
