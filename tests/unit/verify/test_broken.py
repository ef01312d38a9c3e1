"""Bad input of whoever writes exercises: one clear error with file and line, exit 2, never a traceback or a verdict."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kata.check import run
from kata.cli import main
from kata.drafts import blank
from kata.errors import BrokenExercise, SubmissionError
from kata.grading import GraderProcess
from kata.library import Library, Shelf
from kata.results import Verdict
from kata.task import DEFAULTS, Task
from kata.template import write_exercise

ID = "21-my-topic"
TOML, STATEMENT, CONTRACT = (f"exercises/{ID}/{name}" for name in ("exercise.toml", "README.md", "openapi.yaml"))
GRADER = f"graders/{ID}/test_my_topic.py"
CONFTEST = f"graders/{ID}/conftest.py"
WRONG = f"tests/submissions/{ID}/wrong/unknown-note-is-200"
PATCH, EXPECTED = f"{WRONG}/change.patch", f"{WRONG}/expected.json"

Break = Callable[[Path], object]


def change(file: str, old: str, new: str) -> Break:
    def apply(library: Path) -> None:
        text = (library / file).read_text()
        assert old in text
        (library / file).write_text(text.replace(old, new, 1))

    return apply


def write(file: str, content: bytes) -> Break:
    return lambda library: (library / file).write_bytes(content)


def append(file: str, content: bytes) -> Break:
    return lambda library: (library / file).write_bytes((library / file).read_bytes() + content)


def remove(path: str) -> Break:
    def apply(library: Path) -> None:
        target = library / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return apply


#: what is broken -> (how, where the message points, a word of it). Seen without importing the grader.
FILES: dict[str, tuple[Break, str, str]] = {
    "TOML syntax": (change(TOML, '"A note"', "A note"), f"{TOML}:4", "Invalid value"),
    "TOML in another encoding": (write(TOML, b'id = "x"\n\xff'), f"{TOML}:2", "no UTF-8"),
    "unknown field": (change(TOML, 'kind = "http"', 'kind = "http"\nkidn = 1'), f"{TOML}:7", "kidn"),
    "unknown service": (change(TOML, 'kind = "http"', 'kind = "http"\nservices = ["pg"]'), f"{TOML}:7", "'pg'"),
    "hint missing": (change(TOML, 'hint = "Tell', '#hint = "Tell'), f"{TOML}:23", "hint"),
    "hint empty": (change(TOML, 'hint = "Check the type', 'hint = " "# "'), f"{TOML}:37", "hint"),
    "link missing": (change(TOML, 'see = "https', 'why = "https'), f"{TOML}:", ""),
    "points": (change(TOML, "points = 20", "points = 30"), f"{TOML}:36", "50 + 30 + 30 = 110"),
    "worth nothing": (change(TOML, "points = 20", "points = 0"), f"{TOML}:36", "worth nothing"),
    "sentence": (change(STATEMENT, "which answers 204", "which gives 204"), f"{TOML}:26", "does not stand"),
    "no statement": (remove(STATEMENT), STATEMENT, "cannot be read"),
    "statement in another encoding": (append(STATEMENT, b"\xe9"), f"{STATEMENT}:", "no UTF-8"),
    "contract no YAML": (change(CONTRACT, "{title: A note", "{title: [A note"), f"{CONTRACT}:2", "no YAML"),
    "contract a list": (write(CONTRACT, b"- a\n"), f"{CONTRACT}:1", "no OpenAPI"),
    "contract empty": (write(CONTRACT, b""), f"{CONTRACT}:1", "no OpenAPI"),
    "contract no OpenAPI": (change(CONTRACT, "description: There is none", "x: y"), f"{CONTRACT}:12", "description"),
    "contract's reference": (change(CONTRACT, "schemas/Note", "schemas/Nope"), f"{CONTRACT}:11", "leads nowhere"),
    "contract in another encoding": (append(CONTRACT, b"\xff"), f"{CONTRACT}:", "no UTF-8"),
    "grader's syntax": (change(GRADER, "is_kept(api, draw)", "is_kept(api"), f"{GRADER}:6", "syntax"),
    "grader with a null byte": (append(GRADER, b"\0"), f"{GRADER}:1", "null bytes"),
    "grader in another encoding": (append(GRADER, b"# \xff"), f"{GRADER}:23", "no UTF-8"),
    "conftest's syntax": (write(CONFTEST, b"import os\ndef (\n"), f"{CONFTEST}:2", "syntax"),
    "requirement without a test": (change(GRADER, "def test_unk", "def unk"), f"{TOML}:24", "has no check"),
    "test without a requirement": (append(GRADER, b"\n\ndef test_more(api): ...\n"), f"{GRADER}:25", "no requirement"),
    "test twice": (append(GRADER, b"\n\ndef test_note_is_kept(api): ...\n"), f"{GRADER}:25", "stands twice"),
    "need of nothing": (change(GRADER, '"note-is-kept"', '"note-kept"'), f"{GRADER}:13", "no such check"),
    "needs in a circle": (
        change(GRADER, "def test_note", '@needs("unknown-note-is-404")\ndef test_note'), f"{GRADER}:7", "circle",
    ),
    "no grader": (remove(f"graders/{ID}"), f"graders/{ID}", "no check in it"),
    "no test file": (remove(GRADER), f"graders/{ID}", "no check in it"),
    "no library": (remove("exercises"), "", "no exercises folder"),
    "unknown id": (lambda library: (library / "exercises" / ID).rename(library / "exercises/22-x"), "", "22-x"),
}  # fmt: skip

#: The same for the submissions that prove it: only `kata verify` reads them.
PROOFS: dict[str, tuple[Break, str, str]] = {
    "patch does not fit": (change(PATCH, "-        Notes.note = None", "-        Notes.x"), f"{PATCH}:7", "line 24"),
    "patch is none": (write(PATCH, b"hello\n"), f"{PATCH}:1", "does not apply"),
    "patch is cut": (change(PATCH, "     def text(self):\n", ""), f"{PATCH}:1", "does not apply"),
    "patch for another file": (change(PATCH, "a/main.py", "a/mine.py"), f"{PATCH}:1", "'mine.py'"),
    "patch in another encoding": (append(PATCH, b"\xff"), f"{PATCH}:", "no UTF-8"),
    "patch missing": (remove(PATCH), PATCH, "missing"),
    "no JSON": (change(EXPECTED, '"failed": [', '"failed": [['), f"{EXPECTED}:7", "delimiter"),
    "JSON missing": (remove(EXPECTED), EXPECTED, "missing"),
    "JSON without a verdict": (change(EXPECTED, '"verdict"', '"vredict"'), f"{EXPECTED}:", "vredict"),
    "unknown verdict": (change(EXPECTED, ': "failed"', ': "faild"'), f"{EXPECTED}:3", "faild"),
    "unknown check": (change(EXPECTED, "note-is-404", "note-is-4"), f"{EXPECTED}:5", "no check"),
    "a check that is no text": (change(EXPECTED, "[]", "[{}]"), f"{EXPECTED}:7", "skipped[0]"),
    "checks that are no list": (change(EXPECTED, "[]", '"abc"'), f"{EXPECTED}:7", "array"),
    "unknown base": (change(EXPECTED, '"python"', '"pyton"'), f"{EXPECTED}:2", "There are python"),
    "base outside": (change(EXPECTED, '"python"', '"../right/python"'), f"{EXPECTED}:2", "base"),
    "patch without a base": (change(EXPECTED, '"base": "python",', ""), f"{EXPECTED}:1", "no base"),
    "no proofs": (remove("tests"), f"tests/submissions/{ID}", "neither right/ nor wrong/"),
    "no such name": (lambda library: None, "", "no submission with"),
}

#: Graders that only break when they are imported.
IMPORTS: dict[str, tuple[Break, str, str]] = {
    "imports what is not there": (change(GRADER, "from kata", "import gone\nfrom kata"), f"{GRADER}:3", "gone"),
    "imports a name that is not there": (change(GRADER, "INVALID,", "INVALIDD,"), f"{GRADER}:3", "INVALIDD"),
    "raises at import": (change(GRADER, "\n\ndef", "\nX = 1 / 0\n\ndef"), f"{GRADER}:5", "ZeroDivisionError"),
    "ends the process": (change(GRADER, "\n\ndef", "\nraise SystemExit\n\ndef"), f"{GRADER}:5", "SystemExit"),
    "ends it without a word": (write(CONFTEST, b"import os\nos._exit(7)\n"), f"graders/{ID}", "exit code 7"),
    "unknown fixture": (change(GRADER, "kept(api, draw)", "kept(api, drow)"), f"{GRADER}:6", "no fixture 'drow'"),
    "conftest raises": (write(CONFTEST, b"X = {}\nX['a']\n"), f"{CONFTEST}:2", "KeyError"),
}  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Path:
    write_exercise(ID, tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that must end with 2 says: an error of at most three lines, and nothing else."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    assert ended.value.code == 2, err
    assert out == ""
    assert err.startswith("kata: ")
    assert len(err.splitlines()) <= 3
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("what", FILES)
def test_a_broken_exercise_is_neither_verified_nor_used(
    library: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks, place, words = FILES[what]
    breaks(library)
    here, out = str(library), str(library / "results")
    for command in (["verify", ID], ["check", ID, here], ["watch", ID, here], ["batch", ID, here, "--out", out]):
        error = said(capsys, *command, "--library", str(library))
        assert place in error
        assert words in error


@pytest.mark.parametrize("what", PROOFS)
def test_a_broken_proof_stops_verify_before_anything_runs(
    library: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks, place, words = PROOFS[what]
    breaks(library)
    only = ["--only", "right", "--only", "nobody"] if what == "no such name" else []
    error = said(capsys, "verify", ID, "--library", str(library), *only)
    assert place in error
    assert words in error


@pytest.mark.parametrize("what", IMPORTS)
def test_a_grader_that_breaks_when_it_is_imported(library: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    breaks, place, words = IMPORTS[what]
    breaks(library)
    error = said(capsys, "verify", ID, "--library", str(library))
    assert place in error
    assert words in error


def test_a_broken_grader_gives_no_verdict_on_a_server_that_does_not_start(library: Path) -> None:
    IMPORTS["raises at import"][0](library)
    exercise = Library((Shelf(library),)).find(ID)
    nothing: Any = None

    def start() -> None:
        raise SubmissionError(Verdict.NOT_READY, "it never answered")

    with GraderProcess(exercise) as grader, pytest.raises(BrokenExercise, match="ZeroDivisionError"):
        run(Task(exercise, nothing, {}), blank(exercise, library, DEFAULTS), nothing, nothing, start, grader)


def test_a_new_exercise_is_sound(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", ID, "--library", str(library), "--no-run"])
    assert ended.value.code == 0
    assert "its files are sound; nothing was run" in capsys.readouterr().out
