"""Whose submission is whose, and what is graded for it, told before anything runs."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from kata.batch.intake import Intake, Unit, take_in
from kata.batch.names import Named, key_of, named, spellings, told_apart
from kata.batch.opening import Unreadable, snapshot_of
from kata.batch.roster import Student, read_roster
from kata.errors import SubmissionError, UsageError
from kata.safe import safe_line
from kata.submission import STRICT

CODE = {"main.py": "print(1)\n"}


def folder(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / "main.py").write_text("print(1)\n")
    return root


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def roster(root: Path, text: str) -> tuple[Student, ...]:
    file = root / "students.csv"
    file.write_text(text)
    return read_roster(file)


def unit(intake: Intake, key: str) -> Unit:
    return next(each for each in intake.units if each.key == key)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doejane_4711_90210_my-api.zip", Named("doejane", "canvas", "4711", file="my-api.zip", order=90210)),
        ("doejane_LATE_4711_90210_a_b.zip", Named("doejane", "canvas", "4711", "", "a_b.zip", 90210, late=True)),
        ("LATE_anon_x7Tz_90210_api.zip", Named("anon_x7Tz", "canvas", "x7Tz", "", "api.zip", 90210, late=True)),
        ("doejane_4711_text.html", Named("doejane", "canvas", "4711", typed=True)),
        ("doejane_LATE_4711_link.html", Named("doejane", "canvas", "4711", late=True, typed=True)),
        ("Jane Doe_17_assignsubmission_file_", Named("Jane Doe", "moodle", "17")),
        ("Jane Doe_17_assignsubmission_onlinetext_", Named("Jane Doe", "moodle", "17", typed=True)),
        ("Jane Doe_17_assignsubmission_file_api.zip", Named("Jane Doe", "moodle", "17", file="api.zip")),
        (
            "06-auth_jdoe_attempt_2026-01-31-23-59-00_api.zip",
            Named("jdoe", "blackboard", attempt="2026-01-31-23-59-00", file="api.zip"),
        ),
        ("jane-doe", Named("jane-doe", file="jane-doe")),
        ("jane.doe.tar.gz", Named("jane.doe", file="jane.doe.tar.gz")),
    ],
)
def test_names_of_platforms_are_read(name: str, expected: Named) -> None:
    assert named(name) == expected


def test_keys_are_safe_unique_and_do_not_depend_on_who_comes_later() -> None:
    assert key_of("../../etc/passwd") == "etc-passwd"
    assert key_of("Zoë Müller\n\x1b[1m") == "Zoë-Müller-1m"
    assert key_of("///") == "student"
    keys = told_apart([("jane", "1", "a"), ("Jane", "", "b"), ("max", "2", "c")])
    assert keys[0] == "jane-1"
    assert keys[1].startswith("Jane-")
    assert keys[2] == "max"
    assert told_apart([("jane", "1", "a"), ("jane", "1", "b")])[0] == "jane-1"
    assert len({key.casefold() for key in told_apart([("j", "1", "a"), ("j", "1", "b"), ("j-1", "", "c")])}) == 3


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("\u0645\u06cc\u200c\u0631\u0627", "\u0645\u06cc\u0631\u0627"),  # Persian, with a zero-width non-joiner
        ("\u0915\u094d\u200d\u0937\u093f", "\u0915\u094d\u0937\u093f"),  # Devanagari: virama, joiner, vowel sign
        ("\U0001f469\u200d\U0001f680", "woman-rocket"),
        ("\u2764\ufe0f", "heavy-black-heart"),
        ("Ada \U0001f469\u200d\U0001f4bb Lovelace", "Ada-Lovelace"),
        ("\u200d", "student"),
        ("\u0301\u0301", "student"),
        ("../\u0301x", "x"),
    ],
)
def test_keys_of_joined_letters_and_of_emoji_can_be_read(name: str, key: str) -> None:
    """Raw, as a file has it, and made visible, as a student's name has it."""
    assert key_of(name) == key_of(safe_line(name)) == key
    assert spellings(name) == spellings(safe_line(name))


