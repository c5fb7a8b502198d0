"""Any type in any parameter of a telephony method ends in an answer or a Bitrix24-form error, never in a 5xx."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordboard.portal.rest.registry import all_methods

MINE = [
    found.name
    for found in all_methods()
    if found.name.lower().startswith(("telephony.", "voximplant.", "cordboard.", "upload"))
]
NAMES = [
    "USER_ID",
    "USER_PHONE_INNER",
    "PHONE_NUMBER",
    "TYPE",
    "CALL_START_DATE",
    "CRM_CREATE",
    "CRM_SOURCE",
    "CRM_ENTITY_TYPE",
    "CRM_ENTITY_ID",
    "SHOW",
    "CALL_LIST_ID",
    "LINE_NUMBER",
    "EXTERNAL_CALL_ID",
    "CALL_ID",
    "DURATION",
    "STATUS_CODE",
    "COST",
    "COST_CURRENCY",
    "VOTE",
    "FILTER",
    "SORT",
    "ORDER",
    "start",
    "NUMBER",
    "NAME",
    "CRM_AUTO_CREATE",
    "FILENAME",
    "FILE_CONTENT",
    "MESSAGES",
    "PBX",
    "LINKEDID",
    "SEQ",
    "PLACE",
    "CONVERSATIONS",
    "TRANSFER",
    "EVENTS_URL",
    "LINE_ID",
    "token",
    "file",
    "COMMAND_ID",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1", "2", "+79001234567", "CONTACT", "101", "talking", "ID", "DESC", "2026-08-14T09:00:00Z"])
)
KEYS = st.sampled_from(
    [">ID", "><CALL_START_DATE", "!PHONE_NUMBER", "CRM_BINDINGS.ENTITY_ID", "?COMMENT", "0", "LOGIC"]
)
VALUES = st.recursive(
    SCALARS,
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), deeper, max_size=3),
)


def test_the_methods_of_telephony_are_here() -> None:
    assert {"telephony.externalCall.register", "voximplant.statistic.get", "cordboard.call.state"} <= set(MINE)


@pytest.mark.parametrize("method", MINE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_parameters_end_in_an_answer(rest: Any, method: str, data: Any) -> None:
    likely = data.draw(st.booleans())
    start = {"USER_ID": 2, "TYPE": 2, "PHONE_NUMBER": "+79001234567", "CALL_ID": "x"} if likely else {}

    params = start | data.draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
    answer = rest.call(method, params)

    assert answer.status < 500, (method, params, answer.raw)
    assert {"result", "error"} & set(answer.body)
