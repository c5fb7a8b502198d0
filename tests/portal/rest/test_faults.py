"""Fault switches without a wire: which request is struck, how often, and what is refused."""

import pytest

from cordboard.portal.rest.faults import KINDS, Faults, FaultUnknown


def test_a_fault_strikes_only_the_methods_it_names() -> None:
    faults = Faults()
    faults.add("QUERY_LIMIT_EXCEEDED", ["telephony.*"])

    struck = [faults.strike(name) for name in ("telephony.externalCall.register", "crm.lead.add", "batch")]

    assert [True, False, False] == [fault is not None for fault in struck]


def test_a_share_is_exact() -> None:
    faults = Faults()
    faults.add("slow", share=25)

    struck = [faults.strike("crm.lead.add") is not None for _ in range(8)]

    assert [False, False, False, True] * 2 == struck


def test_a_fault_that_was_used_up_is_off() -> None:
    faults = Faults()
    faults.add("expired_token", times=2)

    struck = [faults.strike("profile") is not None for _ in range(4)]

    assert [True, True, False, False] == struck
    assert [] == faults.active


def test_the_switches_themselves_are_never_struck() -> None:
    faults = Faults()
    faults.add("cut")

    assert faults.strike("cordboard.faults.clear") is None


def test_a_command_of_a_batch_is_struck_only_by_an_error_that_names_its_method() -> None:
    faults = Faults()
    faults.add("cut", ["crm.lead.add"])
    faults.add("QUERY_LIMIT_EXCEEDED")
    faults.add("OPERATION_TIME_LIMIT", ["crm.*"])

    error = faults.strike_command("crm.lead.add")

    assert error is not None
    assert "OPERATION_TIME_LIMIT" == error.code
    assert faults.strike_command("user.get") is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_known_in_any_case_of_letters(kind: str) -> None:
    assert kind == Faults().add(kind.swapcase()).kind


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": "thunder"}, "thunder is no fault; faults are QUERY_LIMIT_EXCEEDED"),
        ({"share": 0}, "The share is a whole number of percent from 1 to 100"),
        ({"share": 101}, "The share is a whole number of percent from 1 to 100"),
        ({"times": 0}, "A fault strikes at least once"),
        ({"seconds": 0}, "A slow answer takes more than 0 and at most 300 seconds"),
        ({"seconds": float("nan")}, "A slow answer takes more than 0 and at most 300 seconds"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(wrong: dict[str, object], sentence: str) -> None:
    arguments = {"kind": "slow"} | wrong

    with pytest.raises(FaultUnknown) as refused:
        Faults().add(**arguments)  # type: ignore[arg-type]

    assert str(refused.value).startswith(sentence)
