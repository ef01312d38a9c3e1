"""A Procfile names the command that serves the web (https://devcenter.heroku.com/articles/procfile)."""

from __future__ import annotations

import re

from kata.stacks.app import App

_WEB = re.compile(r"^web[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)


def web_command(app: App) -> str | None:
    """What stands after `web:`, or None."""
    line = _WEB.search(app.text("Procfile")) if app.has("Procfile") else None
    return line[1].strip() if line else None
