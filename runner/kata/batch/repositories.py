"""A CSV of repository addresses as the submissions of a class: each is fetched once, bare, and packed as an archive.

git runs only in a bare clone that we made: a submission's own .git/config, hooks and filters are never read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from kata.batch.addresses import without_secret, wrong_address
from kata.batch.intake import Intake, Part, Unit
from kata.batch.names import key_of, told_apart
from kata.batch.roster import Student, read_roster
from kata.errors import UsageError
from kata.safe import safe_line

_SECONDS = 120
_AT_ONCE = 8

#: Fetches an address and gives the archive. Raises NotFetched.
Fetch = Callable[[str], Path]


class NotFetched(Exception):
    """A repository could not be fetched; nobody can tell whose fault it is, so nobody loses points."""


class WrongAddress(NotFetched):
    """What the list calls a repository is none, and will be none the next time."""


def take_in_repositories(file: Path, fetch: Fetch) -> Intake:
    """The repositories that a CSV names in a column `repository`. Raises UsageError when it names none."""
    students = read_roster(file)
    if not any(each.repository for each in students):
        raise UsageError(
            f"{file}:1: no column tells the repositories", "Name one `repository`, with an https or ssh address in it."
        )
    with ThreadPoolExecutor(_AT_ONCE, "kata-fetch") as pool:
        units = list(pool.map(lambda student: _unit(student, fetch, file.name), students))
    keys = told_apart([(unit.key, unit.student.number, f"row {unit.student.row}") for unit in units])
    kept = [replace(unit, key=key) for key, unit in zip(keys, units, strict=True)]
    return Intake(tuple(sorted(kept, key=lambda unit: unit.key)))


def fetched(folder: Path, protocols: str = "https:ssh") -> Fetch:
    """A fetcher that keeps archives in `folder`; `protocols` is git's own list of what is allowed."""

    def fetch(address: str) -> Path:
        wrong = "" if "file" in protocols else wrong_address(address)
        if wrong:
            raise WrongAddress(wrong)
        folder.mkdir(parents=True, exist_ok=True)
        archive = folder / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.tar"
        with tempfile.TemporaryDirectory(prefix="kata-fetch-") as made:
            clone, packed = Path(made) / "bare", Path(made) / "code.tar"
            words = ["clone", "--quiet", "--bare", "--depth", "1", "--no-tags", "--single-branch"]
            _git([*words, "--", address, str(clone)], protocols)
            _git(["--git-dir", str(clone), "archive", "--format=tar", "--output", str(packed), "HEAD"], protocols)
            with (
                tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as copy,
                packed.open("rb") as code,
            ):
                shutil.copyfileobj(code, copy)
            os.replace(copy.name, archive)
        return archive

    return fetch


def _unit(student: Student, fetch: Fetch, file: str) -> Unit:
    key = key_of(student.name)
    if not student.repository:
        return Unit(key, student, notes=("no repository",))
    kept = replace(student, repository=without_secret(student.repository))
    try:
        return Unit(key, kept, (Part("repository.tar", fetch(student.repository)),))
    except WrongAddress as error:
        correct = f"line {student.row} of {safe_line(file, 60)}: {error}"
        return Unit(key, kept, notes=(f"the repository cannot be fetched: {correct}",), unfetched=True, correct=correct)
    except NotFetched as error:
        return Unit(key, kept, notes=(f"the repository could not be fetched: {error}",), unfetched=True)


def _git(words: Sequence[str], protocols: str) -> None:
    environment = {
        **os.environ,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    }
    try:
        done = subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", *words],
            env=environment,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed", "Install it, or hand in folders or archives.") from error
    except subprocess.TimeoutExpired as error:
        raise NotFetched(f"not within {_SECONDS} seconds") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()
        raise NotFetched(without_secret(safe_line(last[-1] if last else b"git failed", 200)))
