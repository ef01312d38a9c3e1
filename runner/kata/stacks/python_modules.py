"""Finds the application object of a Python submission by its syntax tree; no module is imported.

Modules are asked in a fixed order: main, app, server, ... in the root, then other modules there, then those in folders.
In a module, the name `app` comes before `application`, `api`, `server` and the rest. Objects come before factories.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from kata.stacks.app import App

#: What is called to make an application, and the framework that it belongs to.
CONSTRUCTORS = {
    "fastapi.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "litestar.Litestar": "litestar",
    "quart.Quart": "quart",
    "sanic.Sanic": "sanic",
    "falcon.asgi.App": "falcon-asgi",
    "falcon.App": "falcon",
    "flask.Flask": "flask",
    "apiflask.APIFlask": "flask",
    "bottle.Bottle": "bottle",
    "bottle.default_app": "bottle",
}

_MODULES = ("main", "app", "server", "api", "asgi", "wsgi", "application", "run", "index")
_OBJECTS = ("app", "application", "api", "server")
_FACTORIES = ("create_app", "make_app", "build_app", "get_app", "app_factory", "create_application")
_NO_SOURCE = {"tests", "test", "docs", "examples", "migrations", "scripts", "alembic"}
_MOST_MODULES = 100
_DEEPEST = 3


@dataclass(frozen=True)
class Found:
    """An application object or factory: `module`:`name`, imported with `root` ("" or a folder) on the path."""

    path: str
    root: str
    module: str
    name: str
    framework: str
    is_factory: bool = False

    @property
    def target(self) -> str:
        return f"{self.module}:{self.name}"


def find(app: App) -> tuple[Found, ...]:
    """Every application in the submission, the one to start first."""
    objects: list[Found] = []
    factories: list[Found] = []
    for path in modules(app):
        tree = app.python(path)
        if tree is not None:
            module = _Module(app, path, tree)
            objects += module.objects()
            factories += module.factories()
    return (*objects, *factories)


def modules(app: App) -> list[str]:
    """The Python files that may hold the entry point, the most likely first."""
    paths = [path for path in app.named(".py", _DEEPEST) if _is_source(path)]
    return sorted(paths, key=_likeliness)[:_MOST_MODULES]


def _is_source(path: str) -> bool:
    *folders, name = path.split("/")
    return not (set(folders) & _NO_SOURCE or name.startswith("test_") or name in ("conftest.py", "setup.py"))


def _likeliness(path: str) -> tuple[int, int, str]:
    name = posixpath.basename(path).removesuffix(".py")
    rank = _MODULES.index(name) if name in _MODULES else len(_MODULES) + (name != "__init__")
    return path.count("/"), rank, path


class _Module:
    """One parsed module."""

    def __init__(self, app: App, path: str, tree: ast.Module) -> None:
        self._app = app
        self._path = path
        self._statements = list(_top_level(tree.body))
        self._imports = dict(_imports(self._statements))

    def objects(self) -> list[Found]:
        """`app = FastAPI()`, `app = create_app()` and the like."""
        made = {f.name: f.framework for f in self.factories()}
        found = []
        for name, call in self._assigned_calls():
            called = self._dotted(call.func)
            framework = CONSTRUCTORS.get(called) or made.get(called) or self._imported_factory(name, called)
            if framework:
                found.append(self._found(name, framework))
        return sorted(found, key=lambda f: _OBJECTS.index(f.name) if f.name in _OBJECTS else len(_OBJECTS))

    def factories(self) -> list[Found]:
        """Functions that need no argument and make an application."""
        found = []
        for statement in self._statements:
            if isinstance(statement, ast.FunctionDef) and statement.name in _FACTORIES and not _required(statement):
                calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
                framework = next(filter(None, (CONSTRUCTORS.get(self._dotted(call.func)) for call in calls)), None)
                if framework:
                    found.append(self._found(statement.name, framework, is_factory=True))
        return found

    def _assigned_calls(self) -> Iterator[tuple[str, ast.Call]]:
        for statement in self._statements:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(value, ast.Call):
                    yield target.id, value

    def _imported_factory(self, name: str, called: str) -> str | None:
        """The framework of `app = create_app()` when create_app comes from another module of the submission."""
        module, _, function = called.rpartition(".")
        if name not in _OBJECTS or function not in _FACTORIES:
            return None
        for path in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
            for folder in ("", posixpath.dirname(self._path), "src"):
                tree = self._app.python(posixpath.join(folder, path))
                if tree is not None:
                    made = _Module(self._app, path, tree).factories()
                    return next((f.framework for f in made if f.name == function), None)
        return None

    def _dotted(self, node: ast.expr) -> str:
        """The name that `node` has where it was imported from: FastAPI -> fastapi.FastAPI; "" for other expressions."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self._imports.get(node.id, node.id), *reversed(parts)])

    def _found(self, name: str, framework: str, is_factory: bool = False) -> Found:
        root = self._import_root()
        inside = self._path.removeprefix(f"{root}/") if root else self._path
        module = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return Found(self._path, root, module, name, framework, is_factory)

    def _import_root(self) -> str:
        """The folder that the module's imports start from: the innermost that has what they name and the root lacks."""
        tops = {full.split(".")[0] for full in self._imports.values() if not full.startswith(".")}
        folder = posixpath.dirname(self._path)
        while folder:
            if any(self._is_module(folder, top) and not self._is_module("", top) for top in tops):
                return folder
            folder = posixpath.dirname(folder)
        return ""

    def _is_module(self, folder: str, name: str) -> bool:
        path = posixpath.join(folder, name)
        return self._app.has(f"{path}.py") or self._app.has_folder(path)


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import, those inside `try:` and `with` included."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.Try | ast.With):
            yield from _top_level(statement.body)


def _imports(statements: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(name in this module, full name) of each import; relative ones keep their leading dots."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                top = alias.name.split(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(statement, ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                yield alias.asname or alias.name, f"{module}.{alias.name}" if statement.module else module + alias.name


def _required(function: ast.FunctionDef) -> bool:
    """Does it need an argument?"""
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)
