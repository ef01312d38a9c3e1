"""Which CI system this is, and the pipelines that `kata ci` writes. What runs there is advisory."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from kata import __version__
from kata.errors import UsageError

#: system -> where its pipeline stands in a repository.
PLACES: Mapping[str, str] = {"github": ".github/workflows/kata.yml", "gitlab": ".gitlab-ci.yml"}
#: system -> the variable that says so; the last one is set by nearly all of them.
SIGNS: Mapping[str, str] = {"github": "GITHUB_ACTIONS", "gitlab": "GITLAB_CI", "jenkins": "JENKINS_URL", "ci": "CI"}


def system(environment: Mapping[str, str]) -> str:
    """ "github", "gitlab", "jenkins", "ci" for any other, or nothing on a person's own machine."""
    return next((name for name, sign in SIGNS.items() if environment.get(sign, "false") not in ("", "false", "0")), "")


def pipeline(name: str, exercise: str) -> str:
    """The text of a pipeline that checks the repository's root for `exercise`."""
    text = resources.files(__package__).joinpath(f"{name}.yml").read_text("utf-8")
    return text.replace("@EXERCISE@", exercise).replace("@VERSION@", __version__)


def write_pipeline(name: str, exercise: str, folder: Path) -> Path:
    """Write the pipeline into the repository at `folder`. Raises UsageError rather than replace another file."""
    file = folder / PLACES[name]
    text = pipeline(name, exercise)
    if file.exists() and file.read_text("utf-8", "replace") != text:
        raise UsageError(f"{file} is there already; nothing was written", "Compare it with `kata ci ... --print`.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}", "Name a folder that you may write to."
        ) from error
    return file
