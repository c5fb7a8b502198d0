"""Payloads and answers: the objects that go into a customization and come back, as types.

In:   nothing. Out: one `…Payload` and one `…Answer` per point; `specs.py` ties them to the points.

The surprise: in an answer every key may be missing (it stays as it was) or null (it is removed), so each has None as
its default; which keys were really there is looked up in the answer itself, never here. Capital keys are Bitrix24's.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from cordboard.calls.snapshot import CallFull, EntityFull, UserFull

Stage = Literal["conversation_requested", "conversation_accepted", "conversation_ended", "call_ended"]
#: an id as Bitrix24's users write it: 6 or "6"
Id = int | str


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `data` may hold."""


class Nothing(Answer, frozen=True):
    """An answer that is not looked at."""


# --- whether, and under which number ----------------------------------------------------------------------------------


class NeedRegistrationPayload(msgspec.Struct, frozen=True):
    call_full: CallFull
    call_stage: Stage


class NeedRegistrationAnswer(Answer, frozen=True):
    #: false: the call is left out at this stage
    result: bool | None = None


class PhonePayload(msgspec.Struct, frozen=True):
    phone: str
    call_full: CallFull
    call_stage: Stage


class PhoneAnswer(Answer, frozen=True):
    #: becomes `custom` of that number
    phone: str | None = None


# --- requests to the CRM ----------------------------------------------------------------------------------------------


class RegistrationParams(Answer, frozen=True):
    """Parameters of `telephony.externalCall.register`."""

    USER_ID: int | None = None
    USER_PHONE_INNER: str | None = None
    PHONE_NUMBER: str | None = None
    CALL_START_DATE: str | None = None
    CRM_CREATE: int | None = None
    CRM_SOURCE: str | None = None
    CRM_ENTITY_TYPE: str | None = None
    CRM_ENTITY_ID: Id | None = None
    SHOW: int | None = None
    LINE_NUMBER: str | None = None
    TYPE: int | None = None
    EXTERNAL_CALL_ID: str | None = None
    CALL_LIST_ID: Id | None = None
    ADD_TO_CHAT: int | None = None


class RegistrationPayload(RegistrationParams, frozen=True, kw_only=True):
    call_full: CallFull
    call_stage: Stage


class PostRegistrationPayload(msgspec.Struct, frozen=True):
    call_full: CallFull
    call_stage: Stage


class CardAnswer(Answer, frozen=True):
    """Parameters of `telephony.externalCall.show`."""

    CALL_ID: str | None = None
    #: one user or several
    USER_ID: list[int] | int | None = None


class CardPayload(CardAnswer, frozen=True, kw_only=True):
    call_full: CallFull
    call_stage: Stage


class FinalParams(Answer, frozen=True):
    """Parameters of `telephony.externalCall.finish`."""

    CALL_ID: str | None = None
    USER_ID: int | None = None
    DURATION: int | None = None
    STATUS_CODE: str | None = None
    COST: float | None = None
    COST_CURRENCY: str | None = None
    FAILED_REASON: str | None = None
    RECORD_URL: str | None = None
    VOTE: int | None = None
    ADD_TO_CHAT: int | None = None


class FinalPayload(FinalParams, frozen=True, kw_only=True):
    call_full: CallFull


class RecordFile(msgspec.Struct, frozen=True):
    call_id: str
    from_: str = msgspec.field(name="from")
    to: str
    #: the file as it lies on this machine
    path: str


class RecordFilePayload(msgspec.Struct, frozen=True):
    params: RecordFile
    call_full: CallFull


class RecordFileAnswer(Answer, frozen=True):
    path: str | None = None


class RecordParams(Answer, frozen=True):
    """Parameters of `telephony.externalCall.attachRecord`."""

    CALL_ID: str | None = None
    FILENAME: str | None = None
    RECORD_URL: str | None = None


class RecordPayload(RecordParams, frozen=True, kw_only=True):
    call_full: CallFull


class TaskParams(Answer, frozen=True):
    """Fields of `tasks.task.add`; any other field of a task may be added."""

    TITLE: str | None = None
    DESCRIPTION: str | None = None
    RESPONSIBLE_ID: int | None = None
    CREATED_BY: int | None = None
    DEADLINE: str | None = None
    UF_CRM_TASK: list[str] | None = None


class TaskPayload(TaskParams, frozen=True, kw_only=True):
    call_full: CallFull


class EntityPayload(msgspec.Struct, frozen=True):
    entity: EntityFull
    call_full: CallFull


class ActivityPayload(msgspec.Struct, frozen=True):
    activity: EntityFull
    call_full: CallFull


class Fields(Answer, frozen=True):
    """Fields of the entity or activity to update; empty ones are left out."""


# --- before there is a call -------------------------------------------------------------------------------------------


class OriginateParams(Answer, frozen=True):
    """What goes into AMI's Originate."""

    caller_id: str | None = None
    channel: str | None = None
    context: str | None = None
    extension: str | None = None
    priority: str | None = None
    #: what the CRM sent, as JSON text
    request_data: str | None = None


class OriginatePayload(msgspec.Struct, frozen=True):
    params: OriginateParams


class DistributionAnswer(Answer, frozen=True):
    #: "" = the default route
    extension: str | None = None
    entity_name: str | None = None


class DistributionPayload(msgspec.Struct, frozen=True):
    phone: str
    trunk: str
    extension: str
    entity_name: str
    user: UserFull | None
    entity: EntityFull | None
