"""The envelope and PHP's JSON: facts of the transport page, part 3."""

from datetime import UTC, datetime, timedelta

import pytest

from cordboard.b24wire.envelope import UNCONVERTED_DATE, encode_json, encode_xml, php_shape, success, timing
from cordboard.b24wire.errors import Reaction, RestError, failure, reaction_to
from cordboard.b24wire.paging import Page, page

STARTED = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({}, []),
        ({"0": "a", "1": "b"}, ["a", "b"]),
        ({"1": "a"}, {"1": "a"}),
        ({"1": "a", "0": "b"}, {"1": "a", "0": "b"}),
        ({"a": {}}, {"a": []}),
        ([{}], [[]]),
    ],
)
def test_maps_are_shaped_as_php_does(value: object, shape: object) -> None:
    assert shape == php_shape(value)


def test_an_unconverted_date_is_an_empty_object() -> None:
    assert b'{"CALL_START_DATE":{}}' == encode_json(php_shape({"CALL_START_DATE": UNCONVERTED_DATE}))


def test_time_has_all_eight_keys_with_whole_start_and_processing() -> None:
    time = timing(STARTED, STARTED + timedelta(seconds=1.5))

    assert {
        "start": 1786699800,
        "finish": 1786699801.5,
        "duration": 1.5,
        "processing": 1,
        "date_start": "2026-08-14T09:30:00+00:00",
        "date_finish": "2026-08-14T09:30:01+00:00",
        "operating_reset_at": 1786700401,
        "operating": 0.0,
    } == time


def test_next_is_there_only_when_more_rows_exist() -> None:
    first, last = page([1] * 50, 0, 60), page([1] * 10, 50, 60)

    assert {"result", "next", "total", "time"} == success(first, {}).keys()
    assert first.next == 50
    assert {"result", "total", "time"} == success(last, {}).keys()


def test_an_uncounted_page_has_total_0_and_no_next() -> None:
    assert Page([1] * 50, 0, None) == page([1] * 50, -1, 0)


def test_a_result_that_is_an_error_is_the_body_itself() -> None:
    answer = {"error": "X", "error_description": "Y"}

    assert answer == success(answer, {})


def test_a_plain_failure_has_an_empty_code_and_the_switch_gives_it_one() -> None:
    error = failure("Not found")

    assert {"error": "", "error_description": "Not found"} == error.body()
    assert {"error": "ERROR_CORE", "error_description": "Not found"} == error.body(empty_code="ERROR_CORE")


def test_an_argument_error_names_the_argument() -> None:
    assert "NAME" == RestError("ERROR_ARGUMENT", "Bad", argument="NAME").body()["argument"]


def test_xml_has_items_for_lists_and_numeric_keys_and_1_for_true() -> None:
    body = {"result": {"list": ["a<b", "\x01c"], "yes": True, "no": False, "5": None}}

    expected = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response><result><list><item>a&lt;b</item><item>c</item></list>'
        "<yes>1</yes><no></no><item></item></result></response>"
    )
    assert expected.encode() == encode_xml(body)


@pytest.mark.parametrize(
    ("code", "status", "reaction"),
    [
        ("QUERY_LIMIT_EXCEEDED", 503, Reaction.RETRY),
        ("", 502, Reaction.RETRY),
        ("OPERATION_TIME_LIMIT", 429, Reaction.PAUSE),
        ("expired_token", 401, Reaction.REFRESH),
        ("INVALID_CREDENTIALS", 401, Reaction.STOP),
        ("", 400, Reaction.GIVE_UP),
    ],
)
def test_a_client_knows_what_to_do_after_an_error(code: str, status: int, reaction: Reaction) -> None:
    assert reaction == reaction_to(code, status)
