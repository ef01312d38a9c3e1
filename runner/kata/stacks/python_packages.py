"""Which Python packages a submission asks for, and the pip lines that install them."""

from __future__ import annotations

import difflib
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kata.safe import safe_line
from kata.stacks.app import App
from kata.submission.refusal import refused, shown

_PIP = "pip install --no-cache-dir --disable-pip-version-check"
_LISTS = ("requirements.txt", "requirements/production.txt", "requirements/prod.txt", "requirements/base.txt")
_MOST_LISTS = 20
_LONGEST_PINS = 20_000

_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_INCLUDE = re.compile(r"(-r|--requirement|-c|--constraint)[\s=]*(\S+)")
_LOCAL = re.compile(r"(-e|--editable)\b|\.{0,2}/|\.$|file:")
#: What may be a path: of a folder with packages, or of one package.
_PLACE = re.compile(r"(?:-f|--find-links)[\s=]*(\S+)|(?:^|@\s*)(?:file:(?://)?)?(\S*/\S*|\S+\.(?:whl|zip|tar\.gz))")

#: Extras that bring a server with them.
_BRINGS = {("fastapi", "standard"): "uvicorn", ("fastapi", "all"): "uvicorn"}
#: Packages that bring a server under another name.
_CARRIERS = {"fastapi-cli": "uvicorn", "quart": "hypercorn"}


@dataclass(frozen=True)
class Packages:
    """`source` is the file that names them ("" for none), `names` are normalised as PyPI does (PEP 503).

    `certain` is False when something without a name of its own is installed too, which may bring anything.
    `warnings` tell what makes these packages differ from those at home.
    """

    source: str = ""
    names: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    certain: bool = True
    warnings: tuple[str, ...] = ()

    def bring(self, package: str) -> bool:
        """Will `package` be installed? Extensions such as flask-sqlalchemy bring what they extend."""
        return package in self.names or any(name.startswith(f"{package}-") for name in self.names)


def read(app: App) -> Packages:
    """What requirements.txt names, else pyproject.toml, Pipfile.lock or setup.py. Raises SubmissionError."""
    listed = app.first(_LISTS)
    if listed:
        return _from_requirements(app, listed)
    if app.has("pyproject.toml"):
        return _from_pyproject(app)
    if app.has("Pipfile.lock"):
        return _from_pipfile(app)
    return _from_the_code(app, "setup.py") if app.has("setup.py") else Packages()


def unread_list(app: App) -> str:
    """What to do with a list of packages that is there but is not read: a Pipfile, a misspelt name; "" for none."""
    if app.has("Pipfile"):
        return (
            "Pipfile is there, but kata reads requirements.txt, pyproject.toml or Pipfile.lock: "
            "`pipenv requirements > requirements.txt`, or submit Pipfile.lock as well."
        )
    names = {path.lower(): path for path in app.named(".txt")}
    near = difflib.get_close_matches("requirements.txt", names, n=1, cutoff=0.85)
    return f"Did you mean requirements.txt instead of {shown(names[near[0]])}? Rename it." if near else ""


def normal(name: str) -> str:
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _from_requirements(app: App, listed: str) -> Packages:
    files: list[str] = []
    lines = _requirement_lines(app, listed, files)
    names = _names(lines)
    install = (f"{_PIP} -r {listed}",) if lines else ()
    if any(_is_local(app, line) for line in lines):
        return Packages(listed, names, app.everything, install, certain=False)
    return Packages(listed, names, tuple(files), install, certain="://" not in "".join(lines))


def _from_the_code(app: App, source: str) -> Packages:
    """The code is a package that says itself what it needs."""
    return Packages(source, frozenset(), app.everything, (f"{_PIP} .",), certain=False)


def _requirement_lines(app: App, path: str, files: list[str]) -> list[str]:
    """The requirements in `path` and in what it includes; `files` collects the paths."""
    if path in files or len(files) >= _MOST_LISTS:
        return []
    files.append(path)
    requirements: list[str] = []
    for number, line in _joined(app.text(path)):
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        included = _INCLUDE.match(line)
        if included:
            inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), included[2]))
            if not app.has(inner):
                raise refused(f"{shown(path)}:{number}: {shown(inner)} is not there.", "Add it or drop the line.")
            requirements += _requirement_lines(app, inner, files)
        elif line and (not line.startswith("-") or _is_local(app, line)):
            requirements.append(line)
    return requirements


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """(number, line), where a backslash at the end of a line joins it with the next, as pip reads it."""
    begun, first = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        first = first if begun else number
        if line.endswith("\\"):
            begun += line[:-1] + " "
        else:
            yield first, begun + line
            begun = ""
    if begun:
        yield first, begun


def _is_local(app: App, line: str) -> bool:
    """Does a line of requirements need files of the submission?"""
    place = _PLACE.search(line)
    path = posixpath.normpath(place[1] or place[2]) if place else ""
    return bool(_LOCAL.match(line)) or app.has(path) or app.has_folder(path)


