"""An explanation has the sentence, the reason, the source and an exchange that passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.tiny import LIBRARY

from kata.explain import as_lines, example_of, explained, recorded_examples, recording
from kata.library import Library, Shelf
from kata.results import CheckResult, Exchange, Report, Status, Verdict


def told(library: Library, exercise: str, check: str, width: int = 80) -> str:
    found = library.find(exercise)
    requirement = found.requirement(check)
    assert requirement is not None
    return "\n".join(as_lines(explained(found, requirement), width))


def test_an_explanation_is_whole(library: Library) -> None:
    text = told(library, "06-auth", "wrong-password-is-refused")
    assert "A wrong password is refused with 401." in text
    assert "RFC 9110, section 15.5.2" in text
    assert "Why: " in text
    assert "required to pass" in text


def test_prose_is_folded_to_a_narrow_terminal(library: Library) -> None:
    text = told(library, "06-auth", "duplicate-email-in-other-case-is-refused", width=40)
    prose = [line for line in text.splitlines() if "http" not in line and "curl" not in line and "{" not in line]
    assert all(len(line) <= 60 for line in prose)


def test_without_a_recording_the_contract_gives_the_example(library: Library, tmp_path: Path) -> None:
    exercise = library.find("06-auth")
    requirement = exercise.requirement("register-creates-account")
    assert requirement is not None
    bare = replace(exercise, folder=tmp_path)
    (tmp_path / "openapi.yaml").write_bytes(exercise.contract.read_bytes())
    example = example_of(bare, requirement)
    assert example is not None
    assert (example.method, example.status) == ("POST", 201)


def test_a_recording_comes_back_without_what_varies(tmp_path: Path) -> None:
    exchange = Exchange(
        "GET", "http://127.0.0.1:40213/number", status=200, reply_headers=(("Date", "today"), ("ETag", '"1"')),
        reply_body="x" * 2000, started=5.0, seconds=0.5,
    )  # fmt: skip
    check = CheckResult("greets", "Greets", Status.PASSED, exchanges=(exchange, exchange))
    exercise = replace(Library((Shelf(LIBRARY),)).find("90-tiny"), folder=tmp_path)
    (tmp_path / "examples.json").write_text(recording(Report("90-tiny", "1", "T", Verdict.PASSED, checks=(check,))))
    (kept,) = recorded_examples(exercise).values()
    assert kept.url == "http://127.0.0.1:8000/number"
    assert kept.reply_headers == (("ETag", '"1"'),)
    assert (kept.started, len(kept.reply_body), kept.cut) == (0.0, 700, 1300)


def test_recorded_examples_belong_to_checks_that_there_are(library: Library) -> None:
    for exercise in library.all():
        assert set(recorded_examples(exercise)) <= {requirement.id for requirement in exercise.requirements}


def test_every_check_has_an_exchange_that_passes(library: Library) -> None:
    """Recorded from a right solution, and shown: also of a check that sends nothing itself."""
    for exercise in library.all():
        recorded = recorded_examples(exercise)
        for requirement in exercise.requirements:
            assert requirement.id in recorded, f"`kata exercise examples {exercise.id} RIGHT` records {requirement.id}"
            labels = [part.label for part in explained(exercise, requirement)]
            assert labels[-2:] == ["A request that passes", "And its reply"], requirement.id
