"""Python: packages, entry points, servers. Nothing of the submission is imported."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.submitted import Files, detected

from kata.errors import SubmissionError
from kata.stacks import Plan
from kata.stacks.python_packages import _poetry_version as poetry_version

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
PIP = "pip install --no-cache-dir --disable-pip-version-check"

Detect = Callable[[Files], Plan]


@pytest.fixture
def plan_of(tmp_path: Path) -> Detect:
    """Detects a submission given as path -> content."""
    return partial(detected, tmp_path / "submission")


def refused(plan_of: Detect, files: Files) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        plan_of(files)
    return caught.value


@pytest.mark.parametrize(
    ("requirements", "start"),
    [
        ("fastapi\nuvicorn[standard]==0.30\n", "uvicorn main:app --host 0.0.0.0 --port $PORT"),
        ("fastapi[standard]\n", "uvicorn main:app --host 0.0.0.0 --port $PORT"),
        ("FastAPI [all] >= 0.1  # comment\n", "uvicorn main:app --host 0.0.0.0 --port $PORT"),
        ("fastapi\nhypercorn", "hypercorn main:app --bind 0.0.0.0:$PORT"),
        ("fastapi\ngranian", "granian --interface asgi --host 0.0.0.0 --port $PORT main:app"),
    ],
)
def test_the_server_among_the_packages_is_used(plan_of: Detect, requirements: str, start: str) -> None:
    assert plan_of({"requirements.txt": requirements, "main.py": APP}).start == start


def test_python_newer_than_ours_still_has_its_application_found(plan_of: Detect) -> None:
    """`kata` may run on an older Python than the submission, whose syntax it then cannot read whole."""
    source = "from fastapi import FastAPI\napp = FastAPI(\n    title='x',\n)\ndef of(:= newer syntax) -> None: ...\n"
    plan = plan_of({"requirements.txt": "fastapi\nuvicorn\n", "main.py": source})
    assert plan.start == "uvicorn main:app --host 0.0.0.0 --port $PORT"


@pytest.mark.parametrize(
    ("requirements", "start"),
    [
        ("flask", "flask --app main:app run --host 0.0.0.0 --port $PORT"),
        ("flask\ngunicorn", "gunicorn main:app --bind 0.0.0.0:$PORT --threads 8"),
        ("flask\nwaitress", "waitress-serve --listen=0.0.0.0:$PORT main:app"),
    ],
)
def test_flask_serves_itself_where_no_server_is_named(plan_of: Detect, requirements: str, start: str) -> None:
    assert plan_of({"requirements.txt": requirements, "main.py": FLASK}).start == start


def test_an_asgi_framework_without_a_server_is_told_the_line_to_add(plan_of: Detect) -> None:
    error = refused(plan_of, {"requirements.txt": "fastapi\n", "main.py": APP})
    assert "no server" in error.message
    assert error.hint == "Add a line to requirements.txt: uvicorn"


def test_a_framework_that_no_list_names_is_told_what_to_list(plan_of: Detect) -> None:
    assert "fastapi\nuvicorn" in refused(plan_of, {"main.py": APP}).hint


def test_a_list_that_does_not_name_the_framework_is_said_not_to(plan_of: Detect) -> None:
    error = refused(plan_of, {"main.py": APP, "requirements.txt": "httpx\n"})
    assert error.message == "main.py uses fastapi, and requirements.txt does not name it."
    assert error.hint == "Add to requirements.txt:\nfastapi\nuvicorn"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Pipfile", "`pipenv requirements > requirements.txt`"),
        ("requirement.txt", "Did you mean requirements.txt instead of requirement.txt?"),
        ("Requirements.txt", "Did you mean requirements.txt instead of Requirements.txt?"),
        ("requirments.txt", "Did you mean requirements.txt instead of requirments.txt?"),
        ("notes.txt", "Add to requirements.txt"),
    ],
)
def test_a_list_that_is_not_read_is_pointed_at(plan_of: Detect, name: str, hint: str) -> None:
    assert hint in refused(plan_of, {"main.py": APP, name: "fastapi\nuvicorn\n"}).hint


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_list_written_by_powershell_is_read(plan_of: Detect, encoding: str) -> None:
    """`pip freeze > requirements.txt` writes UTF-16 there, and pip reads it."""
    plan = plan_of({"main.py": APP, "requirements.txt": "fastapi==0.115\r\nuvicorn\r\n".encode(encoding)})
    assert plan.start == "uvicorn main:app --host 0.0.0.0 --port $PORT"


@pytest.mark.parametrize("lock", ["version = 1\n", None])
def test_a_lock_file_that_pins_nothing_is_warned_of(plan_of: Detect, lock: str | None) -> None:
    """Else other versions than at home are installed without a word."""
    text = '[project]\ndependencies = ["fastapi", "uvicorn"]\n'
    many = "".join(f'[[package]]\nname = "package-{number:04}"\nversion = "1.0.0"\n' for number in range(2000))
    plan = plan_of({"pyproject.toml": text, "uv.lock": lock or many, "main.py": APP})
    assert "uv.lock is not used" in plan.warnings[0]


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({"main.py": APP}, "main:app"),
        ({"server.py": APP}, "server:app"),
        ({"books.py": APP}, "books:app"),
        ({"main.py": APP, "app.py": APP}, "main:app"),
        ({"app.py": APP, "books.py": APP, "app/main.py": APP}, "app:app"),
        ({"app/main.py": APP, "app/__init__.py": ""}, "app.main:app"),
        ({"app/__init__.py": APP}, "app:app"),
        ({"src/main.py": APP}, "src.main:app"),
        ({"main.py": "import fastapi as f\napi = f.FastAPI()\n"}, "main:api"),
        ({"main.py": "from fastapi import FastAPI as F\nx = F()\napp: F = F()\n"}, "main:app"),
        ({"main.py": "try:\n    from fastapi import FastAPI\n    app = FastAPI()\nfinally:\n    pass\n"}, "main:app"),
        ({"main.py": "from shop.web import create_app\napp = create_app()\n", "shop/web.py": FACTORY}, "main:app"),
        ({"main.py": FACTORY + "application = create_app()\n"}, "main:application"),
        ({"tests/main.py": APP, "test_main.py": APP, "conftest.py": APP, "zoo.py": APP}, "zoo:app"),
        ({"main.py": "app = (\n", "zoo.py": APP}, "zoo:app"),
        ({"main.py": b"\xff\xfe\x00", "zoo.py": APP}, "zoo:app"),
        ({"my main.py": APP, "zoo.py": APP}, "zoo:app"),
    ],
)
def test_the_application_is_found(plan_of: Detect, files: Files, target: str) -> None:
    assert f" {target} " in plan_of({"requirements.txt": "fastapi\nuvicorn\nflask", **files}).start


@pytest.mark.parametrize(
    "main",
    [
        "def app():\n    from fastapi import FastAPI\n    app = FastAPI()\n",
        "# app = FastAPI()\nx = 'from fastapi import FastAPI; app = FastAPI()'\n",
        "from mine import FastAPI\napp = FastAPI()\n",
        "import os\nos.system('touch /tmp/canary')\n",
    ],
)
def test_what_only_looks_like_an_application_is_a_script(plan_of: Detect, main: str) -> None:
    assert plan_of({"requirements.txt": "fastapi\nuvicorn", "main.py": main}).start == "python main.py"


def test_a_choice_among_several_is_explained(plan_of: Detect) -> None:
    plan = plan_of({"requirements.txt": "fastapi\nuvicorn", "main.py": APP, "admin.py": APP})
    assert "main.py defines app (chosen before admin.py (app) by name and place)" in plan.why


@pytest.mark.parametrize(
    ("requirements", "start"),
    [
        ("flask", "flask --app shop:create_app run --host 0.0.0.0 --port $PORT"),
        ("flask\ngunicorn", "gunicorn 'shop:create_app()' --bind 0.0.0.0:$PORT --threads 8"),
        ("flask\nwaitress", "waitress-serve --listen=0.0.0.0:$PORT --call shop:create_app"),
    ],
)
def test_a_factory_is_called_by_the_server(plan_of: Detect, requirements: str, start: str) -> None:
    assert plan_of({"requirements.txt": requirements, "shop/__init__.py": FACTORY}).start == start


def test_an_asgi_factory_is_called_by_uvicorn(plan_of: Detect) -> None:
    text = "def create_app():\n    from fastapi import FastAPI\n    return FastAPI()\n"
    plan = plan_of({"requirements.txt": "fastapi\nuvicorn", "main.py": text})
    assert plan.start == "uvicorn main:create_app --factory --host 0.0.0.0 --port $PORT"


def test_a_factory_that_needs_arguments_is_none(plan_of: Detect) -> None:
    text = FACTORY.replace("config=None", "config")
    assert plan_of({"requirements.txt": "flask", "main.py": text}).start == "python main.py"


@pytest.mark.parametrize(
    ("files", "target", "root"),
    [
        ({"src/main.py": "import db\n" + APP, "src/db.py": ""}, "main:app", "/app/src"),
        ({"src/main.py": "from src.db import x\n" + APP, "src/db.py": ""}, "src.main:app", None),
        ({"src/shop/main.py": "from shop.db import x\n" + APP, "src/shop/db.py": ""}, "shop.main:app", "/app/src"),
        ({"app/main.py": "from routers import x\n" + APP, "app/routers/x.py": ""}, "main:app", "/app/app"),
        ({"app/main.py": "from .routers import x\n" + APP, "app/routers/x.py": ""}, "app.main:app", None),
    ],
)
def test_the_folder_that_imports_start_from_is_put_on_the_path(
    plan_of: Detect, files: Files, target: str, root: str | None
) -> None:
    plan = plan_of({"requirements.txt": "fastapi\nuvicorn", **files})
    assert f" {target} " in plan.start
    assert dict(plan.environment).get("PYTHONPATH") == root


def django(**more: str) -> dict[str, str]:
    manage = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    return {"manage.py": manage, "shop/wsgi.py": "", "shop/asgi.py": "", "requirements.txt": "Django\n", **more}


@pytest.mark.parametrize(
    ("server", "start"),
    [
        ("", "python manage.py runserver 0.0.0.0:$PORT --noreload"),
        ("gunicorn", "gunicorn shop.wsgi:application --bind 0.0.0.0:$PORT --threads 8"),
        ("uvicorn", "uvicorn shop.asgi:application --host 0.0.0.0 --port $PORT"),
    ],
)
def test_django_is_served_by_what_is_installed(plan_of: Detect, server: str, start: str) -> None:
    plan = plan_of(django(**{"requirements.txt": f"Django\n{server}"}))
    assert (plan.stack, plan.start) == ("python/django", start)


def test_django_migrates_first_where_there_are_migrations(plan_of: Detect) -> None:
    plan = plan_of(django(**{"books/migrations/0001_initial.py": ""}))
    assert plan.command == ("sh", "-c", plan.start)
    assert plan.start.startswith("python manage.py migrate --noinput && exec python manage.py runserver")
    assert "with migrations" in plan.why


@pytest.mark.parametrize("name", ["main.py", "server.py", "whatever.py"])
def test_a_script_is_the_last_resort(plan_of: Detect, name: str) -> None:
    plan = plan_of({name: "import http.server\n"})
    assert (plan.stack, plan.start, plan.install) == ("python", f"python {name}", ())


def test_requirements_bring_what_they_include(plan_of: Detect) -> None:
    files = {
        "requirements.txt": "-r deps/base.txt\n-c constraints.txt\n--index-url https://x\n",
        "deps/base.txt": "fastapi\n-r more.txt\n",
        "deps/more.txt": "uvicorn\n-r ../requirements.txt\n",
        "constraints.txt": "",
        "main.py": APP,
    }
    plan = plan_of(files)
    assert set(plan.dependency_files) == {"requirements.txt", "deps/base.txt", "deps/more.txt", "constraints.txt"}
    assert plan.install == (f"{PIP} -r requirements.txt",)
    error = refused(plan_of, {**files, "requirements.txt": "flask\n-r ../../etc/passwd\n"})
    assert error.message.startswith("requirements.txt:2:")


def test_requirements_may_go_on_behind_a_backslash(plan_of: Detect) -> None:
    """As pip-compile writes hashes; an error names the line where it begins."""
    hashes = "fastapi==0.115.0 \\\n    --hash=sha256:17\nuvicorn \\\n    --hash=sha256:18\n"
    files = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "more.txt": "pyjwt\n"}
    plan = plan_of({**files, "requirements.txt": f"{hashes}-r \\\n  more.txt\n"})
    assert set(plan.dependency_files) == {"requirements.txt", "more.txt"}
    error = refused(plan_of, {**files, "requirements.txt": f"{hashes}-r \\\n  other.txt"})
    assert error.message.startswith("requirements.txt:5: other.txt is not there")


def test_requirements_that_name_the_code_itself_need_all_of_it(plan_of: Detect) -> None:
    plan = plan_of({"requirements.txt": "fastapi\nuvicorn\n-e .\n", "main.py": APP, "setup.py": ""})
    assert {"main.py", "setup.py"} <= set(plan.dependency_files)


@pytest.mark.parametrize(
    "requirements",
    [
        "wheels/foo-1-py3-none-any.whl\n",
        "foo @ file:./wheels/foo-1-py3-none-any.whl\n",
        "--no-index\n--find-links wheels\nfoo\n",
        "-f=./wheels/\nfoo\n",
    ],
)
def test_packages_that_are_files_of_the_submission_are_there_to_be_installed(
    plan_of: Detect, requirements: str
) -> None:
    wheel = "wheels/foo-1-py3-none-any.whl"
    assert wheel in plan_of({"requirements.txt": requirements, "main.py": "", wheel: "x"}).dependency_files
    elsewhere = "https://example.org/" + wheel + "\n--find-links https://example.org/wheels\n"
    assert plan_of({"requirements.txt": elsewhere, "main.py": "", wheel: "x"}).dependency_files == ("requirements.txt",)


def test_an_empty_list_installs_nothing(plan_of: Detect) -> None:
    assert plan_of({"requirements.txt": "# none\n\n", "main.py": ""}).install == ()


def test_requirements_from_powershell_are_read(plan_of: Detect) -> None:
    plan = plan_of({"requirements.txt": "fastapi\r\nuvicorn\r\n".encode("utf-16"), "main.py": APP})
    assert plan.stack == "python/fastapi"


def test_pyproject_dependencies_are_installed(plan_of: Detect) -> None:
    text = '[project]\nname = "x"\ndependencies = ["fastapi>=0.1", "uvicorn[standard]"]\n'
    plan = plan_of({"pyproject.toml": text, "main.py": APP})
    assert plan.install == (f"{PIP} 'fastapi>=0.1' 'uvicorn[standard]'",)
    assert plan.dependency_files == ("pyproject.toml",)


def test_a_lock_file_pins_versions(plan_of: Detect) -> None:
    text = '[project]\nname = "x"\ndependencies = ["fastapi", "uvicorn"]\n'
    lock = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} }}\n'
        for name, version, source in [
            ("fastapi", "0.110.0", 'registry = "https://packages.example.com/simple"'),
            ("numpy", "1.0", 'registry = "https://packages.example.com/simple"'),
            ("numpy", "2.0", 'registry = "https://packages.example.com/simple"'),
            ("x", "0.1.0", 'virtual = "."'),
        ]
    )
    plan = plan_of({"pyproject.toml": text, "uv.lock": lock, "main.py": APP})
    assert plan.install == (
        "printf '%s\\n' fastapi==0.110.0 > /tmp/constraints.txt",
        f"{PIP} fastapi uvicorn -c /tmp/constraints.txt",
    )


def test_poetry_dependencies_are_installed(plan_of: Detect) -> None:
    text = """[tool.poetry.dependencies]
