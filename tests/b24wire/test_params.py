"""PHP's bracket form: the rows of the transport page, and what nobody may break."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.params import MAX_DEPTH, MAX_PARAMETERS, decode_form, encode_form


@pytest.mark.parametrize(
    ("sent", "decoded"),
    [
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=x&a[2]=y", {"a": {"0": "x", "2": "y"}}),
        ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
        ("a[k][j]=v", {"a": {"k": {"j": "v"}}}),
        ("a=1&a=2", {"a": "2"}),
        ("a.b=1", {"a_b": "1"}),
        ("a b=1", {"a_b": "1"}),
        ("a[b.c]=1", {"a": {"b.c": "1"}}),
        ("a[b=1", {"a_b": "1"}),
        ("q=a+b%20c", {"q": "a b c"}),
        ("a=1&a[x]=2", {"a": {"x": "2"}}),
        ("a[5]=1&a[1]=2&a[]=3", {"a": {"5": "1", "1": "2", "6": "3"}}),
        ("flag", {"flag": ""}),
        ("", {}),
        ("&&=x&[a]=1", {}),
        ("filter[>ID]=5&select[]=ID", {"filter": {">ID": "5"}, "select": ["ID"]}),
        ("fields[PHONE][0][VALUE]=%2B7900", {"fields": {"PHONE": [{"VALUE": "+7900"}]}}),
        ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
    ],
)
def test_a_form_is_decoded_as_php_does(sent: str, decoded: dict[str, object]) -> None:
    assert decoded == decode_form(sent)


@pytest.mark.parametrize(
    ("params", "sent"),
    [
        ({"PHONE_NUMBER": "+7900", "SHOW": False}, "PHONE_NUMBER=%2B7900&SHOW=0"),
        ({"USER_ID": [7, 8]}, "USER_ID%5B0%5D=7&USER_ID%5B1%5D=8"),
        ({"filter": {">ID": 5}}, "filter%5B%3EID%5D=5"),
        ({"a": None, "b": [], "c": {}}, ""),
    ],
)
def test_parameters_are_encoded_as_php_builds_a_query(params: dict[str, object], sent: str) -> None:
    assert sent == encode_form(params)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="[]. \0"), min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
# a map with the keys 0…n-1 would come back as the list it is
KEYS = NAMES.filter(lambda key: key.strip() and not key.isdigit())
NESTED = st.recursive(
    TEXTS,
    lambda below: st.lists(below, min_size=1, max_size=3) | st.dictionaries(KEYS, below, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, NESTED, max_size=4))
def test_what_is_encoded_is_decoded_again(params: dict[str, object]) -> None:
    assert params == decode_form(encode_form(params))


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused_in_words(sent: bytes) -> None:
    with contextlib.suppress(RestError):
        assert isinstance(decode_form(sent), dict)


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(RestError) as refusal:
        decode_form("a=%FF")

    assert (refusal.value.code, refusal.value.status) == ("WRONG_ENCODING", 400)


@pytest.mark.parametrize("sent", ["a" + "[b]" * (MAX_DEPTH + 1) + "=1", "a=1&" * (MAX_PARAMETERS + 1)])
def test_too_deep_or_too_many_parameters_are_refused(sent: str) -> None:
    with pytest.raises(RestError) as refusal:
        decode_form(sent)

    assert refusal.value.status == 413


def test_a_list_of_ten_thousand_is_read_at_once() -> None:
    assert 10_000 == len(decode_form("&".join(["a[]=1"] * 10_000))["a"])  # type: ignore[arg-type]