def _from_pyproject(app: App) -> Packages:
    data = app.toml("pyproject.toml")
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    wanted = project.get("dependencies")
    if "dependencies" in _list(project, "dynamic"):
        return _from_the_code(app, "pyproject.toml")
    if not isinstance(wanted, list):
        wanted = _poetry_requirements(_table(poetry, "dependencies"))
    requirements = [str(requirement) for requirement in wanted]
    _must_be_packages("pyproject.toml", requirements)
    lock = app.first(("uv.lock", "poetry.lock"))
    install = _pip_lines(requirements, _pins(app, lock) if lock else [])
    files = app.all(("pyproject.toml", lock or ""))
    warnings = (_unpinned(lock),) if lock and len(install) == 1 else ()
    return Packages("pyproject.toml", _names(requirements), files, install, warnings=warnings)


def _unpinned(lock: str) -> str:
    return (
        f"{lock} is not used, because it pins nothing or too much for kata to read: the newest versions that fit are "
        "installed, and they may differ from yours. A requirements.txt with exact versions would be used."
    )


def _from_pipfile(app: App) -> Packages:
    default = _table(app.json("Pipfile.lock"), "default")
    requirements = [name + str(entry.get("version", "")) for name, entry in default.items() if isinstance(entry, dict)]
    _must_be_packages("Pipfile.lock", requirements)
    return Packages("Pipfile.lock", _names(requirements), ("Pipfile.lock",), _pip_lines(requirements, []))


def _must_be_packages(source: str, requirements: list[str]) -> None:
    """Refuse what pip would not take for a package, but for one of its options."""
    for requirement in requirements:
        if not _NAME.match(requirement):
            raise refused(f"{source}: dependency {safe_line(requirement, 60)!r} is not one.", "See PEP 508.")


def _pip_lines(requirements: list[str], pins: list[str]) -> tuple[str, ...]:
    if not requirements:
        return ()
    line = f"{_PIP} {shlex.join(requirements)}"
    pinning = f"printf '%s\\n' {shlex.join(pins)} > /tmp/constraints.txt"
    if not pins or len(pinning) > _LONGEST_PINS:
        return (line,)
    return (pinning, f"{line} -c /tmp/constraints.txt")


def _pins(app: App, lock: str) -> list[str]:
    """`name==version` for every package that the lock file names once, from a registry."""
    versions: dict[str, set[str]] = {}
    for package in _list(app.toml(lock), "package"):
        if not isinstance(package, dict):
            continue
        source = package.get("source", {})
        if isinstance(source, dict) and source.keys() <= {"registry"} and "version" in package:
            versions.setdefault(str(package.get("name")), set()).add(str(package["version"]))
    return sorted(f"{name}=={min(found)}" for name, found in versions.items() if len(found) == 1)


def _poetry_requirements(dependencies: Mapping[str, Any]) -> list[str]:
    return [
        _poetry_requirement(name, entry if isinstance(entry, dict) else {"version": entry})
        for name, entry in dependencies.items()
        if name != "python" and not (isinstance(entry, dict) and entry.get("optional"))
    ]


def _poetry_requirement(name: str, entry: Mapping[str, Any]) -> str:
    """A Poetry dependency in PEP 508 form (https://python-poetry.org/docs/dependency-specification/)."""
    wanted = ",".join(map(str, _list(entry, "extras")))
    extras = f"[{wanted}]" if wanted else ""
    if "git" in entry:
        return f"{name}{extras} @ git+{entry['git']}"
    if "version" not in entry:
        raise refused(f"pyproject.toml: dependency {safe_line(name, 60)!r} names no version.", "Give it one.")
    return name + extras + ",".join(_poetry_version(part.strip()) for part in str(entry["version"]).split(","))


def _poetry_version(version: str) -> str:
    """One of ^1.2, ~1.2, *, 1.2, >=1.2 as a PEP 440 specifier."""
    if version == "*":
        return ""
    if version[:1] not in "^~" or version.startswith("~="):
        return version if version[:1] in "<>=!~" else f"=={version}"
    numbers = [int(part) for part in re.findall(r"\d{1,9}", version)] or [0]
    if version[0] == "^":
        kept = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    else:
        kept = min(1, len(numbers) - 1)
    above = ".".join(map(str, [*numbers[:kept], numbers[kept] + 1]))
    return f">={version[1:].strip()},<{above}"


def _names(requirements: Iterable[str]) -> frozenset[str]:
    names: set[str] = set()
    for requirement in requirements:
        match = _NAME.match(requirement)
        if match:
            name = normal(match[1])
            extras = re.findall(r"[\w-]+", match[2] or "")
            names |= {name, *(_BRINGS[name, extra] for extra in extras if (name, extra) in _BRINGS)}
    return frozenset(names | {_CARRIERS[name] for name in names if name in _CARRIERS})


def _table(data: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The table at `path`, empty when there is none or it is something else."""
    for part in path:
        inner = data.get(part)
        data = inner if isinstance(inner, dict) else {}
    return data


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    """The list called `name`, empty when there is none or it is something else."""
    found = data.get(name)
    return found if isinstance(found, list) else []