def test_names_that_differ_in_nothing_visible_have_two_keys(tmp_path: Path) -> None:
    folder(tmp_path, "Ada", "A\u200dda", "\U0001f469\u200d\U0001f680", "\U0001f469\U0001f680")
    keys = [each.key for each in take_in(tmp_path).units]
    assert len(set(keys)) == 4
    assert all(re.fullmatch(r"(Ada|woman-rocket)-[0-9a-f]{8}", key) for key in keys)


def test_spellings_ignore_order_case_accents_and_marks() -> None:
    assert spellings("Doe, Jane") & spellings("janedoe")
    assert spellings("Zoë Müller") & spellings("muller zoe")
    assert not spellings("Jane Doe") & spellings("Jane Roe")


def test_folders_archives_and_single_files_become_units(tmp_path: Path) -> None:
    folder(tmp_path, "ada", "bob")
    (tmp_path / "cem.zip").write_bytes(zipped(CODE))
    (tmp_path / "dan.py").write_text("print(1)")
    (tmp_path / "notes.docx").write_text("x")
    intake = take_in(tmp_path)
    assert [each.key for each in intake.units] == ["ada", "bob", "cem", "dan"]
    assert unit(intake, "dan").notes == ("a single file",)
    assert "notes.docx" in intake.notes[0]
    for each in intake.units:
        with snapshot_of(each, STRICT) as snapshot:
            assert len(snapshot.paths) == 1


def test_same_name_twice_is_graded_twice_and_said(tmp_path: Path) -> None:
    folder(tmp_path, "Jane Doe")
    (tmp_path / "Jane Doe.zip").write_bytes(zipped(CODE))
    intake = take_in(tmp_path)
    assert len(intake.units) == 2
    assert "same name" in intake.notes[0]


def test_a_platform_tells_students_of_one_name_apart(tmp_path: Path) -> None:
    for name in ("doejane_1_7_api.zip", "doejane_2_8_api.zip"):
        (tmp_path / name).write_bytes(zipped(CODE))
    intake = take_in(tmp_path)
    assert [each.key for each in intake.units] == ["doejane-1", "doejane-2"]
    assert "doejane-1 is doejane_1_7_api.zip, doejane-2 is doejane_2_8_api.zip" in intake.notes[0]


def test_students_of_one_name_keep_the_number_that_moodle_gave_them(tmp_path: Path) -> None:
    folder(tmp_path, "Jane Doe_17_assignsubmission_file_", "Jane Doe_18_assignsubmission_file_")
    assert [each.key for each in take_in(tmp_path).units] == ["Jane-Doe-17", "Jane-Doe-18"]


def test_the_newest_attempt_counts_and_the_other_is_named(tmp_path: Path) -> None:
    for day in ("01", "03", "02"):
        (tmp_path / f"06_jdoe_attempt_2026-01-{day}-10-00-00_api.zip").write_bytes(zipped({"main.py": day}))
        (tmp_path / f"06_jdoe_attempt_2026-01-{day}-10-00-00.txt").write_text("Name: Jane")
    (only,) = take_in(tmp_path).units
    with snapshot_of(only, STRICT) as snapshot:
        assert snapshot.text("main.py") == "03"
    assert "2026-01-01" in only.notes[0]


def test_single_files_of_one_student_are_one_submission(tmp_path: Path) -> None:
    """Canvas gives each file of an upload a number of its own, and -1 to a name that was uploaded before."""
    for name in ("doejane_LATE_1_7_main-1.py", "doejane_LATE_1_8_requirements.txt", "doejane_LATE_1_9_step-2.py"):
        (tmp_path / name).write_text("print(1)")
    (tmp_path / "doejane_LATE_1_10_step.py").write_text("print(1)")
    (only,) = take_in(tmp_path).units
    with snapshot_of(only, STRICT) as snapshot:
        assert snapshot.paths == ("main.py", "requirements.txt", "step-2.py", "step.py")
    assert only.notes == (
        "handed in late",
        "4 single files, graded together",
        "Canvas had numbered names: main-1.py is main.py",
    )


def test_the_newest_archive_of_canvas_counts(tmp_path: Path) -> None:
    for number in ("9", "100", "11"):
        (tmp_path / f"doejane_1_{number}_api.zip").write_bytes(zipped({"main.py": number}))
    (only,) = take_in(tmp_path).units
    with snapshot_of(only, STRICT) as snapshot:
        assert snapshot.text("main.py") == "100"
    assert "graded is doejane_1_100_api.zip, not" in only.notes[0]


