"""Finds the application object of a Python submission by its syntax trees; no module is imported.

Modules are asked in a fixed order: main, app, server, ... in the root, then other modules there, then those in folders.
In a module, the name `app` comes before `application`, `api`, `server` and the rest. Objects come before factories.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

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
_MOST_BYTES = 1024 * 1024
_MOST_CALLS = 50
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
    surveyed = _survey(app)
    objects = [found for module in surveyed.values() for found in _objects(app, module, surveyed)]
    factories = [
        _found(app, module, name, framework, is_factory=True)
        for module in surveyed.values()
        for name, framework in module.factories.items()
    ]
    return (*objects, *factories)


@dataclass(frozen=True)
class _Module:
    """What matters of one parsed module: (name, full name of what is called) of each `name = called(...)`."""

    path: str
    imported: frozenset[str]
    calls: tuple[tuple[str, str], ...]
    factories: dict[str, str]


def _survey(app: App) -> dict[str, _Module]:
    """Path -> module, the most likely first, up to a number of modules and bytes that is read quickly."""
    paths = [path for path in app.named(".py", _DEEPEST) if _is_source(path)]
    surveyed: dict[str, _Module] = {}
    read = 0
    for path in sorted(paths, key=_likeliness)[:_MOST_MODULES]:
        read += app.size(path)
        if read > _MOST_BYTES:
            break
        tree = app.python(path)
        if tree is not None:
            surveyed[path] = _module(path, tree)
    return surveyed


def _is_source(path: str) -> bool:
    """Can it be imported by its name, and is it no test?"""
    *folders, name = path.removesuffix(".py").split("/")
    tools = name.startswith("test_") or name in ("conftest", "setup")
    return path.isascii() and all(map(str.isidentifier, (*folders, name))) and not (tools or set(folders) & _NO_SOURCE)


def _likeliness(path: str) -> tuple[int, int, str]:
    name = posixpath.basename(path).removesuffix(".py")
    rank = _MODULES.index(name) if name in _MODULES else len(_MODULES) + (name != "__init__")
    return path.count("/"), rank, path


def _module(path: str, tree: ast.Module) -> _Module:
    statements = list(_top_level(tree.body))
    imports = dict(_imports(statements))
    calls = ((name, _dotted(call.func, imports)) for name, call in _assigned_calls(statements))
    return _Module(
        path, frozenset(imports.values()), tuple(islice(calls, _MOST_CALLS)), dict(_factories(statements, imports))
    )


def _objects(app: App, module: _Module, surveyed: dict[str, _Module]) -> list[Found]:
    """`app = FastAPI()`, `app = create_app()` and the like, by name."""
    found = []
    for name, called in module.calls:
        framework = CONSTRUCTORS.get(called) or module.factories.get(called)
        if framework is None and name in _OBJECTS:
            framework = _imported_factory(module, called, surveyed)
        if framework:
            found.append(_found(app, module, name, framework))
    return sorted(found, key=lambda each: _OBJECTS.index(each.name) if each.name in _OBJECTS else len(_OBJECTS))


def _imported_factory(module: _Module, called: str, surveyed: dict[str, _Module]) -> str | None:
    """The framework of `app = create_app()` when create_app comes from another module of the submission."""
    source, _, function = called.rpartition(".")
    place = source.strip(".").replace(".", "/")
    for folder in ("", posixpath.dirname(module.path), "src"):
        for ending in (".py", "/__init__.py"):
            other = surveyed.get(posixpath.join(folder, place + ending))
            if other is not None and function in other.factories:
                return other.factories[function]
    return None


def _found(app: App, module: _Module, name: str, framework: str, is_factory: bool = False) -> Found:
    root = _import_root(app, module)
    inside = module.path.removeprefix(f"{root}/") if root else module.path
    dotted = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return Found(module.path, root, dotted, name, framework, is_factory)


def _import_root(app: App, module: _Module) -> str:
    """The folder that the module's imports start from: the innermost that has what they name and the root lacks."""
    tops = {full.split(".")[0] for full in module.imported if not full.startswith(".")}
    folder = posixpath.dirname(module.path)
    while folder:
        if any(_is_module(app, folder, top) and not _is_module(app, "", top) for top in tops):
            return folder
        folder = posixpath.dirname(folder)
    return ""


def _is_module(app: App, folder: str, name: str) -> bool:
    path = posixpath.join(folder, name)
    return app.has(f"{path}.py") or app.has_folder(path)


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


def _assigned_calls(statements: list[ast.stmt]) -> Iterator[tuple[str, ast.Call]]:
    for statement in statements:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign):
            targets, value = [statement.target], statement.value or statement.target
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Call):
                yield target.id, value


def _factories(statements: list[ast.stmt], imports: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name, framework) of functions that need no argument and make an application."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef) and statement.name in _FACTORIES and not _required(statement):
            # Imports are often written inside of the factory.
            known = {**imports, **dict(_imports([node for node in ast.walk(statement) if isinstance(node, ast.stmt)]))}
            calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
            framework = next(filter(None, (CONSTRUCTORS.get(_dotted(call.func, known)) for call in calls)), None)
            if framework:
                yield statement.name, framework


def _dotted(node: ast.expr, imports: dict[str, str]) -> str:
    """The name that `node` has where it was imported from: FastAPI -> fastapi.FastAPI; "" for other expressions."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([imports.get(node.id, node.id), *reversed(parts)])


def _required(function: ast.FunctionDef) -> bool:
    """Does it need an argument?"""
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)
