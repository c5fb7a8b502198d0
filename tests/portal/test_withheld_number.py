"""A caller who withholds the number is no caller with the number 0."""

import pytest

from cordboard.portal.views.call_facts import number_to_show


@pytest.mark.parametrize(
    ("registered", "shown"),
    [("0", ""), ("", ""), ("000", ""), ("+79001234567", "+79001234567"), ("101", "101"), ("100", "100")],
)
def test_a_number_without_any_digit_but_zero_is_shown_as_withheld(registered: str, shown: str):
    assert shown == number_to_show(registered)
