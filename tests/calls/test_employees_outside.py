"""Employees at mobile telephones (FMC): a trunk channel, and yet one of ours."""

from collections.abc import Callable
from typing import Any

import pytest

from cordboard.numbers.employees import NOBODY, Employees, patterns_of
from cordboard.numbers.plan import NumberingPlan

CALLED = {
    "outgoing": ("trunk-a/1", "79261112233"),
    "local": ("102/1", "102"),
}


@pytest.mark.parametrize("kind", CALLED)
def test_an_employees_mobile_that_calls_in_makes_no_incoming_call(tell: Callable[..., Any], kind: str) -> None:
    channel, number = CALLED[kind]
    rows = f"""
    0.00 CHAN_START trunk-a/0 A exten=74951000001 num=79160005105
    0.10 CHAN_START {channel} A exten=s num={number}
    9.00 HANGUP {channel} A cause=16
    9.00 HANGUP trunk-a/0 A
    """

    known, unknown = (
        tell(rows, trunks=["^trunk-"], employees=employees).call["channel"]
        for employees in (Employees(["+7 (916) 000-51-05"]), NOBODY)
    )

    assert (kind, "79160005105", True) == (known["type"], known["from"]["original"], known["from"]["is_local"])
    assert ("incoming", False) == (unknown["type"], unknown["from"]["is_local"])


def test_a_series_of_numbers_is_one_pattern() -> None:
    plan = NumberingPlan(["+7", "7", "8"])
    before = plan.number("+79160005105").is_local
    plan.learn(Employees(patterns=["8916000XXXX"]))

    assert [False, True, False] == [before, *(plan.number(x).is_local for x in ("+79160005105", "89170005105"))]


def test_a_file_of_patterns_has_remarks_and_tells_its_broken_lines() -> None:
    text = "# SIM cards\n8123456XXXX  # sales\n\n+7 916 000-51-05\nIvan\n"

    assert (["8123456XXXX", "+7 916 000-51-05"], ["Ivan"]) == patterns_of(text)