python = "^3.12"
fastapi = "^0.110"
uvicorn = {version = "~0.29", extras = ["standard"]}
extra = {version = "1", optional = true}
mine = {git = "https://example.org/mine.git"}
"""
    plan = plan_of({"pyproject.toml": text, "main.py": APP})
    wanted = "'fastapi>=0.110,<0.111' 'uvicorn[standard]>=0.29,<0.30' 'mine @ git+https://example.org/mine.git'"
    assert plan.install == (f"{PIP} {wanted}",)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        ("1.2", "==1.2"),
        (">=1.2", ">=1.2"),
        ("~=1.2", "~=1.2"),
    ],
)
def test_poetry_versions_mean_what_poetry_says(version: str, expected: str) -> None:
    assert poetry_version(version) == expected


def test_a_pipfile_lock_is_installed(plan_of: Detect) -> None:
    lock = '{"default": {"flask": {"version": "==3.0"}, "gunicorn": {}}}'
    plan = plan_of({"Pipfile.lock": lock, "app.py": FLASK})
    assert plan.install == (f"{PIP} flask==3.0 gunicorn",)


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("pyproject.toml", "[project]\nname = \n", "pyproject.toml:2:"),
        ("pyproject.toml", '[project]\ndependencies = ["--evil"]\n', "pyproject.toml:"),
        ("pyproject.toml", "a" + ".a" * 5000 + " = 1\n", "pyproject.toml:1:"),
        ("Pipfile.lock", "[1]", "Pipfile.lock:"),
        ("requirements.txt", b"fl\xffask\n", "requirements.txt:1:"),
        ("requirements.txt", "x" * 600_000, "requirements.txt has"),
    ],
)
def test_broken_lists_are_refused_by_file_and_line(plan_of: Detect, name: str, text: str | bytes, where: str) -> None:
    assert refused(plan_of, {name: text, "main.py": ""}).message.startswith(where)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 90_000,
        "-" * 90_000 + "1",
        "a" + ".b" * 45_000,
        "a" + "()" * 45_000,
        "1" + "+1" * 45_000,
        "x=" * 40_000 + "1",
    ],
    ids=["parentheses", "signs", "attributes", "calls", "sums", "targets"],
)
def test_source_that_breaks_parsers_does_not_break_detection(plan_of: Detect, source: str) -> None:
    files = {"requirements.txt": "fastapi\nuvicorn", "main.py": APP}
    assert plan_of({**files, "app.py": source}).stack == "python/fastapi"
    assert plan_of({**files, "main.py": source, "zoo.py": APP}).stack == "python/fastapi"


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "git+https://example.org/framework.git\n"},
        {"requirements.txt": "./wheels/framework.whl\n"},
        {"setup.py": "from setuptools import setup\n"},
        {"pyproject.toml": '[project]\nname = "x"\ndynamic = ["dependencies"]\n'},
    ],
)
def test_packages_that_cannot_be_known_get_the_usual_server(plan_of: Detect, files: Files) -> None:
    assert plan_of({**files, "main.py": APP}).start == "uvicorn main:app --host 0.0.0.0 --port $PORT"


@pytest.mark.parametrize(
    ("requirements", "main"),
    [
        ("fastapi-users\nfastapi-cli\n", APP),
        ("flask-restful\n", FLASK),
        ("quart\n", "from quart import Quart\napp = Quart(__name__)\n"),
        ("bottle\n", "import bottle\napp = bottle.Bottle()\n"),
        ("fastapi\nuvicorn\n", "from starlette.applications import Starlette\napp = Starlette()\n"),
    ],
)
def test_packages_that_bring_others_are_enough(plan_of: Detect, requirements: str, main: str) -> None:
    assert "main:app" in plan_of({"requirements.txt": requirements, "main.py": main}).start


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[project]\ndependencies = "flask"\ndynamic = 3'},
        {"pyproject.toml": "project = 3\n[tool]\npoetry = [1]"},
        {"pyproject.toml": "[tool.poetry.dependencies]\nflask = {version = 3, extras = 3}"},
        {"pyproject.toml": '[project]\ndependencies = ["flask"]', "poetry.lock": 'package = [1, "a"]'},
        {"pyproject.toml": '[project]\ndependencies = ["flask"]', "uv.lock": "package = {a = 1}"},
        {"Pipfile.lock": '{"default": [1]}'},
    ],
)
def test_values_of_the_wrong_kind_are_none(plan_of: Detect, files: Files) -> None:
    assert plan_of({"main.py": "", **files}).start == "python main.py"


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[project]\ndependencies = ["--index-url=http://127.0.0.1/"]'},
        {"Pipfile.lock": '{"default": {"--index-url": {"version": "=http://127.0.0.1/"}}}'},
    ],
)
def test_an_option_of_pip_is_no_package(plan_of: Detect, files: Files) -> None:
    assert "dependency '--index-url=http" in refused(plan_of, {"main.py": "", **files}).message
