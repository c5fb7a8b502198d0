"""Numbers: the seed's example, and each decision where it is silent."""

import msgspec
import pytest

from cordboard.numbers.number import EMPTY
from cordboard.numbers.plan import NumberingPlan

SEED_PREFIXES = ["+7495", "8495", "+7", "7", "8"]
SIX = ("9001234567", "+74959001234567", "84959001234567", "+79001234567", "79001234567", "89001234567")


@pytest.fixture
def plan() -> NumberingPlan:
    return NumberingPlan(SEED_PREFIXES)


def test_the_example_of_the_seed_is_met_exactly(plan: NumberingPlan) -> None:
    expected = (
        '{"base":"9001234567","custom":"89001234567","is_local":false,"original":"+79001234567","variants":["9001234567",'
        '"+74959001234567","84959001234567","+79001234567","79001234567","89001234567"]}'
    )

    number = plan.number("+79001234567", "89001234567")

    assert expected == msgspec.json.encode(number).decode()


@pytest.mark.parametrize(
    ("original", "base", "variants"),
    [
        ("+79001234567", "9001234567", SIX),
        ("89001234567", "9001234567", SIX),
        ("79001234567", "9001234567", SIX),
        ("9001234567", "9001234567", SIX),
        ("84951234567", "1234567", ("1234567", "+74951234567", "84951234567", "+71234567", "71234567", "81234567")),
        ("+74951234567", "1234567", ("1234567", "+74951234567", "84951234567", "+71234567", "71234567", "81234567")),
        (
            "+4915112345678",
            "+4915112345678",
            (
                "+4915112345678",
                "+7495+4915112345678",
                "8495+4915112345678",
                "+7+4915112345678",
                "7+4915112345678",
                "8+4915112345678",
            ),
        ),
        ("101", "101", ("101",)),
        ("+7 (900) 123-45-67", "9001234567", SIX),
    ],
)
def test_the_worked_cases(plan: NumberingPlan, original: str, base: str, variants: tuple[str, ...]) -> None:
    number = plan.number(original)

    assert (base, variants, original) == (number.base, number.variants, number.original)


def test_an_internal_number_keeps_its_prefix_and_has_itself_as_variant(plan: NumberingPlan) -> None:
    number = plan.number("8495")

    assert (True, "8495", ("8495",)) == (number.is_local, number.base, number.variants)


def test_a_prefix_never_eats_the_whole_number() -> None:
    plan = NumberingPlan(["+74951234567", "+7"])

    assert "4951234567" == plan.number("+74951234567").base


def test_without_prefixes_the_base_is_the_only_variant() -> None:
    assert ("+79001234567",) == NumberingPlan().number("+79001234567").variants


def test_an_empty_prefix_gives_no_variant_twice() -> None:
    assert ("9001234567", "89001234567") == NumberingPlan(["", "8", "8"]).number("9001234567").variants


def test_an_empty_number_is_empty_everywhere(plan: NumberingPlan) -> None:
    assert EMPTY == plan.number("")


def test_the_custom_number_is_used_first_and_does_not_change_the_base(plan: NumberingPlan) -> None:
    number = plan.number("+79001234567", "anything")

    assert ("anything", "9001234567") == (number.spoken, number.base)
    assert "+79001234567" == plan.number("+79001234567").spoken


def test_equal_texts_give_the_same_object(plan: NumberingPlan) -> None:
    assert plan.number("+79001234567") is plan.number("+79001234567")


def test_an_endpoint_named_by_the_settings_is_a_trunk_even_if_it_looks_internal() -> None:
    plan = NumberingPlan(trunks=["^200$"], lines={"300": "74951000003"})

    assert [True, True, False, True] == [plan.is_trunk(name) for name in ("200", "300", "101", "trunk-alpha")]
    assert [False, False, False, True] == [plan.is_guessed(name) for name in ("200", "300", "101", "trunk-alpha")]
