"""Whatever a client sends to whatever method: an answer or a refusal in Bitrix24's form, never a defect of ours."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.portal.rest.conftest import Rest

from cordboard.portal.rest.registry import method_names

NAME_WORDS = """
    ID id fields FIELDS filter FILTER select order sort SORT ORDER params PARAMS type values entity_type name CODE cmd
    halt start USER_ID USER_PHONE_INNER PHONE_NUMBER TYPE CALL_ID CALL_START_DATE CRM_CREATE CRM_ENTITY_TYPE
    CRM_ENTITY_ID SHOW LINE_NUMBER EXTERNAL_CALL_ID DURATION STATUS_CODE COST VOTE NUMBER NAME FILENAME FILE_CONTENT
    RECORD_URL MESSAGES LINKEDID SEQ AT CONVERSATIONS entityTypeId activityId taskId MESSAGE LIMIT
"""
NAMES = NAME_WORDS.split()
FIELD_WORDS = """
    ID TITLE NAME PHONE EMAIL OPPORTUNITY STAGE_ID STATUS_ID CATEGORY_ID COMPANY_ID CONTACT_IDS ASSIGNED_BY_ID BIRTHDATE
    CLOSEDATE UF_CRM_X OWNER_TYPE_ID OWNER_ID TYPE_ID SUBJECT RESPONSIBLE_ID COMMUNICATIONS SETTINGS DEADLINE ENTITY_ID
    ENTITY_TYPE COMMENT BINDINGS >ID !=%NAME @ID PORTAL_USER_ID CALL_DURATION CALL_START_DATE >CALL_START_DATE title fm
    VALUE DELETE logic 0 1
"""
FIELDS = FIELD_WORDS.split()
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.integers(0, 7)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["1", "Y", "N", "", "2026-08-14T09:30:00Z", "+79001234567", "101", "9" * 30, "\x00", "$result[a]", "%"]
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), below, max_size=4)
    ),
    max_leaves=8,
)
PARAMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), PARAMS)
def test_any_parameters_end_in_an_answer_or_a_refusal(rest: Rest, data: st.DataObject, params: dict[str, Any]) -> None:
    method = data.draw(st.sampled_from(method_names()))

    answer = rest.call(method, params)

    assert answer.status < 500, (method, params, answer.raw)
    assert "result" in answer.body or {"error", "error_description"} <= answer.body.keys()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from(["", "application/json", "multipart/form-data; boundary=B", "x/y; ;="]))
def test_any_body_ends_in_an_answer_or_a_refusal(rest: Rest, body: bytes, content_type: str) -> None:
    answer = rest.send(rest.webhook + "scope", body, content_type=content_type)

    assert answer.status in (200, 400, 413)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_path_ends_in_an_answer_or_a_refusal(rest: Rest, path: str) -> None:
    assert rest.send("/rest/" + path.replace("?", "")).status in (200, 401, 404)


def test_a_deep_nest_within_the_cap_reaches_every_method(rest: Rest) -> None:
    nested: Any = "x"
    for _ in range(25):
        nested = {"fields": nested}

    statuses = {
        name: rest.call(name, {"fields": nested, "filter": nested, "cmd": nested}).status for name in method_names()
    }

    assert {} == {name: status for name, status in statuses.items() if status >= 500}


def test_every_method_answers_a_refusal_that_encodes(rest: Rest) -> None:
    for name in method_names():
        msgspec.json.decode(rest.call(name).raw)
