"""AMI's bytes: recorded sessions, cut at any place."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cordboard.demo
from cordboard.asterisk.ami.wire import Framer, Message, encode_action

CAPTURES = Path(cordboard.demo.__file__).parent / "captures"
ANSWERED = (CAPTURES / "asterisk22" / "in-answered" / "ami.log").read_bytes()
TRANSCRIPTS = Path(__file__).parent.parent / "captures" / "ami-transcripts"


def received(path: Path) -> bytes:
    """What the client of a transcript got."""
    parts = path.read_bytes().replace(b"\r\n", b"\n").split(b"<<<\n")[1:]
    got = b"".join(part.split(b">>>\n")[0] for part in parts)
    return got.replace(b"(connection closed)\n", b"").replace(b"\n", b"\r\n")


def headers(messages: list[Message]) -> list[dict[str, str]]:
    return [message.headers for message in messages]


def test_byte_by_byte_gives_the_same_messages() -> None:
    data = ANSWERED[:20_000]
    whole, bytewise = Framer(), Framer()

    expected = headers(whole.feed(data))
    found = headers([message for at in range(len(data)) for message in bytewise.feed(data[at : at + 1])])

    assert expected == found
    assert "Asterisk Call Manager/11.0.0" == bytewise.greeting
    assert whole.rest == bytewise.rest


@given(st.lists(st.integers(0, len(ANSWERED)), max_size=30))
def test_any_split_gives_the_same_messages(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(ANSWERED)]
    framer = Framer(wanted=["Newchannel", "Hangup"])

    found = [message for start, end in itertools.pairwise(places) for message in framer.feed(ANSWERED[start:end])]

    assert ["Newchannel", "Newchannel", "Hangup", "Hangup"] == [each.event for each in found if each.event]


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*/*.log")), ids=lambda path: path.stem)
def test_recorded_sessions_are_read_whole(path: Path) -> None:
    data = received(path)

    framer = Framer()
    messages = framer.feed(data)

    assert framer.greeting.startswith("Asterisk Call Manager/")
    assert all(message.get("Response") or message.event for message in messages)
    assert b"" == framer.rest.strip()


def test_values_keep_colons_letters_and_repetition() -> None:
    data = 'Response: Success\r\nOutput: a: b\r\nOutput: ООО "Ромашка"\r\nEmpty: \r\n\r\n'.encode()

    message = Framer().feed(data)[0]

    assert ["a: b", 'ООО "Ромашка"'] == message.all("output")
    assert "" == message.get("EMPTY", "absent")
    assert "absent" == message.get("nothing", "absent")


def test_an_unwanted_event_is_skipped_and_an_answer_never() -> None:
    data = b"Event: VarSet\r\nA: 1\r\n\r\n\r\nEvent: CEL\r\nA: 2\r\n\r\nResponse: Success\r\nA: 3\r\n\r\n"

    found = Framer(wanted=["CEL"]).feed(data)

    assert ["2", "3"] == [message.get("A") for message in found]


def test_a_line_break_in_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        encode_action("Originate", [("Exten", "1\r\nAction: Command")])
