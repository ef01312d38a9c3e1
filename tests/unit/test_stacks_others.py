"""PHP, Ruby, Perl, Java and Go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from tests.submitted import Files, detected

from kata.errors import SubmissionError
from kata.stacks import Plan

MAIN = "public class Main { public static void main(String[] arguments) {} }"

Detect = Callable[[Files], Plan]


@pytest.fixture
def plan_of(tmp_path: Path) -> Detect:
    """Detects a submission given as path -> content."""
    return partial(detected, tmp_path / "submission")


@pytest.mark.parametrize(
    ("files", "stack", "start"),
    [
        ({"public/index.php": "", "index.php": ""}, "php", "php -S 0.0.0.0:$PORT -t public"),
        ({"index.php": "", "users.php": ""}, "php", "php -S 0.0.0.0:$PORT -t ."),
        ({"api.php": ""}, "php", "php -S 0.0.0.0:$PORT api.php"),
        (
            {"composer.json": '{"require": {"slim/slim": "4"}}', "public/index.php": ""},
            "php/slim",
            "php -S 0.0.0.0:$PORT -t public",
        ),
        (
            {"artisan": "", "public/index.php": ""},
            "php/laravel",
            "php artisan serve --host=0.0.0.0 --port=$PORT --no-reload",
        ),
        ({"config.ru": ""}, "ruby/rack", "rackup --host 0.0.0.0 --port $PORT"),
        (
            {"config.ru": "", "Gemfile": 'gem "puma"'},
            "ruby/rack",
            "bundle exec puma --bind tcp://0.0.0.0:$PORT --threads 8:8",
        ),
        ({"app.rb": "require 'sinatra'\n"}, "ruby/sinatra", "ruby app.rb -o 0.0.0.0 -p $PORT"),
        ({"app.rb": "require 'sinatra/base'\n"}, "ruby/sinatra", "ruby app.rb"),
        ({"server.rb": "require 'webrick'\n"}, "ruby", "ruby server.rb"),
        (
            {"Gemfile": "gem 'rails'", "config/application.rb": "", "config.ru": ""},
            "ruby/rails",
            "bundle exec rails server -b 0.0.0.0 -p $PORT",
        ),
        ({"app.pl": "use Mojolicious::Lite;"}, "perl/mojolicious", "perl app.pl daemon -l http://0.0.0.0:$PORT"),
        (
            {"cpanfile": "", "script/shop": "Mojolicious::Commands->start_app('Shop');"},
            "perl/mojolicious",
            "perl script/shop daemon -l http://0.0.0.0:$PORT",
        ),
        ({"app.psgi": ""}, "perl/psgi", "plackup --host 0.0.0.0 --port $PORT app.psgi"),
        (
            {"app.psgi": "", "cpanfile": "requires 'Starman';"},
            "perl/psgi",
            "starman --listen 0.0.0.0:$PORT --workers 4 app.psgi",
        ),
        ({"server.pl": "use HTTP::Daemon;"}, "perl", "perl server.pl"),
        ({"Main.java": MAIN}, "java", "java Main.java"),
        ({"Main.java": MAIN, "lib/pg.jar": ""}, "java", 'java -cp "lib/*:$CLASSPATH" Main.java'),
        ({"pom.xml": "quarkus"}, "java/quarkus", None),
        ({"pom.xml": "org.springframework.boot"}, "java/spring-boot", None),
        ({"build.gradle.kts": ""}, "java", None),
        ({"main.go": "package main\n"}, "go", "./.kata/server"),
        ({"go.mod": "require github.com/go-chi/chi/v5", "main.go": "package main\n"}, "go/chi", "./.kata/server"),
    ],
)
def test_the_start_is_found(plan_of: Detect, files: Files, stack: str, start: str | None) -> None:
    plan = plan_of(files)
    assert plan.stack == stack
    assert start is None or plan.start == start
    assert plan.base == stack.split("/")[0]


@pytest.mark.parametrize("files", [{"index.php": ""}, {"app.rb": ""}, {"app.pl": ""}, {"Main.java": MAIN}])
def test_without_a_package_list_nothing_is_installed(plan_of: Detect, files: Files) -> None:
    assert plan_of(files).install == ()


def test_composer_installs_what_the_lock_says(plan_of: Detect) -> None:
    plan = plan_of({"composer.json": "{}", "composer.lock": "{}", "index.php": ""})
    assert plan.dependency_files == ("composer.json", "composer.lock")
    assert "composer install --no-dev" in plan.install[-1]
    assert plan.installed_paths == ("vendor",)


def test_a_vendor_folder_in_the_submission_is_taken(plan_of: Detect) -> None:
    assert plan_of({"composer.json": "{}", "vendor/autoload.php": "", "index.php": ""}).install == ()


def test_php_answers_several_requests_at_once(plan_of: Detect) -> None:
    assert ("PHP_CLI_SERVER_WORKERS", "8") in plan_of({"index.php": ""}).environment


def test_extensions_of_php_are_built_where_they_lack(plan_of: Detect) -> None:
    plan = plan_of({"composer.json": '{"require": {"ext-pdo_pgsql": "*", "ext-json": "*"}}', "index.php": ""})
    assert plan.install[0].startswith("php -m | grep -qix pdo_pgsql ||")
    assert not any("ext-json" in line for line in plan.install)


@pytest.mark.parametrize(
    ("code", "extensions"),
    [
        ("<?php new PDO('pgsql:host=database', $user, $password);", ["pdo_pgsql"]),
        ("<?php $connection = pg_connect($url);", ["pgsql"]),
        ("<?php new PDO('mysql:host=database');", ["pdo_mysql"]),
        ("<?php new mysqli($host);", ["mysqli"]),
        ("<?php new PDO('sqlite::memory:');", []),
    ],
)
def test_extensions_that_the_code_uses_are_built_without_composer(
    plan_of: Detect, code: str, extensions: list[str]
) -> None:
    """Official images have none of them, and plain PHP has no list of what it needs."""
    plan = plan_of({"public/index.php": "<?php", "src/database.php": code, "vendor/x/y.php": "mysqli pg_connect("})
    assert [line.split()[5] for line in plan.install] == extensions
    assert plan.dependency_files == ()


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"public/index.php": "", "router.php": ""}, "php -S 0.0.0.0:$PORT -t public router.php"),
        ({"public/index.php": "", "public/router.php": ""}, "php -S 0.0.0.0:$PORT -t public public/router.php"),
        ({"index.php": "", "router.php": ""}, "php -S 0.0.0.0:$PORT -t . router.php"),
    ],
)
def test_a_router_script_is_used(plan_of: Detect, files: Files, line: str) -> None:
    """Without it PHP's server answers a path such as /users/a.b with its own error page."""
    assert plan_of(files).start == line