def test_text_typed_into_the_platform_takes_no_submission_away(tmp_path: Path) -> None:
    folder(tmp_path, "Jane Doe_17_assignsubmission_file_", "Jane Doe_17_assignsubmission_onlinetext_")
    (only,) = take_in(tmp_path).units
    assert [part.path.name for part in only.parts] == ["Jane Doe_17_assignsubmission_file_"]
    assert "not Jane Doe_17_assignsubmission_onlinetext_" in only.notes[0]


def test_who_handed_in_only_text_has_no_score_and_is_told_about(tmp_path: Path) -> None:
    folder(tmp_path, "Jane Doe_17_assignsubmission_onlinetext_", "ada")
    (tmp_path / "roemax_1_text.html").write_text("see my repository")
    intake = take_in(tmp_path)
    for key in ("Jane-Doe", "roemax"):
        assert unit(intake, key).missing
        assert "no submission: only text or a link" in unit(intake, key).notes[0]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_archives_inside_archives_are_opened_two_deep(tmp_path: Path, layers: int) -> None:
    content = zipped({"api/main.py": "print(1)"})
    for _ in range(layers - 1):
        content = zipped({"inner/api.zip": content, "readme.txt": "see inside"})
    (tmp_path / "ada.zip").write_bytes(content)
    (only,) = take_in(tmp_path).units
    with snapshot_of(only, STRICT) as snapshot:
        assert snapshot.paths == ("main.py",)


def test_a_zip_in_a_moodle_folder_is_opened(tmp_path: Path) -> None:
    inner = tmp_path / "Jane Doe_17_assignsubmission_file_"
    inner.mkdir()
    (inner / "api.zip").write_bytes(zipped({"api/main.py": "1"}))
    (only,) = take_in(tmp_path).units
    assert only.key == "Jane-Doe"
    with snapshot_of(only, STRICT) as snapshot:
        assert snapshot.paths == ("main.py",)


@pytest.mark.parametrize("name", ["ada.zip", "ada.rar"])
def test_what_cannot_be_opened_is_refused_and_stops_nobody_else(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
    (only,) = take_in(tmp_path).units
    with pytest.raises(SubmissionError):
        snapshot_of(only, STRICT)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (("api.rar",), "api.rar is packed in a form"),
        (("api.7z", "readme.txt"), "api.7z is packed in a form"),
        (("old.zip", "new.zip"), "2 archives: new.zip, old.zip"),
        (("broken.zip",), "The archive broken.zip cannot be read"),
    ],
)
def test_an_archive_in_the_folder_that_cannot_be_opened_is_named(
    tmp_path: Path, files: tuple[str, ...], said: str
) -> None:
    inner = tmp_path / "Jane Doe_17_assignsubmission_file_"
    inner.mkdir()
    for name in files:
        (inner / name).write_bytes(b"nothing")
    (only,) = take_in(tmp_path).units
    with pytest.raises(SubmissionError, match=said):
        snapshot_of(only, STRICT)


def test_a_link_is_refused_to_its_owner(tmp_path: Path) -> None:
    (tmp_path / "ada").symlink_to("/etc")
    (only,) = take_in(tmp_path).units
    with pytest.raises(SubmissionError, match="link"):
        snapshot_of(only, STRICT)


def test_the_roster_names_students_and_shows_who_is_missing(tmp_path: Path) -> None:
    folder(tmp_path / "in", "jane doe", "roe_max", "Stranger")
    students = roster(tmp_path, "Student;ID\nDoe, Jane;1\nRoe, Max;2\nLee, Kim;3\n")
    intake = take_in(tmp_path / "in", students)
    assert [(each.student.name, each.missing) for each in intake.units] == [
        ("Doe, Jane", False),
        ("Lee, Kim", True),
        ("Roe, Max", False),
        ("Stranger", False),
    ]
    assert "nobody on the roster" in unit(intake, "Stranger").notes[0]


