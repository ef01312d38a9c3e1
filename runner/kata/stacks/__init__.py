"""Decides how a submission is built and started, from its files alone; nothing of it is ever run here.

kata.toml > Dockerfile > Procfile > the language's own convention
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace
from typing import NoReturn

from kata.safe import safe_line
from kata.settings import Settings
from kata.stacks import dockerfile, foreign, go, java, node, perl, php, procfile, python, ruby
from kata.stacks.app import App
from kata.stacks.language import Language
from kata.stacks.plan import Plan, Preparation, Start, toml_line
from kata.submission import LOOKED_FOR, Snapshot
from kata.submission.refusal import refused, shown

__all__ = ["Plan", "detect"]

#: The lines become one line of a Dockerfile, of which Docker reads at most 65,535 bytes.
_LONGEST_COMMANDS = 40_000

#: In the order in which they are asked.
LANGUAGES: tuple[Language, ...] = (python, node, php, ruby, perl, java, go)


def detect(snapshot: Snapshot, settings: Settings | None = None, port: int = 8000) -> Plan:
    """How to build and start the submission, and why. Raises SubmissionError (refused) when that cannot be said."""
    app = App(snapshot, settings or Settings())
    file = dockerfile.chosen(app)
    plan = _from_dockerfile(app, file, port) if file else _from_language(app, port)
    _must_be_lines(plan)
    said = app.settings
    return replace(
        plan,
        port=said.port or plan.port,
        health=said.health,
        base_path=said.base_path,
        environment=tuple({**dict(plan.environment), **dict(said.environment)}.items()),
        services=said.services,
    )


def _from_dockerfile(app: App, file: str, port: int) -> Plan:
    exposed = dockerfile.exposed_port(app, file)
    why = f"{shown(file)} is there -> its image is built"
    if app.settings.start:
        why += f", and kata.toml starts `{shown(app.settings.start)}`"
    if exposed:
        why += f"; it exposes port {exposed}"
    language = _language(app)
    override = toml_line("stack", language.name) if language else toml_line("dockerfile", "path/to/Dockerfile")
    line = app.settings.start or ""
    return Plan("dockerfile", why, line, None, dockerfile=file, port=exposed or port, override=override)


def _from_language(app: App, port: int) -> Plan:
    language = _language(app) or _unknown(app)
    start = _said(app) or language.start(app) or _nothing_starts(language)
    needs = _installing(app, language)
    name = f"{language.name}/{start.framework}" if start.framework else language.name
    return Plan(
        stack=name,
        why=f"{start.why} -> {language.name}, `{safe_line(start.line)}`{_after(needs.build)}",
        start=start.line,
        base=language.name,
        dependency_files=needs.files,
        install=needs.install,
        build=needs.build,
        fetches=needs.fetches,
        installed_paths=needs.installed_paths,
        port=port,
        environment=(*needs.variables, *start.variables),
        override=toml_line("start", start.line),
        warnings=needs.warnings,
    )


def _after(build: tuple[str, ...]) -> str:
    return " after " + " and ".join(f"`{safe_line(line, 100)}`" for line in build) if build else ""


def _language(app: App) -> Language | None:
    """The language that kata.toml names, else the first recognised one with something to start, else the first."""
    wanted = app.settings.stack
    if wanted is None or wanted == "dockerfile":
        recognised = _recognised(app)
        if len(recognised) < 2 or _said(app):
            return next(iter(recognised), None)
        return next((language for language in recognised if language.start(app)), next(iter(recognised), None))
    names = ["dockerfile", *(language.name for language in LANGUAGES)]
    for language in LANGUAGES:
        if language.name == wanted:
            return language
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
    raise refused(f"kata.toml says stack = {safe_line(wanted, 60)!r}, and kata knows no such stack.", hint)


def _recognised(app: App) -> list[Language]:
    """The languages whose files are there; those with a package list come before those with mere source files."""
    found = [(language, language.recognise(app)) for language in LANGUAGES]
    return [language for language, file in sorted(found, key=lambda each: each[1] not in LOOKED_FOR) if file]


def _said(app: App) -> Start | None:
    """The start line that kata.toml or else the Procfile gives."""
    if app.settings.start:
        return Start(app.settings.start, "kata.toml gives the start line")
    command = procfile.web_command(app)
    return Start(command, "Procfile names the web command") if command else None


def _installing(app: App, language: Language) -> Preparation:
    """What the language needs, with the install lines of kata.toml in place of the detected ones."""
    needs = language.prepare(app)
    if app.settings.install is None:
        return needs
    return replace(needs, install=app.settings.install, files=app.everything if app.settings.install else ())


def _must_be_lines(plan: Plan) -> None:
    """A command is one line: it becomes a line of a Dockerfile, and a second one would be an instruction of its own."""
    lines = (plan.start, *plan.install, *plan.build)
    if sum(map(len, lines)) > _LONGEST_COMMANDS:
        raise refused(
            f"The commands to build and start are longer than {_LONGEST_COMMANDS:,} characters.", "Shorten them."
        )
    for line in lines:
        if any(unicodedata.category(character) == "Cc" for character in line):
            raise refused(
                f"The command {shown(line)} holds a line break or another control character.", "Use one line."
            )


def _unknown(app: App) -> NoReturn:
    elsewhere = foreign.refusal(app)
    if elsewhere:
        raise elsewhere
    message = f"kata does not recognise this submission. It looked for {', '.join(LOOKED_FOR)} and for source files."
    if app.snapshot.links:
        message += f" Symbolic links were left out: {', '.join(shown(path) for path in app.snapshot.links[:5])}."
    folders = sorted({path.rpartition("/")[0] for name in LOOKED_FOR for path in app.named(f"/{name}", 1)})
    if folders:
        hint = f"Is it in {' or '.join(shown(folder) + '/' for folder in folders[:3])}? Then give that folder."
    else:
        hint = 'Add a Dockerfile, or a kata.toml with stack = "python" (or another stack) and start = "the command".'
    raise refused(message, hint)


def _nothing_starts(language: Language) -> NoReturn:
    raise refused(
        f"The submission is in {language.name}, but no file in it is one that kata knows how to start.",
        'Say how it starts in kata.toml: start = "the command", which listens on 0.0.0.0:$PORT.',
    )
