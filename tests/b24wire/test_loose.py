"""Loose values: `"1"`, 1 and true are one flag; `"N"` is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.b24wire.loose import as_flag, as_float, as_int, as_items, as_map, as_text, named


@pytest.mark.parametrize("value", ["1", 1, True, "N", "false", "no", "Y", [0]])
def test_these_flags_are_true(value: object) -> None:
    assert as_flag(value)


@pytest.mark.parametrize("value", ["0", 0, "", False, None, [], {}])
def test_these_flags_are_false(value: object) -> None:
    assert not as_flag(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [("12", 12), ("12abc", 12), (" 7", 7), ("-3", -3), ("1e3", 1000), ("abc", 0), (None, 0), (True, 1), ("9" * 30, 0)],
)
def test_a_number_is_what_a_text_begins_with(value: object, number: int) -> None:
    assert number == as_int(value)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_any_value_can_be_read_as_anything(value: object) -> None:
    assert -(2**63) <= as_int(value) < 2**63
    assert as_float(value) == as_float(value)
    assert "\0" not in as_text(value)
    assert isinstance(as_map(value), dict)
    assert isinstance(as_items(value), list)


@pytest.mark.parametrize("spelling", ["fields", "FIELDS", "Fields", "arFields"])
def test_a_parameter_is_found_in_any_spelling(spelling: str) -> None:
    assert named({spelling: 1}, "fields") == 1
