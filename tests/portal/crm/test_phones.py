"""The second key of a search: the caller's national number, where the line is a number of the world."""

import pytest

from cordboard.portal.phones import second_key


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("74951000001", "9001234567"),
        ("+74951000001", "9001234567"),
        ("+7 (495) 222-33-44", "9001234567"),
        ("7 495 222-33-44", "9001234567"),
        ("trunk-1", ""),
        ("sip 101", ""),
        ("+", ""),
        ("", ""),
    ],
)
def test_a_line_counts_as_people_write_it(line: str, key: str) -> None:
    assert key == second_key("+79001234567", line)
