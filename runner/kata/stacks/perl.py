"""Perl: Mojolicious by its own daemon, PSGI files by plackup, or a script that serves by itself."""

from __future__ import annotations

import re

from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start
from kata.submission.refusal import shown

name = "perl"

_SCRIPTS = ("app.pl", "server.pl", "main.pl", "api.pl")
_PSGI = ("app.psgi", "bin/app.psgi")
_MOJO = re.compile(r"^[ \t]*use[ \t]+Mojolicious|Mojolicious::Commands", re.MULTILINE)
_PLAIN_PATH = re.compile(r"[\w./-]+")
#: Each only for its own kind: a Mojolicious script that sees PLACK_ENV takes itself for a PSGI application and ends.
_MOJO_MODE = (("MOJO_MODE", "production"),)
_PLACK_ENV = (("PLACK_ENV", "production"),)


def recognise(app: App) -> str | None:
    """cpanfile, a .psgi file or a Perl script with the name of an entry point."""
    return app.first(("cpanfile", *_PSGI, *_SCRIPTS)) or _mojo_script(app)


def prepare(app: App) -> Preparation:
    """The modules of the cpanfile, installed by cpanm."""
    if not app.has("cpanfile"):
        return Preparation()
    return Preparation(("cpanfile",), ("cpanm --notest --quiet --installdeps .",))


def start(app: App) -> Start | None:
    """A Mojolicious script, then app.psgi, then another script."""
    script = app.first(_SCRIPTS)
    mojo = script if script and _MOJO.search(app.peek(script)) else _mojo_script(app)
    if mojo:
        line = f"perl {mojo} daemon -l http://0.0.0.0:$PORT"
        return Start(line, f"{shown(mojo)} uses Mojolicious", "mojolicious", variables=_MOJO_MODE)
    psgi = app.first(_PSGI)
    if psgi:
        return Start(_psgi_line(app, psgi), f"{psgi} is there", "psgi", variables=_PLACK_ENV)
    return Start(f"perl {script}", f"{script} is there") if script else None


def _mojo_script(app: App) -> str | None:
    """A full Mojolicious application keeps its script, without an ending, in script/."""
    scripts = [path for path in app.everything if path.startswith("script/") and _PLAIN_PATH.fullmatch(path)]
    return next((path for path in scripts[:20] if _MOJO.search(app.peek(path))), None)


def _psgi_line(app: App, psgi: str) -> str:
    named = set(re.findall(r"requires\s+['\"]([\w:]+)", app.text("cpanfile"))) if app.has("cpanfile") else set()
    if "Starman" in named:
        return f"starman --listen 0.0.0.0:$PORT --workers 4 {psgi}"
    return f"plackup --host 0.0.0.0 --port $PORT {psgi}"