def test_two_students_of_one_name_are_never_mixed_up(tmp_path: Path) -> None:
    folder(tmp_path / "in", "Jane Doe")
    students = roster(tmp_path, "name,id\nJane Doe,1\nJane Doe,2\n")
    intake = take_in(tmp_path / "in", students)
    graded = [each for each in intake.units if not each.missing]
    assert graded[0].student.row == 0
    assert "lines 2 and 3" in graded[0].notes[0]
    assert [each.notes for each in intake.units if each.missing] == [("no submission could be told to be theirs",)] * 2


def test_a_column_submission_settles_whose_it_is(tmp_path: Path) -> None:
    folder(tmp_path / "in", "Jane Doe", "Jane Doe 2")
    students = roster(tmp_path, "name,id,submission\nJane Doe,1,Jane Doe\nJane Doe,2,Jane Doe 2\n")
    assert [each.student.number for each in take_in(tmp_path / "in", students).units] == ["1", "2"]


def test_a_submission_that_the_roster_gives_to_two_or_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder(tmp_path / "in", "ada", "bob")
    students = roster(tmp_path, "name,submission\nAda,ada\nBob,ada\nCem,cem.zip\n")
    intake = take_in(tmp_path / "in", students)
    shared = next(each for each in intake.units if each.student.name == "ada")
    assert "lines 2 and 3 of the roster both name this submission" in shared.notes[0]
    assert "the roster names cem.zip, which is not there" in unit(intake, "Cem").notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,points\n1,2\n", "students.csv:1: no column tells"),
        ("", "no column"),
        ("name\n", "names nobody"),
        ("name,id\nA,1\nB,1\n", "students.csv:3: B has the id 1"),
    ],
)
def test_a_roster_that_cannot_be_used_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        roster(tmp_path, text)


def test_rosters_of_spreadsheets_are_read(tmp_path: Path) -> None:
    file = tmp_path / "students.csv"
    file.write_bytes("first name\tlast name\nZoë\tMüller\n".encode("utf-16"))
    assert read_roster(file)[0].name == "Zoë Müller"
    file.write_bytes("Name;E-Mail\nZoë;z@x\n".encode("cp1252"))
    assert read_roster(file)[0] == Student("Zoë", email="z@x", row=2)
    file.write_bytes("\ufeffVorname;Nachname;ID-Nummer;E-Mail-Adresse;Anmeldename\nZoë;Müller;7;z@x;zm\n".encode())
    assert read_roster(file)[0] == Student("Zoë Müller", "7", "z@x", "zm", row=2)
    file.write_text("Name;Vorname\nMüller;Zoë\nZoë Müller;Zoë\nDavid;David\n")
    assert [each.name for each in read_roster(file)] == ["Zoë Müller", "Zoë Müller", "David"]


@pytest.mark.parametrize("content", [b"PK\x03\x04...", "name\nada\n".encode("utf-16-le")])
def test_a_roster_that_is_a_workbook_is_told_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "students.csv").write_bytes(content)
    with pytest.raises(UsageError, match="is no CSV"):
        read_roster(tmp_path / "students.csv")


def test_what_the_machine_cannot_read_is_not_the_students_fault(tmp_path: Path) -> None:
    folder(tmp_path, "ada")
    (tmp_path / "bob.zip").write_bytes(zipped(CODE))
    intake = take_in(tmp_path)
    shutil.rmtree(tmp_path / "ada")
    (tmp_path / "bob.zip").unlink()
    for each in intake.units:
        with pytest.raises(Unreadable):
            snapshot_of(each, STRICT)


def test_no_such_folder_and_no_submission_are_wrong_calls(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError):
            take_in(path)


@pytest.mark.parametrize("mark", ["package.json", "requirements.txt", "Dockerfile"])
def test_one_submission_in_the_place_of_all_is_told(tmp_path: Path, mark: str) -> None:
    folder(tmp_path, "src", "tests")
    (tmp_path / mark).write_text("")
    with pytest.raises(UsageError, match=f"looks like one submission.*{mark}"):
        take_in(tmp_path)


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"students\.csv:4: the name goes on"):
        roster(tmp_path, 'name,id\n\nada,1\n"bob,2\ncem,3\n')


def test_lines_of_a_roster_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    students = roster(tmp_path, 'name,email\n\nada,"a@x\n"\nbob,b@x\n')
    assert [student.row for student in students] == [3, 5]
