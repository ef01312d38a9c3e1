"""Copied code is found under other names, the starter's is not, and the pages are inert."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kata.batch.similar_pages import index_page, pair_page, runs
from kata.batch.similarity import Source, pairs_of, sources_of
from kata.submission import STRICT, take

pytest.importorskip("copydetect", reason="the extra kata-grader[similar] is not installed")

ROOT = Path(__file__).resolve().parents[2] / "submissions"
RIGHT = (ROOT / "06-auth/right/fastapi/main.py").read_text()
OTHER = (ROOT / "02-http/right/python-stdlib/main.py").read_text()


def source(key: str, text: str) -> Source:
    return Source(key, "python", text, ((0, "main.py"),))


def disguised(text: str) -> str:
    """Other names, other comments, other blank lines."""
    return text.replace("token", "ticket").replace("user", "person").replace("\n\n", "\n# my own words\n\n\n")


def test_a_copy_is_found_under_other_names_and_a_stranger_is_not() -> None:
    (pair,) = pairs_of([source("ada", RIGHT), source("bob", disguised(RIGHT)), source("cem", OTHER)], [], 0.4)
    assert {pair.left.key, pair.right.key} == {"ada", "bob"}
    assert pair.share > 0.8


def test_what_the_starter_holds_is_no_similarity() -> None:
    both = [source("ada", RIGHT), source("bob", disguised(RIGHT))]
    assert pairs_of(both, [source("starter", RIGHT)], 0.1) == []


def test_languages_are_not_compared_with_each_other_nor_students_with_themselves() -> None:
    other = Source("bob", "php", RIGHT, ((0, "index.php"),))
    assert pairs_of([source("ada", RIGHT), other, source("ada", RIGHT)], [], 0.1) == []


def test_sources_hold_code_only_file_after_file(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    for name, text in {"b.py": "b = 1", "a.py": "a = 1\n", "notes.md": "x", "app.js": "1"}.items():
        (tmp_path / "api" / name).write_text(text)
    with take(tmp_path / "api", STRICT) as snapshot:
        found = {each.language: each for each in sources_of("ada", snapshot)}
    assert found["python"].text == "a = 1\nb = 1\n"
    assert found["python"].starts == ((0, "a.py"), (6, "b.py"))
    assert set(found) == {"python", "javascript"}


def test_the_pieces_of_a_text_are_the_text() -> None:
    text = "one\ntwo\nthree\n"
    pieces = runs(Source("a", "python", text, ((0, "a.py"), (4, "b.py"))), [(2, 6)])
    assert "".join(piece for is_name, _, piece in pieces if not is_name) == text
    assert [piece for _, shared, piece in pieces if shared] == ["e\n", "tw"]
    assert [piece for is_name, _, piece in pieces if is_name] == ["a.py", "b.py"]


def test_pages_are_inert(tmp_path: Path) -> None:
    evil = "</pre><script>alert(1)</script>\x1b]52;c;x\x07" + RIGHT
    (pair,) = pairs_of([source("ada", evil), source("bob", RIGHT)], [], 0.4)
    names = {"ada": "<b>Ada</b>", "bob": "Bob"}
    for page in (pair_page("06-auth", pair, names), index_page("06-auth", [pair], names, ["<i>note</i>"])):
        assert "<script>alert" not in page
        assert "<b>Ada" not in page
        assert "\x1b" not in page
        assert page.count("<pre>") == page.count("</pre>")


def test_the_command_writes_the_pairs(tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.tiny import LIBRARY
    from tests.unit.batch.stage import Stage, submissions

    stage = Stage(submissions(tmp_path / "in", {"ada": "passed", "bob": "passed", "cem": "failed"}), tmp_path / "out")
    stage.run()
    for name, text in {"ada": RIGHT, "bob": disguised(RIGHT), "cem": OTHER}.items():
        (tmp_path / "in" / name / "main.py").write_text(text)
    command = [sys.executable, "-m", "kata", "similar", str(tmp_path / "out"), "--library", str(LIBRARY)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "ada and bob" in said.stdout
    assert {each.name for each in (tmp_path / "out/similar").iterdir()} == {"index.html", "pair-001.html"}
    shutil.rmtree(tmp_path / "in/cem")
    assert "left out" in subprocess.run(command, capture_output=True, text=True, check=False).stderr
    shutil.rmtree(tmp_path / "in")
    gone = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (gone.returncode, "no submission can be read any more" in gone.stderr) == (2, True)
    assert (tmp_path / "out/similar/pair-001.html").exists()
