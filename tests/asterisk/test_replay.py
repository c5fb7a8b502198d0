"""The played exchange: the same call as captured, at another time, under other ids, for another client."""

from __future__ import annotations

from pathlib import Path

import pytest

import cordboard.demo
from cordboard.asterisk.ami.recorded import RecordedStream
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.asterisk.played_call import Numbers, Play, read_script
from cordboard.calls.cel import CelEvent
from cordboard.demo.playlist import read_playlist

CAPTURES = Path(cordboard.demo.__file__).parent / "captures" / "asterisk22"
BEGIN = 1_800_000_000_250_000


def both_lanes(play: Play) -> tuple[list[CelEvent], list[CelEvent]]:
    """The rows of the file, and the rows that came as AMI events."""
    lines = list(play.lines())
    rows = CsvRows(columns=play.script.columns)
    text = "".join(text + "\n" for _, lane, text in lines if lane == "cel")
    ami = RecordedStream(timezone="UTC")
    return rows.feed(text), list(ami.events([(text + "\r\n\r\n").encode() for _, lane, text in lines if lane == "ami"]))


@pytest.mark.parametrize("scenario", ["in-answered", "pickup-group", "transfer-attended-refer", "in-group-local"])
@pytest.mark.parametrize("speed", [1.0, 50.0])
def test_both_lanes_of_a_played_call_agree(scenario: str, speed: float) -> None:
    play = Play(read_script(CAPTURES / scenario), BEGIN, Numbers(), speed=speed)

    rows, events = both_lanes(play)

    def facts(event: CelEvent) -> tuple[object, ...]:
        return (event.eventtype, event.eventtime // 1_000_000, event.uniqueid, event.linkedid, event.channame,
                event.peer, event.extra, event.appdata)  # fmt: skip

    assert [facts(row) for row in rows] == [facts(event) for event in events]


def test_nothing_of_the_captured_ids_and_times_is_left() -> None:
    script = read_script(CAPTURES / "pickup-group")
    play = Play(script, BEGIN, Numbers(), exchange={"79161234567": "79990001122"})

    text = "\n".join(text for _, _, text in play.lines())

    assert not [old for old in script.born if old in text]
    assert "79161234567" not in text
    assert "c5e07cb8-e83e-4a41-9227-9585ee2352d5" not in text
    assert "79990001122" in text


def test_at_real_speed_the_first_event_is_now_and_at_any_speed_none_lies_in_the_future() -> None:
    script = read_script(CAPTURES / "in-answered")

    slow, fast = Play(script, BEGIN, Numbers()), Play(script, BEGIN, Numbers(), speed=50)

    assert BEGIN == both_lanes(slow)[0][0].eventtime
    lasts = round((script.end - script.start) / 50)
    assert both_lanes(fast)[0][-1].eventtime <= BEGIN + lasts
    assert (
        both_lanes(slow)[0][-1].eventtime - BEGIN
        == both_lanes(fast)[0][-1].eventtime - both_lanes(fast)[0][0].eventtime
    )


def test_two_plays_share_no_id() -> None:
    script, numbers = read_script(CAPTURES / "in-answered"), Numbers()

    first, second = Play(script, BEGIN, numbers), Play(script, BEGIN, numbers)

    assert set() == set(first.ids.values()) & set(second.ids.values())


def test_the_playlist_has_more_than_twenty_calls_for_the_crm() -> None:
    calls = read_playlist()

    assert sum(call.is_registered for call in calls) > 20
    assert len(calls) == len({call.linkedid + call.name for call in calls})
    assert all(call.linkedid in call.script.born for call in calls)
