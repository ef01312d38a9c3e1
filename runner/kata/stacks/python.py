"""Python: FastAPI and other ASGI frameworks, Flask and other WSGI frameworks, Django, or a script."""

from __future__ import annotations

import re

from kata.stacks import python_modules, python_packages
from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start
from kata.submission.refusal import refused, shown

name = "python"

_MARKS = ("requirements.txt", "pyproject.toml", "Pipfile.lock", "setup.py", "manage.py", "requirements/base.txt")
_SCRIPTS = ("main.py", "app.py", "server.py", "run.py", "api.py", "index.py", "__main__.py")
_FOLDER_SCRIPTS = ("src/main.py", "app/main.py", "src/app.py", "src/server.py")

#: Servers in the order of preference, as (package, line); {t} is module:object. One process each.
_ASGI = (
    ("uvicorn", "uvicorn {t} --host 0.0.0.0 --port $PORT"),
    ("hypercorn", "hypercorn {t} --bind 0.0.0.0:$PORT"),
    ("granian", "granian --interface asgi --host 0.0.0.0 --port $PORT {t}"),
    ("daphne", "daphne -b 0.0.0.0 -p $PORT {t}"),
)
_WSGI = (
    ("gunicorn", "gunicorn {t} --bind 0.0.0.0:$PORT --threads 8"),
    ("waitress", "waitress-serve --listen=0.0.0.0:$PORT {t}"),
    ("uwsgi", "uwsgi --http 0.0.0.0:$PORT --master --enable-threads --wsgi-file {p} --callable {n}"),
)
_OWN = {
    "flask": "flask --app {t} run --host 0.0.0.0 --port $PORT",
    "bottle": "python -m bottle --bind 0.0.0.0:$PORT {t}",
    "sanic": "sanic {t} --host 0.0.0.0 --port $PORT --single-process",
}
_IS_ASGI = {"fastapi", "starlette", "litestar", "quart", "falcon-asgi"}


def recognise(app: App) -> str | None:
    """A file that names Python packages, or a Python file in the root or in src/ or app/."""
    return app.first(_MARKS) or next(iter(app.named(".py")), None) or app.first(_FOLDER_SCRIPTS)


def prepare(app: App) -> Preparation:
    """The packages, installed by pip."""
    packages = python_packages.read(app)
    files = packages.files if packages.install else ()
    return Preparation(files=files, install=packages.install, warnings=packages.warnings)


def start(app: App) -> Start | None:
    """Django, then an application object or factory, then a script."""
    packages = python_packages.read(app)
    if app.has("manage.py") and "django" in packages.names:
        return _django(app, packages)
    found = python_modules.find(app)
    if found:
        return _serve(app, found, packages)
    script = app.first(_SCRIPTS) or _only_script(app) or app.first(_FOLDER_SCRIPTS)
    return Start(f"python {script}", f"{script} is the script to run") if script else None


def _serve(app: App, found: tuple[python_modules.Found, ...], packages: python_packages.Packages) -> Start:
    chosen = found[0]
    _must_be_installed(app, chosen, packages)
    verb = "makes" if chosen.is_factory else "defines"
    package = chosen.framework.removesuffix("-asgi")
    why = f"{packages.source} names {package} and {shown(chosen.path)} {verb} {chosen.name}"
    others = [f"{shown(other.path)} ({other.name})" for other in found[1:4] if not other.is_factory]
    if others and not chosen.is_factory:
        why += f" (chosen before {', '.join(others)} by name and place)"
    variables = (("PYTHONPATH", f"/app/{chosen.root}"),) if chosen.root else ()
    return Start(_line(chosen, packages), why, chosen.framework, variables=variables)


def _must_be_installed(app: App, chosen: python_modules.Found, packages: python_packages.Packages) -> None:
    package = chosen.framework.removesuffix("-asgi")
    through = {"flask": "apiflask", "starlette": "fastapi"}.get(package, package)
    if not packages.certain or packages.bring(package) or packages.bring(through):
        return
    server = "\nuvicorn" if chosen.framework in _IS_ASGI else ""
    unsaid = f"{packages.source} does not name it" if packages.source else "no requirements.txt names it"
    hint = f"Add to {packages.source or 'requirements.txt'}:\n{package}{server}"
    raise refused(
        f"{shown(chosen.path)} uses {package}, and {unsaid}.",
        hint if packages.source else python_packages.unread_list(app) or hint,
    )


def _line(chosen: python_modules.Found, packages: python_packages.Packages) -> str:
    """The line of the first server among the packages, else that of the framework's own server."""
    is_asgi = chosen.framework in _IS_ASGI
    for package, line in _ASGI if is_asgi else _WSGI:
        if package in packages.names:
            return _filled(line, chosen, package)
    if chosen.framework in _OWN:
        return _filled(_OWN[chosen.framework], chosen, chosen.framework)
    server, line = (_ASGI if is_asgi else _WSGI)[0]
    if not packages.certain:
        return _filled(line, chosen, server)
    raise refused(
        f"{packages.source} names {chosen.framework.removesuffix('-asgi')}, but no server that can run it.",
        f"Add a line to {packages.source}: {server}",
    )


def _filled(line: str, chosen: python_modules.Found, package: str) -> str:
    target = chosen.target
    if chosen.is_factory:
        if package == "gunicorn":
            target = f"'{target}()'"
        elif package in ("uvicorn", "granian", "sanic"):
            target += " --factory"
        elif package == "waitress":
            target = f"--call {target}"
    return line.format(t=target, p=chosen.path, n=chosen.name)


def _django(app: App, packages: python_packages.Packages) -> Start:
    setting = re.search(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)['\"]", app.text("manage.py"))
    package = setting[1].split(".")[0] if setting else ""
    has_asgi, has_wsgi = app.has(f"{package}/asgi.py"), app.has(f"{package}/wsgi.py")
    line = "python manage.py runserver 0.0.0.0:$PORT --noreload"
    if "gunicorn" in packages.names and has_wsgi:
        line = f"gunicorn {package}.wsgi:application --bind 0.0.0.0:$PORT --threads 8"
    elif has_asgi:
        asgi = next((line for server, line in _ASGI if server in packages.names), None)
        line = asgi.format(t=f"{package}.asgi:application") if asgi else line
    why = f"{packages.source} names django and manage.py is there"
    if any(re.search(r"(^|/)migrations/0\w*\.py$", path) for path in app.everything):
        return Start(f"python manage.py migrate --noinput && exec {line}", f"{why} with migrations", "django")
    return Start(line, why, "django")


def _only_script(app: App) -> str | None:
    """The one Python file in the root, when there is one."""
    scripts = [path for path in app.named(".py") if path not in ("setup.py", "conftest.py") and path.isascii()]
    return scripts[0] if len(scripts) == 1 and re.fullmatch(r"[\w.-]+", scripts[0]) else None
