"""Every captured call of two real Asterisks, told right from each source.

The truth is what the telephones did (`scenario.toml`, `truth.csv`), measured outside Asterisk. A test reads a capture
as `cordboard replay` does, in process, and lists every fact that is wrong, in words.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from judge import FOLDERS, OWN, SOURCES, events_of, name_of, played, same, stages_of, truths, wrong_facts

from cordboard.cli.replay_reader import Lane

SOURCE_NAMES = ["cel.csv", "ami.log", "ami.log-live"]
#: of the conversation that a stage is about
EXPECTED_STATES = {
    "conversation_accepted": "talking",
    "conversation_ended": "ended",
}


@pytest.mark.parametrize(("source", "lane"), SOURCES, ids=SOURCE_NAMES)
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_captured_call_is_told_as_it_happened(folder: Path, source: str, lane: str) -> None:
    calls = list(truths(folder))

    lines = played(folder, source, lane)

    assert [] == [f"{call['linkedid']}: {fact}" for call in calls for fact in wrong_facts(call, lines)]


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_csv_and_ami_rows_give_the_same_calls(folder: Path) -> None:
    def told(source: str) -> dict[str, Any]:
        return {line["linkedid"]: line["call_full"] for line in played(folder, source, "ledger")}

    from_csv = told("cel.csv")

    assert from_csv == told("ami.log")


@pytest.mark.parametrize(("source", "lane"), SOURCES, ids=SOURCE_NAMES)
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_each_conversation_is_requested_once_and_nothing_follows_the_end(folder: Path, source: str, lane: Lane) -> None:
    ended: set[str] = set()
    requested: list[tuple[str, str]] = []

    for stage in stages_of(events_of(folder, source, lane)):
        assert stage.linkedid not in ended
        assert stage.absorbed not in ended
        if stage.name == "call_ended":
            ended.add(stage.linkedid)
        if stage.name == "conversation_requested":
            requested.append((stage.linkedid, stage.conversation))

    assert len(requested) == len(set(requested))
    assert ended


@pytest.mark.parametrize(("source", "lane"), SOURCES, ids=SOURCE_NAMES)
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_conversation_is_requested_before_it_is_accepted_and_its_state_only_moves_forward(
    folder: Path, source: str, lane: Lane
) -> None:
    states: dict[tuple[str, str], int] = {}
    for stage in stages_of(events_of(folder, source, lane)):
        full = stage.call_full()
        for channel in (full.channel, *(conversation.channel for conversation in full.conversations.values())):
            now = ("ringing", "talking", "ended").index(channel.state)
            assert states.get((full.channel.id, channel.id), 0) <= now
            states[full.channel.id, channel.id] = now
        if stage.name in EXPECTED_STATES:
            expected = EXPECTED_STATES[stage.name]
            assert expected == full.conversations[stage.conversation].channel.state
        assert (stage.name == "call_ended") == (full.channel.state == "ended")


MERGES = [
    folder
    for folder in FOLDERS
    if (folder / "scenario.toml").exists() and "absorbed = " in (folder / "scenario.toml").read_text()
]
#: what joins two calls, and which of its fields names who has the client from then on
TAKER = {"pickup": "by", "unpark": "by", "attended-transfer-complete": "to"}


@pytest.mark.parametrize("lane", ["ledger", "live"])
@pytest.mark.parametrize("folder", MERGES, ids=name_of)
def test_whoever_takes_a_call_over_is_accepted_at_that_moment_and_not_at_hang_up(folder: Path, lane: Lane) -> None:
    told = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    call = next(call for call in told["call"] if "absorbed" in call)
    taken = [
        (told["time_zero"] + event["at"], event[TAKER[event["kind"]]])
        for event in call.get("event", [])
        if event["kind"] in TAKER
    ]

    stages = stages_of(events_of(folder, "cel.csv" if lane == "ledger" else "ami.log", lane))

    merged = [(stage.linkedid, stage.absorbed, stage.call_full().channel.id) for stage in stages if stage.absorbed]
    assert [(call["linkedid"], other, other) for other in call["absorbed"]] == merged
    accepted = [
        (stage.at / 1_000_000, stage.call_full().conversations[stage.conversation].channel.to.original)
        for stage in stages
        if stage.name == "conversation_accepted" and stage.linkedid == call["linkedid"]
    ]
    for at, number in taken:
        assert any(same(number, other) and abs(moment - at) <= 0.2 for moment, other in accepted), accepted


@pytest.mark.parametrize("folder", sorted(OWN.glob("*/")), ids=lambda folder: folder.name)
def test_the_talk_is_as_long_as_the_client_shared_a_bridge(folder: Path) -> None:
    ended = [stage for stage in stages_of(events_of(folder)) if stage.name == "call_ended"]

    seconds = {stage.linkedid: stage.facts().talk_seconds for stage in ended}
    for call in truths(folder):
        assert abs(seconds[call["linkedid"]] - int(call["bridged_seconds"])) <= 1, call["linkedid"]
