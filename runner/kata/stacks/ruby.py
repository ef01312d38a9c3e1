"""Ruby: Rails, a config.ru behind Puma or rackup, or a Sinatra file that serves by itself."""

from __future__ import annotations

import re

from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start

name = "ruby"

_SCRIPTS = ("app.rb", "server.rb", "main.rb", "api.rb")
_GEM = re.compile(r"^[ \t]*gem[ \t(]*['\"]([\w.-]+)['\"]", re.MULTILINE)
_CLASSIC_SINATRA = re.compile(r"^[ \t]*require[ \t(]*['\"]sinatra['\"]", re.MULTILINE)
_SINATRA = re.compile(r"^[ \t]*require[ \t(]*['\"]sinatra(/base)?['\"]", re.MULTILINE)
#: Error pages for people, automatic reloading and checks of the Host header belong to development.
_PRODUCTION = (("RACK_ENV", "production"), ("APP_ENV", "production"))
_COMPILED = {"pg", "mysql2", "bcrypt", "puma", "nokogiri", "sqlite3", "redis-client", "hiredis"}
_APT = "apt-get update && apt-get install -y --no-install-recommends"
_BUILD_PACKAGES = "build-essential pkg-config libpq-dev default-libmysqlclient-dev libsqlite3-dev libyaml-dev"
_WITHOUT = ("BUNDLE_WITHOUT", "development:test")


def recognise(app: App) -> str | None:
    """Gemfile, config.ru or a Ruby file with the name of an entry point."""
    return app.first(("Gemfile", "config.ru", *_SCRIPTS))


def prepare(app: App) -> Preparation:
    """The gems of the Gemfile, installed by Bundler."""
    if not app.has("Gemfile"):
        return Preparation(variables=_PRODUCTION)
    files = app.all(("Gemfile", "Gemfile.lock", ".ruby-version"))
    if re.search(r"\bgemspec\b|\bpath:", app.text("Gemfile")):
        files = app.everything
    if _is_rails(app):
        return Preparation(files, _install_lines(app, ""))
    return Preparation(files, _install_lines(app, f"{_WITHOUT[0]}={_WITHOUT[1]} "), variables=(*_PRODUCTION, _WITHOUT))


def start(app: App) -> Start | None:
    """Rails, then config.ru, then a script."""
    bundled = "bundle exec " if app.has("Gemfile") else ""
    if _is_rails(app):
        line = f"{bundled}rails server -b 0.0.0.0 -p $PORT"
        if app.has_folder("db/migrate"):
            line = f"{bundled}rails db:prepare && exec {line}"
        return Start(line, "config/application.rb is there", "rails")
    if app.has("config.ru"):
        return _from_rackup(app, bundled)
    script = app.first(_SCRIPTS)
    return _from_script(app, bundled, script) if script else None


def _from_rackup(app: App, bundled: str) -> Start:
    framework = "sinatra" if _gems(app) & {"sinatra"} or _uses_sinatra(app) else "rack"
    if "puma" in _gems(app):
        line = f"{bundled}puma --bind tcp://0.0.0.0:$PORT --threads 8:8"
        return Start(line, "the Gemfile names puma and config.ru is there", framework)
    line = f"{bundled}rackup --host 0.0.0.0 --port $PORT"
    return Start(line, "config.ru is there", framework)


def _from_script(app: App, bundled: str, script: str) -> Start:
    """A classic Sinatra file takes the address from its arguments; everything else has to read PORT itself."""
    text = app.peek(script)
    classic = _CLASSIC_SINATRA.search(text) is not None
    framework = "sinatra" if _SINATRA.search(text) else ""
    line = f"{bundled}ruby {script}{' -o 0.0.0.0 -p $PORT' if classic else ''}"
    why = f"{script} requires sinatra" if framework else f"{script} is there"
    return Start(line, why, framework)


def _is_rails(app: App) -> bool:
    return app.has("config/application.rb") and (app.has("bin/rails") or "rails" in _gems(app))


def _uses_sinatra(app: App) -> bool:
    script = app.first(_SCRIPTS)
    return script is not None and _SINATRA.search(app.peek(script)) is not None


def _gems(app: App) -> set[str]:
    return set(_GEM.findall(app.text("Gemfile"))) if app.has("Gemfile") else set()


def _install_lines(app: App, without: str) -> tuple[str, ...]:
    """Gems that the image has are taken as they are. Others may need a compiler, which the official image lacks."""
    local = f"{without}bundle install --local --quiet"
    remote = f"{without}bundle install --jobs 4"
    if _gems(app) & _COMPILED:
        remote = f"command -v cc >/dev/null || {{ {_APT} {_BUILD_PACKAGES}; }}; {remote}"
    return (f"{local} 2>/dev/null || {{ {remote}; }}",)
