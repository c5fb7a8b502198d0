"""Buttons of a card: which channel of a call they mean, and what is said where they cannot be done."""

import pytest

from cordboard.asterisk.ami.errors import AmiError
from cordboard.asterisk.ami.wire import Message
from cordboard.connector.commands import Commands, Teller
from cordboard.crm.asked import Command
from cordboard.settings import Originate

pytestmark = pytest.mark.anyio

NOW = 1_700_000_000_000_000
ANNA, BORIS = 2, 3
USERS = {"101": ANNA, "102": BORIS}


def channel(name, state="Up", linkedid="1.1", bridge="b"):
    return Message({"Channel": name, "ChannelStateDesc": state, "Linkedid": linkedid, "BridgeId": bridge}, [])


TALK = [channel("PJSIP/trunk-a-00000001"), channel("PJSIP/101-00000002")]
PARKED = [channel("PJSIP/trunk-a-00000001", bridge="parking")]
RINGS = [
    channel("PJSIP/trunk-a-00000001", "Ring", bridge=""),
    channel("PJSIP/102-00000003", "Ringing", bridge=""),
    channel("PJSIP/101-00000002", "Ringing", bridge=""),
]
OTHER = [channel("PJSIP/101-00000009", linkedid="9.9"), channel("PJSIP/trunk-a-00000008", linkedid="9.9")]


class Exchange:
    """What it lists, and what it was asked to do."""

    def __init__(self, channels, trouble=None):
        self.listed = [*OTHER, *channels]
        self.trouble = trouble
        self.done = []

    async def channels(self):
        return self.listed

    async def act(self, action, **headers):
        if self.trouble:
            raise self.trouble
        self.done.append((action, headers))


class Portal:
    def __init__(self):
        self.told = []

    async def call(self, method, params):
        self.told.append((method, params))


async def press(action, channels, *, user=ANNA, at=NOW, trouble=None, times=1, pbx="main", **more):
    """What the exchange was asked to do, what the portal was told, and which transfers were noted."""
    exchange, portal, noted = Exchange(channels, trouble), Portal(), []
    teller = Teller(
        portal,
        lambda number: USERS.get(number, 0),
        lambda user: next((number for number, whose in USERS.items() if whose == user), ""),
        lambda pbx, linkedid, told: noted.append((pbx, linkedid, told)),
    )
    commands = Commands({"portal": teller}, {"main": (exchange, Originate(context="internal"))}, lambda: NOW)
    for _ in range(times):
        await commands.do("portal", Command("c1", action, pbx, "1.1", user, at=at, **more))
    return exchange.done, portal.told, noted


@pytest.mark.parametrize(
    ("button", "channels", "user", "expected"),
    [
        ("hangup", TALK, ANNA, ("Hangup", {"Channel": "PJSIP/101-00000002"})),
        ("hangup", RINGS, ANNA, ("Hangup", {"Channel": "PJSIP/101-00000002"})),
        (
            "park",
            TALK,
            ANNA,
            (
                "Park",
                {
                    "Channel": "PJSIP/trunk-a-00000001",
                    "TimeoutChannel": "PJSIP/101-00000002",
                    "AnnounceChannel": "PJSIP/101-00000002",
                },
            ),
        ),
        (
            "take",
            PARKED,
            BORIS,
            (
                "Redirect",
                {"Channel": "PJSIP/trunk-a-00000001", "Context": "internal", "Exten": "102", "Priority": "1"},
            ),
        ),
    ],
)
async def test_a_button_means_the_channels_of_this_call_and_this_person(button, channels, user, expected):
    done, told, _ = await press(button, channels, user=user)

    assert [expected] == done
    assert [] == told


async def test_a_transfer_says_to_whom_and_what_was_noted():
    done, told, [(pbx, linkedid, transfer)] = await press("transfer", TALK, to="102", note="about the bill")

    assert [("BlindTransfer", {"Channel": "PJSIP/101-00000002", "Context": "internal", "Exten": "102"})] == done
    assert [] == told
    assert ("main", "1.1", ANNA, BORIS, "about the bill") == (
        pbx,
        linkedid,
        transfer["BY"],
        transfer["TO"],
        transfer["NOTE"],
    )


@pytest.mark.parametrize(
    ("button", "asked", "words"),
    [
        ("hangup", {"channels": PARKED}, "your telephone is not in this call"),
        ("park", {"channels": [TALK[1]]}, "nobody is there to be parked"),
        ("take", {"channels": []}, "the caller is gone"),
        ("take", {"channels": PARKED, "user": 99}, "you have no extension"),
        ("transfer", {"channels": TALK}, "it is not said to whom"),
        ("hangup", {"channels": TALK, "at": NOW - 11_000_000}, "it came too late"),
        ("hangup", {"channels": TALK, "pbx": "other"}, "the exchange takes no actions"),
        ("sing", {"channels": TALK}, "nobody here knows the command 'sing'"),
        ("hangup", {"channels": TALK, "trouble": AmiError("No such channel")}, "No such channel"),
    ],
)
async def test_whoever_pressed_is_told_why_it_was_not_done(button, asked, words):
    done, told, noted = await press(button, **asked)

    assert ([], []) == (done, noted)
    assert [("cordboard.command.failed", {"COMMAND_ID": "c1", "REASON": words})] == told


async def test_a_command_that_comes_twice_is_done_once():
    done, _, _ = await press("hangup", TALK, times=2)

    assert 1 == len(done)
