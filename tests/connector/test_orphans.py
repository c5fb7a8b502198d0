"""AMI alone: a call that lives on while the connector was killed and came back."""

import asyncio

import msgspec
import pytest
from exchanges import SECOND, IncomingCall, exchange_on, now, store_in, until

from cordboard.asterisk.source import LaneUp
from cordboard.flow.situation import Conversation, Situation

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path):
    async with store_in(tmp_path) as store:
        yield store


@pytest.fixture
def call():
    return IncomingCall(now() - 30 * SECOND)


def talking(call):
    """As last seen: 101 has talked for a second."""
    return Situation(
        call.linkedid,
        call.start + 6 * SECOND,
        "2026-11-25T13:00:00+00:00",
        "incoming",
        client="79001234567",
        line="74951000001",
        answered=True,
        last_speaker=call.phone,
        talk_seconds=1,
        conversations=(Conversation(call.phone, "101", state="talking", accepted=True),),
    )


def ringing(call):
    return msgspec.structs.replace(
        talking(call),
        answered=False,
        last_speaker="",
        talk_seconds=0,
        conversations=(Conversation(call.phone, "101"),),
    )


def back(store, last, alive, *, started=1):
    """The exchange of the next life, which hears the PBX."""
    exchange, told = exchange_on(store, live=True, ledger=False)
    exchange.adopt({last.linkedid: last})
    exchange.hear(LaneUp(alive, alive, started))
    return exchange, told


async def test_a_talk_that_went_on_ends_as_the_incoming_call_it_was(store, call):
    exchange, told = back(store, talking(call), frozenset({call.linkedid, call.phone}))

    for event in call.parts(at=20):
        exchange.hear(event)
    await until(lambda: told.ends)

    [end] = told
    assert ("incoming", "79001234567", True, 200) == (
        end.situation.direction,
        end.situation.client,
        end.situation.answered,
        end.situation.result,
    )
    assert 15 == end.situation.talk_seconds


async def test_a_caller_who_gives_up_ends_the_ringing_call(store, call):
    exchange, told = back(store, ringing(call), frozenset({call.linkedid}))

    for event in call.ends(at=20):
        exchange.hear(event)
    await until(lambda: told.ends)

    assert [(False, 480, 0)] == [
        (end.situation.answered, end.situation.result, end.situation.talk_seconds) for end in told
    ]


async def test_without_the_right_to_list_channels_nothing_is_known_to_have_ended(store, call):
    exchange, told = back(store, talking(call), None)
    await asyncio.sleep(0.1)
    assert [] == told

    for event in call.parts():
        exchange.hear(event)
    await until(lambda: told.ends)


@pytest.mark.parametrize("alive", [frozenset(), None], ids=["not-listed", "the-pbx-has-restarted"])
async def test_a_call_that_ended_meanwhile_ends_as_last_seen(store, call, alive):
    _, told = back(store, talking(call), alive, started=1 if alive is not None else now())
    await until(lambda: told.ends)

    assert [1] == [end.situation.talk_seconds for end in told]
