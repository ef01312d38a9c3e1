"""The command line. Parses, calls, prints, exits; commands are imported when they are used."""

from __future__ import annotations

import errno
import importlib
import signal
import sys
from collections.abc import Sequence

import click

from kata import __version__
from kata.cli.complaint import complain
from kata.errors import KataError

#: A full disk can meet any command at any write; what was started is removed on the way out.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

#: command -> (module, one line for `kata --help`). Grouped as the README tells the story.
COMMANDS: dict[str, tuple[str, str]] = {
    "start": ("kata.cli.start", "Begin an exercise in an empty folder: starter, statement, settings, CI workflow."),
    "check": ("kata.cli.check", "Grade a submission and explain what was found."),
    "list": ("kata.cli.exercises", "List the exercises."),
    "show": ("kata.cli.exercises", "Show an exercise: its statement and what is graded."),
    "watch": ("kata.cli.watch", "Grade a folder again whenever you save, with warm services."),
    "up": ("kata.cli.up", "Start a submission with its services and leave it running."),
    "down": ("kata.cli.up", "End what `kata up` left running."),
    "logs": ("kata.cli.up", "Show what the server that is up has said."),
    "explain": ("kata.cli.explain", "Explain one check: why it matters, and an exchange that passes."),
    "progress": ("kata.cli.progress", "Show the roadmap with what you have passed."),
    "next": ("kata.cli.progress", "Name the exercise that comes now."),
    "ci": ("kata.cli.ci", "Write the pipeline that checks every push, on GitHub or GitLab."),
    "batch": ("kata.cli.batch", "Grade a whole class, and go on where it was interrupted."),
    "report": ("kata.cli.batch", "Make a class's tables, feedback and pages again, without grading."),
    "similar": ("kata.cli.similar", "Show which submissions of a class have code in common."),
    "verify": ("kata.cli.verify", "Prove a grader against right and wrong submissions."),
    "exercise": ("kata.cli.exercise", "Write an exercise of your own: `kata exercise new 21-my-topic`."),
    "doctor": ("kata.cli.engine", "Look at the machine: engine, limits, images, disk, and what to do."),
    "clean": ("kata.cli.engine", "Remove what interrupted runs left behind, and with --images the caches."),
    "pull": ("kata.cli.engine", "Fetch and prepare every image an exercise needs, to work offline later."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and help without importing them: `kata --help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(
            importlib.import_module(COMMANDS[name][0]), f"{name.replace('-', '_')}_command"
        )
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"There is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="kata")
def kata() -> None:
    """Start a learner's real server with real services and tell the truth about it.

    \b
    Examples:
      kata list
      kata show 06-auth
      kata check 06-auth ./my-api
    """


def _interrupt(signal_number: int, frame: object) -> None:
    """A polite kill is an interrupt: what was started is removed on the way out."""
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the only place that turns errors into messages and exit codes."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        result = kata.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as exit:
        sys.exit(exit.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted; everything that was started has been removed.", err=True)
        sys.exit(130)
    except KataError as error:
        complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        complain(
            f"{error.strerror}: {error.filename or 'a file of this run'} could not be written",
            "Make room (`kata clean --images`, `kata doctor`), then run the same command again.",
        )
        sys.exit(3)
    sys.exit(result if isinstance(result, int) else 0)