def test_bundler_takes_what_the_image_has_first(plan_of: Detect) -> None:
    plan = plan_of({"Gemfile": 'gem "sinatra"', "Gemfile.lock": "", "config.ru": ""})
    assert plan.install[0].startswith("BUNDLE_WITHOUT=development:test bundle install --local --quiet")
    assert plan.dependency_files == ("Gemfile", "Gemfile.lock")
    assert ("RACK_ENV", "production") in plan.environment


def test_rails_prepares_its_database(plan_of: Detect) -> None:
    files = {"Gemfile": "gem 'rails'", "config/application.rb": "", "db/migrate/1_x.rb": ""}
    assert plan_of(files).start.startswith("bundle exec rails db:prepare && exec")


def test_cpanm_installs_the_cpanfile(plan_of: Detect) -> None:
    plan = plan_of({"cpanfile": "requires 'Mojolicious';", "app.pl": "use Mojolicious::Lite;"})
    assert (plan.install, plan.dependency_files) == (("cpanm --notest --quiet --installdeps .",), ("cpanfile",))


def test_several_java_files_are_compiled(plan_of: Detect) -> None:
    files = {
        "src/main/java/shop/Shop.java": "package shop;\nclass Shop {}",
        "src/main/java/shop/ShopServer.java": "package shop;\nclass ShopServer { static void main(String[] a) {} }",
        "src/test/java/ShopTest.java": MAIN,
    }
    plan = plan_of(files)
    assert plan.start == 'java -cp ".kata/classes:$CLASSPATH" shop.ShopServer'
    assert "javac" in plan.build[0]


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"pom.xml": ""}, "mvn -q"),
        ({"pom.xml": "", "mvnw": ""}, "sh mvnw -q"),
        ({"build.gradle": ""}, "gradle --no-daemon"),
        ({"build.gradle": "", "gradlew": ""}, "sh gradlew --no-daemon"),
    ],
)
def test_java_build_tools_run_with_the_code(plan_of: Detect, files: Files, tool: str) -> None:
    assert tool in plan_of(files).build[-1]


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({"main.go": "package main\n", "cmd/x/main.go": "package main\n"}, "."),
        (
            {"shop.go": "package shop\n", "cmd/api/main.go": "package main\n", "cmd/a/main.go": "package main\n"},
            "./cmd/api",
        ),
        ({"internal/x.go": "package x\n", "tools/t.go": "package main\n", "cmd/z/m.go": "package main\n"}, "./cmd/z"),
    ],
)
def test_the_main_package_of_go_is_found(plan_of: Detect, files: Files, package: str) -> None:
    plan = plan_of({"go.mod": "module x\n", **files})
    assert plan.build[0].endswith(f"go build -buildvcs=false -o .kata/server {package}")
    assert plan.install[-1] == "go mod download"


def test_go_without_a_module_is_built_the_old_way(plan_of: Detect) -> None:
    plan = plan_of({"main.go": "package main\n"})
    assert "GO111MODULE=off go build" in plan.build[0]
    assert len(plan.install) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.rb", "\n" * 400_000),
        ("Gemfile", "gem" + " " * 400_000),
        ("app.pl", "use " * 100_000),
        ("app.rb", "require" + " " * 400_000),
        ("Procfile", "web:" + " " * 400_000),
        ("package.json", '{"scripts": {"start": "node' + " -a" * 130_000 + '"}}'),
        ("requirements.txt", "a" + " " * 400_000 + "["),
        ("manage.py", "DJANGO_SETTINGS_MODULE'" + " " * 400_000),
        ("Main.java", "package " + " " * 400_000 + MAIN),
        ("go.mod", "=>" + " " * 400_000),
        ("Dockerfile", "EXPOSE" + " \t" * 200_000),
    ],
)
def test_no_text_makes_detection_slow(plan_of: Detect, name: str, text: str) -> None:
    """Every expression is linear; with one that is not, these would take hours."""
    with suppress(SubmissionError):
        plan_of({name: text})
