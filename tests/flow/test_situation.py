"""What a flow is told of a call."""

import pytest

from cordboard.flow.situation import dialable, start_with_offset

START = 1_709_622_000_000_000


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2024-03-05 10:00:00", "2024-03-05T10:00:00+03:00"),
        ("2024-03-05 07:00:00", "2024-03-05T07:00:00+00:00"),
        ("2024-03-05 12:30:00", "2024-03-05T12:30:00+05:30"),
        ("2024-03-04 22:00:00", "2024-03-04T22:00:00-09:00"),
        ("0001-01-01 00:00:00", "2024-03-05T07:00:00+00:00"),
        ("", "2024-03-05T07:00:00+00:00"),
    ],
)
def test_the_start_has_the_offset_of_the_pbx(local, expected):
    assert expected == start_with_offset(START, local)


@pytest.mark.parametrize("number", ["", "anonymous", "Anonymous", "unknown", "private"])
def test_a_withheld_number_is_no_number(number):
    assert "" == dialable(number)


def test_a_number_stays_as_it_is_written():
    assert "+7 916 123" == dialable("+7 916 123")
