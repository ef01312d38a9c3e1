"""PHP: public/index.php or index.php behind PHP's own server, or Laravel's artisan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start
from kata.submission.refusal import shown

name = "php"

_ROOTS = ("public/index.php", "web/index.php", "index.php", "src/index.php")
_FRAMEWORKS = {"laravel/framework": "laravel", "slim/slim": "slim", "symfony/framework-bundle": "symfony"}
#: Official images have neither Composer nor what it unpacks with.
_COMPOSER = (
    "command -v unzip >/dev/null || { apt-get update && apt-get install -y --no-install-recommends unzip; }",
    "command -v composer >/dev/null || php -r "
    '\'copy("https://getcomposer.org/download/latest-stable/composer.phar", "/usr/local/bin/composer") || exit(1); '
    'chmod("/usr/local/bin/composer", 0755);\'',
)
#: Extensions that official images lack, and what each takes to build; asked for as "ext-..." in composer.json, or used.
_EXTENSIONS = {"pdo_pgsql": "libpq-dev", "pgsql": "libpq-dev", "pdo_mysql": "", "mysqli": ""}
#: What code writes that uses them: the scheme of a data source name, the functions, the class.
_WORDS = {"pdo_pgsql": "pgsql:", "pgsql": "pg_connect(", "pdo_mysql": "mysql:", "mysqli": "mysqli"}
_DEEPEST, _MOST_SOURCES = 6, 200
#: PHP's server answers one request at a time unless it is told to fork.
_WORKERS = (("PHP_CLI_SERVER_WORKERS", "8"),)


def recognise(app: App) -> str | None:
    """composer.json, artisan or an index.php."""
    return app.first(("composer.json", "artisan", *_ROOTS)) or next(iter(app.named(".php")), None)


def prepare(app: App) -> Preparation:
    """The extensions of PHP, and the packages by Composer, unless vendor/ is in the submission."""
    has_list = app.has("composer.json")
    package = app.json("composer.json") if has_list else {}
    extensions = _extension_lines(app, package)
    if not has_list or app.has("vendor/autoload.php"):
        return Preparation(install=extensions, variables=_WORKERS)
    flags = "--no-dev --no-interaction --no-progress --prefer-dist --no-scripts"
    install = (*extensions, *_COMPOSER, f"COMPOSER_ALLOW_SUPERUSER=1 composer install {flags}")
    if _scans_code(package):
        return Preparation(app.everything, install, installed_paths=("vendor",), variables=_WORKERS)
    files = app.all(("composer.json", "composer.lock", "auth.json"))
    return Preparation(files, install, installed_paths=("vendor",), variables=_WORKERS)


def start(app: App) -> Start | None:
    """Laravel's own command, else PHP's server in the folder of the index.php."""
    framework = _framework(app)
    if app.has("artisan"):
        line = "php artisan serve --host=0.0.0.0 --port=$PORT --no-reload"
        if app.has_folder("database/migrations"):
            line = f"php artisan migrate --force && exec {line}"
        return Start(line, "artisan is there", framework or "laravel")
    index = app.first(_ROOTS)
    if index is None:
        return _only_script(app)
    folder = index.rpartition("/")[0] or "."
    router = app.first(("router.php", f"{folder}/router.php"))
    line = f"php -S 0.0.0.0:$PORT -t {folder}"
    if router:
        return Start(f"{line} {router}", f"{index} and {router} are there", framework)
    return Start(line, f"{index} is there", framework)


def _framework(app: App) -> str:
    wanted = _table(app.json("composer.json"), "require") if app.has("composer.json") else {}
    return next((short for package, short in _FRAMEWORKS.items() if package in wanted), "")


def _extension_lines(app: App, package: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines for the extensions that composer.json asks for or that the code names."""
    named = {extension for extension in _EXTENSIONS if f"ext-{extension}" in _table(package, "require")}
    named |= _used(app)
    wanted = [extension for extension in _EXTENSIONS if extension in named]
    return tuple(
        f"php -m | grep -qix {extension} || {{ {_apt(_EXTENSIONS[extension])}docker-php-ext-install {extension}; }}"
        for extension in wanted
    )


def _used(app: App) -> set[str]:
    """The extensions whose words stand in the code."""
    sources = [path for path in app.named(".php", _DEEPEST) if not path.startswith("vendor/")][:_MOST_SOURCES]
    code = "\n".join(map(app.peek, sources))
    return {extension for extension, word in _WORDS.items() if word in code}


def _apt(package: str) -> str:
    return f"apt-get update && apt-get install -y --no-install-recommends {package} && " if package else ""


def _scans_code(package: Mapping[str, Any]) -> bool:
    """Does autoloading list the code's classes at install time, so that the code has to be there?"""
    return "classmap" in _table(package, "autoload") or "repositories" in package


def _only_script(app: App) -> Start | None:
    """The one PHP file in the root answers every request."""
    scripts = app.named(".php")
    if len(scripts) != 1 or not scripts[0].replace(".", "").replace("-", "").replace("_", "").isalnum():
        return None
    line = f"php -S 0.0.0.0:$PORT {scripts[0]}"
    return Start(line, f"{shown(scripts[0])} is the only PHP file in the root")


def _table(package: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = package.get(field)
    return value if isinstance(value, dict) else {}
