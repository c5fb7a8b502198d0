"""Real calls between simulated telephones on a real Asterisk, judged by what the people in them lived through."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cordboard.numbers.plan import NumberingPlan

CORDBOARD = Path(sys.executable).with_name("cordboard")
CALL_TYPE = {"outgoing": "1", "incoming": "2"}
CALLS = ("in-answered", "in-no-answer", "out-answered", "out-busy", "local-answered")
PLAN = NumberingPlan(prefixes=("+7", "7", "8"), internal=(r"^\d{3}$",))


def same_number(left: str, right: str) -> bool:
    return PLAN.number(left).base == PLAN.number(right).base


def replayed(evening: Any, source: str) -> list[dict[str, Any]]:
    """`cordboard replay` as anybody would call it: the `call_full` of every call."""
    command = [str(CORDBOARD), "replay", str(evening.folder / source), "--config", str(evening.folder / "pbx.toml")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 0, run.stderr
    return [json.loads(line)["call_full"] for line in run.stdout.splitlines()]


def find(calls: list[dict[str, Any]], lived: dict[str, Any]) -> dict[str, Any]:
    """The one call that somebody lived."""
    far = lived["client"] or lived["dialled"]
    found = [
        call
        for call in calls
        if call["channel"]["type"] == lived["type"]
        and any(same_number(call["channel"][side]["original"], far) for side in ("from", "to"))
    ]
    assert len(found) == 1, f"{lived['name']}: {len(found)} calls of that kind with {far}"
    return found[0]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("source", ["cel.csv", "ami.log"])
def test_replay_tells_what_the_people_lived(evening: Any, source: str, name: str) -> None:
    lived = next(call for call in evening.lived if call["name"] == name)

    call = find(replayed(evening, source), lived)

    assert lived["result"] == call["result"]
    assert bool(lived["talk_seconds"]) == call["channel"]["was_answered"]
    assert len(call["conversations"]) == 1


def test_both_sources_of_one_evening_tell_the_same(evening: Any) -> None:
    by_id = [{call["channel"]["id"]: call for call in replayed(evening, source)} for source in ("cel.csv", "ami.log")]

    assert by_id[0] == by_id[1]
    assert len(evening.lived) == len(by_id[0])


@pytest.mark.parametrize("name", [name for name in CALLS if not name.startswith("local")])
def test_the_portal_knows_each_call_once_with_its_person_and_its_talk(evening: Any, name: str) -> None:
    lived = next(call for call in evening.lived if call["name"] == name)
    users = {user["UF_PHONE_INNER"]: user["ID"] for user in evening.read("users.json")}

    rows = [row for row in evening.read("statistics.json") if same_number(row["PHONE_NUMBER"], lived["client"])]

    assert 1 == len(rows), rows
    row = rows[0]
    assert users[lived["employee"]] == row["PORTAL_USER_ID"]
    assert CALL_TYPE[lived["type"]] == row["CALL_TYPE"]
    # Every unanswered incoming call is 304 for the CRM (its missed list looks at nothing else).
    expected = 304 if lived["type"] == "incoming" and not lived["talk_seconds"] else lived["result"]
    assert str(expected) == row["CALL_FAILED_CODE"]
    # Whole seconds of Asterisk's own bridge, which opens and closes some milliseconds beside the telephones.
    assert int(row["CALL_DURATION"]) == pytest.approx(lived["talk_seconds"], abs=1)


def test_a_local_call_is_not_registered(evening: Any) -> None:
    expected = [call["client"] for call in evening.lived if call["type"] != "local"]

    assert len(expected) == len(evening.read("statistics.json"))


def test_nothing_is_left_to_deliver(evening: Any) -> None:
    status = evening.read("status.json")

    assert [0] == [connection["pending"] for connection in connections(status)]


def connections(status: dict[str, Any]) -> list[dict[str, Any]]:
    found = status["connections"]
    return list(found.values()) if isinstance(found, dict) else found
