"""Every difference between two JSON values has its path and both values; equal values have none."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kata.grader.json_diff import differences, told

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert told(differences(value, value)) == ""


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(), min_size=1, max_size=4))
def test_each_changed_member_is_one_difference(value: dict[str, int]) -> None:
    changed = {key: number + 1 for key, number in value.items()}
    found = list(differences(changed, value))
    assert {each.path for each in found} == set(value)
    assert all(str(value[each.path]) == each.expected for each in found)


def test_several_differences_stand_on_lines_of_their_own() -> None:
    actual = {"id": 7, "tags": ["a", "x"], "author": {"name": "M"}}
    expected = {"id": 8, "tags": ["a", "b", "c"], "author": {"name": "M", "age": 3}}
    assert told(differences(actual, expected)).splitlines() == [
        "the body differs:",
        "  id: expected 8, came 7",
        "  tags: expected a list of 3, came one of 2",
        '  tags[1]: expected "b", came "x"',
        "  author.age: expected 3, nothing came",
    ]


def test_many_differences_are_counted() -> None:
    assert told(differences([1] * 9, [2] * 9)).endswith("and 4 more")
    assert told(differences([1] * 900, [2] * 900)).endswith("and many more")
