"""What the portal's answers mean to the delivery."""

import pytest

from cordboard.crm.base import (
    AuthorizationLost,
    CrmBusy,
    CrmFailing,
    CrmUnreachable,
    MethodBusy,
    RequestRefused,
    ScopeMissing,
)
from cordboard.crm.bitrix24.client import user_of
from cordboard.crm.bitrix24.mapping import external_id, registered
from cordboard.crm.bitrix24.rest import read_answer, why
from cordboard.flow.questions import Registered


def error(code, text=""):
    return f'{{"error":"{code}","error_description":"{text}"}}'.encode()


TABLE = [
    (503, error("QUERY_LIMIT_EXCEEDED", "Too many requests"), CrmBusy),
    (429, error("OPERATION_TIME_LIMIT"), MethodBusy),
    (401, error("insufficient_scope"), ScopeMissing),
    (401, error("INVALID_CREDENTIALS", "Invalid request credentials"), AuthorizationLost),
    (401, error("expired_token"), AuthorizationLost),
    (403, error("ACCESS_DENIED", "Access denied!"), AuthorizationLost),
    (500, error("INTERNAL_SERVER_ERROR"), CrmFailing),
    (400, error("", "Unknown TYPE"), RequestRefused),
    (404, error("ERROR_METHOD_NOT_FOUND", "Method not found!"), RequestRefused),
    (502, b"<html>Bad Gateway</html>", CrmUnreachable),
    (200, b'{"result": {"CALL_ID"', CrmUnreachable),
    (200, b"", CrmUnreachable),
    (301, b"", AuthorizationLost),
    (403, b"<html>no</html>", AuthorizationLost),
]


@pytest.mark.parametrize(("status", "body", "expected"), TABLE)
def test_a_failure_says_whether_trying_again_can_help(status, body, expected):
    with pytest.raises(expected):
        read_answer("telephony.externalCall.register", status, body)


def test_a_refusal_keeps_the_words_of_the_portal():
    with pytest.raises(RequestRefused, match=r"^User is not found or is not active$"):
        read_answer("m", 400, error("", "User is not found or is not active"))


def test_an_error_never_repeats_the_address():
    assert "no answer in time" == why(TimeoutError())
    assert "ValueError" == why(ValueError("http://portal/rest/1/secret/"))


def test_register_without_a_client_is_answered_by_false_on_the_second_time():
    answer = {"CALL_ID": "externalCall.1", "CRM_CREATED_LEAD": None, "CRM_ENTITY_TYPE": False, "CRM_ENTITY_ID": None}

    assert Registered("externalCall.1") == registered(answer | {"CRM_CREATED_ENTITIES": []})


def test_created_entities_are_told_apart():
    created = [{"ENTITY_TYPE": "CONTACT", "ENTITY_ID": 5}, {"ENTITY_TYPE": "DEAL", "ENTITY_ID": 6}]

    answer = registered(
        {"CALL_ID": "x", "CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": 5, "CRM_CREATED_ENTITIES": created}
    )

    assert ("contact", "5", "5", "6") == (
        answer.entity_type,
        answer.entity_id,
        answer.created_contact_id,
        answer.created_deal_id,
    )


def test_a_user_has_the_extension_first():
    row = {"ID": "7", "NAME": "Anna", "LAST_NAME": "Orlova", "WORK_PHONE": "+7495", "UF_PHONE_INNER": "101"}

    user = user_of(row)

    assert (7, "Anna Orlova", ("101", "+7495")) == (user.id, user.name, user.numbers)


@pytest.mark.parametrize("pbx", ["main", "a-very-long-name-of-a-telephone-exchange-in-a-very-large-company"])
def test_the_external_id_is_never_longer_than_a_portal_can_finish(pbx):
    made = external_id(pbx, "systemname-1700000000.123456")

    assert len(made) <= 64
    assert made.endswith("-systemname-1700000000.123456")
