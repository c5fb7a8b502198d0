"""What an envelope means at each kind of point."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.hooks.answers import Outcome, params_of, understand, with_params
from cordboard.hooks.specs import POINTS, unknown_point

REGISTER = POINTS["process_registration_params"]
ASKED = {"USER_ID": 6, "PHONE_NUMBER": "+79001234567", "SHOW": 1}


def test_returned_keys_replace_null_removes_and_absent_keys_stay():
    answer = {"data": {"CRM_SOURCE": "WEB", "SHOW": None}, "state": "success"}

    understood = understand(REGISTER, answer, ASKED)

    assert (Outcome.CHANGED, {"USER_ID": 6, "PHONE_NUMBER": "+79001234567", "CRM_SOURCE": "WEB"}) == (
        understood.outcome,
        understood.params,
    )


@pytest.mark.parametrize("data", [{}, [], None])
@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("process_registration_params", Outcome.CANCELLED),
        ("customize_activity", Outcome.CANCELLED),
        ("process_originate_params", Outcome.CANCELLED),
        ("process_client_phone", Outcome.UNCHANGED),
        ("post_registration", Outcome.UNCHANGED),
        ("need_registration", Outcome.FAILED),
    ],
)
def test_empty_data_means_what_the_point_says(point, expected, data):
    understood = understand(POINTS[point], {"data": data, "state": "success"}, {})

    assert expected == understood.outcome


def test_an_answer_without_data_changes_nothing():
    understood = understand(REGISTER, {"state": "success"}, ASKED)

    assert (Outcome.UNCHANGED, ASKED) == (understood.outcome, understood.params)


WRONG = [
    ("process_registration_params", {"data": {"PHONE_NUMBER": 5}}, "data.PHONE_NUMBER: expected text, got 5"),
    ("customize_show_call_card", {"data": {"USER_ID": [6, "x"]}}, 'data.USER_ID[1]: expected a number, got "x"'),
    ("customize_show_call_card", {"data": {"USER_ID": {"1": 6}}}, "expected a number or a list"),
    ("need_registration", {"data": {"result": "maybe"}}, 'data.result: expected true or false, got "maybe"'),
    ("need_registration", {"data": {"resul": True}}, "data.resul: there is no such key here; expected result"),
    ("process_task_creation_params", {"data": {"UF_CRM_TASK": ["C_1", 4]}}, "data.UF_CRM_TASK[1]: expected text"),
    ("process_final_params", {"data": [1]}, "data: expected an object, got [1]"),
    ("process_final_params", {"data": {"USER_ID": 1}, "state": "error"}, 'state: expected "success", got "error"'),
    ("process_final_params", {"data": {"USER_ID": 1}, "state": None}, 'state: expected "success", got null'),
]


@pytest.mark.parametrize(("point", "answer", "expected"), WRONG)
def test_a_wrong_shape_is_told_by_its_path(point, answer, expected):
    understood = understand(POINTS[point], {"state": "success", **answer}, {})

    assert understood.outcome == Outcome.FAILED
    assert expected in understood.reason


@pytest.mark.parametrize("envelope", [None, 5, "success", [], [{"state": "success"}]])
def test_what_is_no_envelope_fails(envelope):
    assert Outcome.FAILED == understand(REGISTER, envelope, ASKED).outcome


def test_a_number_may_come_as_text_as_php_likes_it():
    understood = understand(POINTS["process_final_params"], {"data": {"USER_ID": "456"}, "state": "success"}, {})

    assert {"USER_ID": 456} == understood.params


def test_a_field_that_the_crm_has_and_we_do_not_name_goes_through():
    answer = {"data": {"UF_CRM_LINE": "12"}, "state": "success"}

    assert {**ASKED, "UF_CRM_LINE": "12"} == understand(REGISTER, answer, ASKED).params


def test_of_an_update_only_fields_with_content_are_used_and_the_next_customization_sees_them():
    point = POINTS["customize_activity"]
    payload = {"activity": {"raw": {"ID": "7", "SUBJECT": "old"}}, "call_full": {}}

    understood = understand(point, {"data": {"SUBJECT": "new", "DESCRIPTION": ""}, "state": "success"}, {})
    seen = with_params(point, payload, understood.params)

    assert {"SUBJECT": "new"} == understood.params
    assert {"ID": "7", "SUBJECT": "new"} == seen["activity"]["raw"]


def test_the_parameters_of_a_payload_are_what_stands_beside_the_call():
    payload = {**ASKED, "call_full": {}, "call_stage": "conversation_requested"}

    assert ASKED == params_of(REGISTER, payload)
    assert {"path": "/a.wav"} == params_of(POINTS["process_record_file_path"], {"params": {"path": "/a.wav"}})


@pytest.mark.parametrize(
    ("written", "near"),
    [("need_registraton", "need_registration"), ("process_final_param", "process_final_params"), ("backup", "")],
)
def test_a_name_of_no_point_is_told_with_the_nearest_one(written, near):
    told = unknown_point(written)

    assert told == f"there is no point {written!r}" + (f"; did you mean {near}?" if near else "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["USER_ID", "PHONE_NUMBER", "result", "phone", "path", "extension", "STATUS_CODE", "TITLE"])


@given(
    point=st.sampled_from(list(POINTS.values())),
    envelope=JSON | st.fixed_dictionaries({"state": st.just("success"), "data": st.dictionaries(KEYS, JSON) | JSON}),
)
def test_whatever_an_answer_is_it_is_understood_and_what_comes_of_it_can_be_written_down(point, envelope):
    understood = understand(point, envelope, {"USER_ID": 6})

    assert understood.reason or understood.outcome != Outcome.FAILED
    assert understood.outcome != Outcome.FAILED or understood.params == {}
    msgspec.json.Encoder(order="deterministic").encode(understood.params)
