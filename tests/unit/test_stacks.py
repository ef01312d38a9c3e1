"""The order of decisions, what a plan says, and what is refused, whatever the language."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.submitted import Files, detected

from kata.engine.images import DEFAULTS
from kata.errors import SubmissionError
from kata.results import Verdict
from kata.settings import Settings, load
from kata.stacks import LANGUAGES, Plan, detect
from kata.submission import take

FASTAPI = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}
EXPRESS = {"package.json": '{"scripts": {"start": "node server.js"}}', "server.js": ""}

Detect = Callable[[Files], Plan]


@pytest.fixture
def plan_of(tmp_path: Path) -> Detect:
    """Detects a submission given as path -> content."""
    return partial(detected, tmp_path / "submission")


def refused(plan_of: Detect, files: Files) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        plan_of(files)
    assert caught.value.verdict is Verdict.REFUSED
    assert caught.value.hint
    return caught.value


def test_a_plan_says_what_why_and_how_to_change_it(plan_of: Detect) -> None:
    plan = plan_of(FASTAPI)
    line = "uvicorn main:app --host 0.0.0.0 --port $PORT"
    assert (plan.stack, plan.base, plan.start) == ("python/fastapi", "python", line)
    assert plan.why == f"requirements.txt names fastapi and main.py defines app -> python, `{line}`"
    assert plan.override == f'start = "{line}"'
    assert plan.command == ("sh", "-c", f"exec {line}")
    assert plan.port == 8000


def test_the_port_can_be_given_by_the_caller_and_by_kata_toml(plan_of: Detect, tmp_path: Path) -> None:
    assert plan_of({**FASTAPI, "kata.toml": "port = 5000"}).port == 5000
    with take(tmp_path / "submission") as snapshot:
        assert detect(snapshot, Settings(), port=9000).port == 9000


def test_a_dockerfile_comes_first(plan_of: Detect) -> None:
    plan = plan_of({**FASTAPI, "Dockerfile": "FROM python\n"})
    assert (plan.stack, plan.dockerfile, plan.base, plan.command) == ("dockerfile", "Dockerfile", None, None)
    assert plan.install == plan.dependency_files == ()
    assert plan.override == 'stack = "python"'


@pytest.mark.parametrize(
    ("lines", "port"),
    [
        ("EXPOSE 3000", 3000),
        ("expose 3000/tcp", 3000),
        ("EXPOSE 3000 3000", 3000),
        ("EXPOSE 80 443", 8000),
        ("EXPOSE 1-65535", 8000),
        ("EXPOSE $PORT", 8000),
        ("EXPOSE 99999999999999999", 8000),
        ("EXPOSE 53/udp", 8000),
        ("# EXPOSE 3000", 8000),
        ("", 8000),
    ],
)
def test_the_one_exposed_port_is_used(plan_of: Detect, lines: str, port: int) -> None:
    assert plan_of({"Dockerfile": f"FROM x\n{lines}\n"}).port == port


@pytest.mark.parametrize("name", ["dockerfile", "Containerfile"])
def test_other_spellings_of_a_dockerfile_are_built(plan_of: Detect, name: str) -> None:
    assert plan_of({**FASTAPI, name: "FROM x"}).dockerfile == name


def test_kata_toml_starts_an_image_of_ones_own(plan_of: Detect) -> None:
    plan = plan_of({"Dockerfile": "FROM x\nEXPOSE 3000", "kata.toml": 'start = "serve --all"\nport = 4000'})
    assert plan.command == ("sh", "-c", "exec serve --all")
    assert plan.port == 4000


def test_kata_toml_names_another_dockerfile(plan_of: Detect) -> None:
    files = {**FASTAPI, "docker/prod.Dockerfile": "FROM x", "kata.toml": 'dockerfile = "./docker/prod.Dockerfile"'}
    assert plan_of(files).dockerfile == "docker/prod.Dockerfile"
    assert "no such file" in refused(plan_of, {**FASTAPI, "kata.toml": 'dockerfile = "../Dockerfile"'}).message


def test_kata_toml_passes_a_dockerfile_over(plan_of: Detect) -> None:
    plan = plan_of({**FASTAPI, "Dockerfile": "FROM x", "kata.toml": 'stack = "python"'})
    assert (plan.stack, plan.dockerfile) == ("python/fastapi", None)
    assert "no Dockerfile" in refused(plan_of, {**FASTAPI, "kata.toml": 'stack = "dockerfile"'}).message


def test_an_unknown_stack_gets_a_suggestion(plan_of: Detect) -> None:
    assert refused(plan_of, {**FASTAPI, "kata.toml": 'stack = "pyhton"'}).hint == "Did you mean python?"
    assert "ruby" in refused(plan_of, {**FASTAPI, "kata.toml": 'stack = "cobol"'}).hint


def test_kata_toml_comes_before_the_procfile_and_that_before_detection(plan_of: Detect) -> None:
    files = {**FASTAPI, "Procfile": "release: ./migrate\nweb: uvicorn main:app --port $PORT\nworker: x\n"}
    plan = plan_of(files)
    assert plan.start == "uvicorn main:app --port $PORT"
    assert plan.why.startswith("Procfile names the web command")
    assert plan.install
    plan = plan_of({**files, "kata.toml": 'start = "python main.py"'})
    assert plan.start == "python main.py"
    assert plan.why.startswith("kata.toml gives the start line")


def test_a_start_line_needs_no_entry_point(plan_of: Detect) -> None:
    files = {"requirements.txt": "fastapi\n", "odd/name.py": "", "kata.toml": 'start = "python -m odd.name"'}
    assert plan_of(files).start == "python -m odd.name"


def test_kata_toml_installs_instead_of_detection(plan_of: Detect) -> None:
    plan = plan_of({**FASTAPI, "kata.toml": 'install = ["pip install -r other.txt"]', "other.txt": "x"})
    assert plan.install == ("pip install -r other.txt",)
    assert "other.txt" in plan.dependency_files
    plan = plan_of({**FASTAPI, "kata.toml": 'install = ""'})
    assert plan.install == plan.dependency_files == ()


def test_everything_else_of_kata_toml_is_in_the_plan(plan_of: Detect) -> None:
    text = 'health = "/up"\nbase_path = "/api"\n[environment]\nRACK_ENV = "test"\n[services]\ndatabase = "mysql"\n'
    plan = plan_of({"config.ru": "", "kata.toml": text})
    assert (plan.health, plan.base_path, plan.services) == ("/up", "/api", (("database", "mysql"),))
    assert dict(plan.environment)["RACK_ENV"] == "test"
    assert len(dict(plan.environment)) == len(plan.environment)


def test_a_package_list_counts_more_than_source_files(plan_of: Detect) -> None:
    assert plan_of({**EXPRESS, "tool.py": "print()"}).base == "node"


def test_a_list_without_anything_to_start_counts_less(plan_of: Detect) -> None:
    assert plan_of({"package.json": '{"devDependencies": {"vite": "6"}}', **FASTAPI}).base == "python"
    assert plan_of({"composer.json": "{}", "public/index.php": "", "package.json": "{}"}).base == "php"


def test_what_is_not_recognised_says_what_was_looked_for_and_how_to_say_it(plan_of: Detect) -> None:
    error = refused(plan_of, {"notes.txt": ""})
    assert all(name in error.message for name in ("Dockerfile", "package.json", "go.mod"))
    assert 'start = "the command"' in error.hint


@pytest.mark.parametrize(
    ("files", "language"),
    [
        ({"Cargo.toml": "[package]", "src/main.rs": ""}, "Rust"),
        ({"api.csproj": "<Project/>", "Program.cs": ""}, ".NET"),
        ({"deno.json": "{}", "main.ts": "Deno.serve()"}, "Deno"),
        ({"mix.exs": "", "lib/shop.ex": ""}, "Elixir"),
        ({"package.json": '{"scripts": {"start": "bun run index.ts"}}', "index.ts": ""}, "Bun"),
        ({"package.json": '{"scripts": {"start": "PORT=1 bun index.ts"}}', "index.ts": ""}, "Bun"),
    ],
)
def test_a_language_without_an_image_is_named(plan_of: Detect, files: Files, language: str) -> None:
    error = refused(plan_of, files)
    assert f"this looks like {language}, and kata has no image for it" in error.message
    assert "Add a Dockerfile" in error.hint
    assert plan_of({**files, "Dockerfile": "FROM x"}).stack == "dockerfile"


@pytest.mark.parametrize(
    "package",
    [
        '{"scripts": {"start": "bun index.ts"}, "dependencies": {"bun": "1"}}',
        '{"scripts": {"start": "node bun.js"}}',
        '{"scripts": {"start": "bundle-it"}}',
    ],
)
def test_bun_among_the_packages_is_there(plan_of: Detect, package: str) -> None:
    assert plan_of({"package.json": package, "index.ts": "", "bun.js": ""}).base == "node"


def test_a_foreign_file_beside_a_known_language_is_passed_over(plan_of: Detect) -> None:
    assert plan_of({**FASTAPI, "Cargo.toml": ""}).base == "python"
    assert plan_of({**EXPRESS, "deno.json": "{}"}).base == "node"


def test_a_project_in_a_folder_is_pointed_at(plan_of: Detect) -> None:
    assert "backend/" in refused(plan_of, {f"backend/{name}": text for name, text in FASTAPI.items()}).hint


def test_a_language_without_an_entry_point_asks_for_the_start_line(plan_of: Detect) -> None:
    error = refused(plan_of, {"requirements.txt": "flask\n", "lib/x.py": ""})
    assert "python" in error.message
    assert "start =" in error.hint


def test_left_out_links_are_mentioned_where_nothing_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")
    (tmp_path / "main.py").symlink_to("/srv/main.py")
    with take(tmp_path) as snapshot, pytest.raises(SubmissionError, match=r"left out: main\.py"):
        detect(snapshot)


@pytest.mark.parametrize(
    ("start", "is_exec"),
    [
        ("node server.js", True),
        ("./server --port $PORT", True),
        ("gunicorn 'app:create_app()' --bind 0.0.0.0:$PORT", True),
        ('java -jar "$(ls target/*.jar | head -n 1)"', True),
        ("python manage.py migrate && gunicorn x", False),
        ("cd src; python main.py", False),
        ("cd src", False),
        ("A=1 node server.js", False),
        ("node server.js | tee log", False),
        ("(node server.js)", False),
        ("exec node server.js", False),
        (". ./env.sh && node x", False),
        ("echo 'open", False),
    ],
)
def test_one_program_is_execed_and_shell_lines_are_left_alone(start: str, is_exec: bool) -> None:
    assert Plan("x", "", start, "node").command == ("sh", "-c", f"exec {start}" if is_exec else start)


@pytest.mark.parametrize("line", ["true\nFROM evil", "true\rx", "a\x1bb"])
def test_no_command_can_become_a_second_line_of_a_dockerfile(plan_of: Detect, line: str) -> None:
    escaped = line.encode("unicode_escape").decode().replace("\\x", "\\u00")
    refused(plan_of, {**FASTAPI, "kata.toml": f'install = "{escaped}"'})
    pyproject = f'[project]\ndependencies = ["flask; {escaped}"]\n'
    refused(plan_of, {"pyproject.toml": pyproject, "app.py": "from flask import Flask\napp = Flask(__name__)\n"})


def test_commands_fit_into_one_line_of_a_dockerfile(plan_of: Detect) -> None:
    wanted = ", ".join(f'"flask-{"x" * 90}{number}"' for number in range(500))
    files = {"pyproject.toml": f"[project]\ndependencies = [{wanted}]\n", "main.py": "print()\n"}
    assert "longer than" in refused(plan_of, files).message


@pytest.mark.parametrize("start", ['say "hi" \\ there', "naïve 'x'", "a $PORT `b`"])
def test_the_override_is_valid_toml(plan_of: Detect, start: str) -> None:
    plan = plan_of({"main.py": "", "Procfile": f"web: {start}\n"})
    assert tomllib.loads(plan.override) == {"start": start}


def test_every_right_solution_is_recognised(root: Path) -> None:
    """Each stack folder of the proofs is started by the language that its name suggests."""
    bases = {"fastapi": "python", "flask": "python", "django": "python", "python-stdlib": "python"}
    bases |= {"express": "node", "sinatra": "ruby", "php": "php", "mojolicious": "perl", "java": "java", "go": "go"}
    for folder in sorted(root.glob("tests/submissions/*/right/*")):
        if folder.name in bases:
            with take(folder) as snapshot:
                plan = detect(snapshot, load(snapshot))
            assert plan.base in (bases[folder.name], None), folder
            assert plan.why


SAMPLES: tuple[Files, ...] = (
    {"composer.json": '{"require": {"ext-pdo_pgsql": "*"}}', "public/index.php": ""},
    {"Gemfile": 'gem "pg"\ngem "puma"\n', "config.ru": ""},
    {"cpanfile": "requires 'Mojolicious';\n", "app.pl": "use Mojolicious::Lite;\n"},
    {"pom.xml": "<project>org.springframework.boot</project>"},
    {"build.gradle": "id 'org.springframework.boot'", "gradlew": ""},
    {"src/A.java": "class A { static void main(String[] a) {} }", "src/B.java": "class B {}"},
    {"go.mod": "module x\n", "cmd/api/main.go": "package main\n"},
    {"pnpm-lock.yaml": "", "package.json": '{"main": "x.js", "dependencies": {"a": "1"}}', "x.js": ""},
)


@pytest.mark.parametrize("files", [FASTAPI, EXPRESS, *SAMPLES], ids=lambda files: next(iter(files)))
def test_every_line_is_valid_shell(plan_of: Detect, files: Files) -> None:
    """`sh -n` reads a line without running it."""
    plan = plan_of(files)
    for line in (*plan.install, *plan.build, plan.start):
        subprocess.run(["sh", "-n", "-c", f"{{ {line}; }}"], check=True)


def test_languages_have_the_names_of_their_images() -> None:
    assert {language.name for language in LANGUAGES} <= set(DEFAULTS)
