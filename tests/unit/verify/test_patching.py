"""Patches apply exactly or not at all, and say at which of their own lines they do not."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kata.verify.patching import PatchError, changed_files

TEXT = "one\ntwo\nthree\nfour\n"


def patch(old: str, new: str, path: str = "main.py") -> str:
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    return "".join(lines)


def apply(text: str, **files: str) -> dict[str, bytes | None]:
    known = {name.replace("_py", ".py"): content.encode() for name, content in files.items()}
    return dict(changed_files(text, known.get))


def test_changes_one_line() -> None:
    assert apply(patch(TEXT, TEXT.replace("two", "2")), main_py=TEXT) == {"main.py": b"one\n2\nthree\nfour\n"}


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_any_difference_applies(old: list[str], new: list[str]) -> None:
    before, after = "".join(f"{x}\n" for x in old), "".join(f"{x}\n" for x in new)
    if before != after and before:
        assert apply(patch(before, after), main_py=before) == {"main.py": after.encode()}


def test_adds_and_removes_files() -> None:
    added = "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a\n+b\n"
    removed = "--- a/main.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-one\n"
    assert apply(added) == {"new.py": b"a\nb\n"}
    assert apply(removed, main_py="one\n") == {"main.py": None}


def test_text_that_differs_is_an_error_with_the_patch_line() -> None:
    with pytest.raises(PatchError, match=r"line 2 of main\.py") as caught:
        apply(patch(TEXT, TEXT.replace("two", "2")), main_py=TEXT.replace("two", "zwei"))
    assert caught.value.line == 5


@pytest.mark.parametrize("text", ["", "no diff at all\n", "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\n"])
def test_what_is_no_patch_is_refused(text: str) -> None:
    with pytest.raises(PatchError):
        apply(text, main_py=TEXT)


def test_missing_file_is_named() -> None:
    with pytest.raises(PatchError, match=r"no file 'main.py'"):
        apply(patch(TEXT, "x\n"))
