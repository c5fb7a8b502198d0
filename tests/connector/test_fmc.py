"""Employees' numbers outside, learned while the program runs."""

import pytest

from cordboard.connector.fmc import OutsideNumbers
from cordboard.numbers.plan import NumberingPlan


@pytest.fixture
def plan():
    return NumberingPlan(("+7", "7", "8"))


def test_a_changed_file_counts_at_the_next_look_and_a_broken_one_changes_nothing(plan, tmp_path):
    file = tmp_path / "fmc_patterns.txt"
    numbers = OutsideNumbers(file, list, [plan])
    seen = []
    for content in (None, b"8916000XXXX\n", b"8916000XXXX\nno number\n8926111XXXX\n", b"\xff\xfe"):
        if content is not None:
            file.write_bytes(content)
        numbers.look()
        seen.append([plan.is_employee(number) for number in ("+79160005105", "+79261112233")])

    assert [[False, False], [True, False], [True, True], [True, True]] == seen


def test_the_numbers_of_profiles_are_employees_too_as_soon_as_they_are_known(plan):
    known = []
    numbers = OutsideNumbers(None, lambda: known, [plan])
    numbers.look()
    before = plan.is_employee("79160005105")

    known.append("8 (916) 000-51-05")
    numbers.look()

    assert [False, True] == [before, plan.is_employee("79160005105")]
