"""call_full: the object of the seed document, key for key.

In:   a call (`Call.picture` hands its parts over), the numbering plan, the clock text.
Out:  `CallFull`, whose JSON has every key at every level in alphabetical order; what is not
      known yet is an empty value of its type, never a missing key.

What surprises: a conversation's object is built once per change of it and shared by all pictures
of its call, so the structs are frozen; `with_crm` lays a CRM's facts over a picture by copying.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from cordboard.numbers.number import Number

NOT_YET = "0001-01-01 00:00:00"

LocalTime = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$",
        description=f"Time in the zone of the PBX; {NOT_YET} = not yet",
    ),
]
State = Literal["ringing", "talking", "ended", "processed"]
Direction = Literal["local", "incoming", "outgoing", "unknown"]


class UserFull(msgspec.Struct, frozen=True):
    """An employee as the CRM knows them."""

    email: str
    id: str
    name: str
    phones: list[str]
    position: str
    raw: dict[str, Any]


class EntityFull(msgspec.Struct, frozen=True):
    """The client side in the CRM: contact, company or lead; a deal has the same keys."""

    id: str
    is_new: bool
    name: str
    phones: list[Number]
    raw: dict[str, Any]
    responsible: UserFull | None
    responsible_id: str
    type: str


class RegistrationFull(msgspec.Struct, frozen=True):
    """What the CRM answered when the call was registered; Bitrix24 only."""

    activity_id: str
    created_company_id: str
    created_contact_id: str
    created_deal_id: str
    created_lead_id: str
    entity_id: str
    entity_type: str
    id: str
    responsible_id: str


class ChannelFull(msgspec.Struct, frozen=True):
    """One channel of the call as customizations see it."""

    answer_time: LocalTime
    end_time: LocalTime
    extra: dict[str, Any]
    from_: Number = msgspec.field(name="from")
    id: str
    is_primary: bool
    name: str
    start_time: LocalTime
    state: State
    to: Number
    trunk: Number
    type: Direction
    was_answered: bool


class ConversationFull(msgspec.Struct, frozen=True):
    """The part of a call at one extension (or at the client of an outgoing call)."""

    channel: ChannelFull
    is_parked: bool
    user: UserFull | None


class CallFull(msgspec.Struct, frozen=True):
    """The whole call; `conversations` has the uniqueid of each conversation's channel as key."""

    active_conversation_id: str
    channel: ChannelFull
    conversations: dict[str, ConversationFull]
    deal: EntityFull | None
    entity: EntityFull | None
    is_ivr: bool
    record: str
    registration: RegistrationFull | None
    result: int


def with_crm(
    full: CallFull,
    *,
    users: dict[str, UserFull] | None = None,
    customs: dict[str, Number] | None = None,
    processed: frozenset[str] = frozenset(),
    **facts: Any,
) -> CallFull:
    """Return the picture with one CRM's facts laid over it.

    `users`: conversation id → its employee. `customs`: original number → the number after
    autosubstitution. `processed`: ids of ended channels (the main one's too) whose work is done.
    `facts`: `deal`, `entity`, `record`, `registration`, `result`, `is_ivr`.
    """
    users, customs = users or {}, customs or {}
    conversations = {
        key: _dressed(conversation, users.get(key), customs, processed)
        for key, conversation in full.conversations.items()
    }
    channel = _dressed_channel(full.channel, customs, processed)
    return msgspec.structs.replace(full, channel=channel, conversations=conversations, **facts)


def _dressed(
    conversation: ConversationFull, user: UserFull | None, customs: dict[str, Number], processed: frozenset[str]
) -> ConversationFull:
    channel = _dressed_channel(conversation.channel, customs, processed)
    return msgspec.structs.replace(conversation, channel=channel, user=user or conversation.user)


def _dressed_channel(channel: ChannelFull, customs: dict[str, Number], processed: frozenset[str]) -> ChannelFull:
    done = channel.state == "ended" and channel.id in processed
    return msgspec.structs.replace(
        channel,
        from_=customs.get(channel.from_.original, channel.from_),
        to=customs.get(channel.to.original, channel.to),
        trunk=customs.get(channel.trunk.original, channel.trunk),
        state="processed" if done else channel.state,
    )
