"""Whatever a client sends to whatever method: an answer or a refusal in Bitrix24's form, never a defect of ours."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, union_all
from tests.portal.rest.conftest import Answer, Rest

from cordboard.portal.rest import asgi
from cordboard.portal.rest.described import describe
from cordboard.portal.rest.registry import Method, all_methods, method_names
from cordboard.portal.tables import metadata

assert asgi  # importing it fills the registry

FIELD_WORDS = """
    ID TITLE NAME PHONE EMAIL OPPORTUNITY STAGE_ID STATUS_ID CATEGORY_ID COMPANY_ID CONTACT_IDS ASSIGNED_BY_ID BIRTHDATE
    CLOSEDATE UF_CRM_X OWNER_TYPE_ID OWNER_ID TYPE_ID SUBJECT RESPONSIBLE_ID COMMUNICATIONS SETTINGS DEADLINE ENTITY_ID
    ENTITY_TYPE COMMENT BINDINGS >ID !=%NAME @ID PORTAL_USER_ID CALL_DURATION CALL_START_DATE >CALL_START_DATE title fm
    VALUE DELETE logic 0 1 TIMESTAMP_X EVENT_NAME MESSAGE_ID ><ID ?COMMENT CRM_BINDINGS.ENTITY_ID minTimeout SIDE
    STATUS FIND UF_DEPARTMENT createdTime >createdTime typeId value
"""
FIELDS = FIELD_WORDS.split()
LIKELY_WORDS = (
    "1 Y N 101 CONTACT ONCRMLEADADD http://127.0.0.1:9/ offline ring talking a.wav PHONE DESC main % $result[a]"
)
LIKELY = ["", "2026-08-14T09:30:00Z", "+79001234567", "9" * 30, "\x00", *LIKELY_WORDS.split()]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.integers(0, 7)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(LIKELY)
)
VALUES = st.recursive(
    LEAVES,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), below, max_size=4)
    ),
    max_leaves=8,
)
#: what every method may be sent, and what the transport takes for itself
COMMON = ["start", "state", "sessid", "auth_connector", "FILTER", "fields", "ID"]


def ask(rest: Rest, method: Method, params: dict[str, Any]) -> Answer:
    """By the administrator's application, since a webhook would be refused by some before they read anything."""
    return rest.call(method.name, {**params, "auth": rest.application["access_token"]}, webhook="/rest/")


def rows(rest: Rest) -> list[int]:
    """How many rows each table has: a refused request leaves all of them as they are."""
    return rest.portal.store.read_sync(lambda connection: list(connection.execute(COUNTS).scalars()))


COUNTS = union_all(*(select(func.count()).select_from(table) for table in metadata.sorted_tables))


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.name)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_type_in_any_parameter_ends_in_an_answer_or_a_refusal(rest: Rest, method: Method, data: Any) -> None:
    names = [parameter.name for parameter in describe(method).parameters]
    likely = {name: value for name, value in VALID.items() if name in names} if data.draw(st.booleans()) else {}

    params = likely | data.draw(st.dictionaries(st.sampled_from([*names, *COMMON]), VALUES, max_size=6))
    before = rows(rest)
    answer = ask(rest, method, params)

    assert answer.status < 500, (method.name, params, answer.raw)
    if answer.status >= 400:
        assert {"error", "error_description"} <= answer.body.keys()
        assert before == rows(rest), (method.name, params)
    else:
        assert "result" in answer.body


#: what lets a method come further than its first check
VALID: dict[str, Any] = {
    "USER_ID": 2,
    "TYPE": 2,
    "PHONE_NUMBER": "+79001234567",
    "CALL_ID": "externalCall.0.1",
    "entityTypeId": 3,
    "event": "ONCRMLEADADD",
    "handler": "http://127.0.0.1:9/",
    "process_id": "x",
    "PBX": ["main"],
    "LINKEDID": "1.1",
    "PLACE": "talking",
    "EMAIL": "boris@example.org",
    "UF_DEPARTMENT": [1],
    "ENTITY_TYPE": "CONTACT",
    "LIST_ID": 1,
    "ownerTypeId": 3,
    "ownerId": 1,
    "deadline": "2026-08-15T12:00:00Z",
    "id": 1,
    "taskId": 1,
    "fields": {"TITLE": "x", "NAME": "x", "RESPONSIBLE_ID": 2, "OWNER_ID": 1, "OWNER_TYPE_ID": 3, "TYPE_ID": 2},
}


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
