"""Real calls between telephones on a real Asterisk, judged by what the people in them lived through.

Each story of the evening is judged twice: what the rows and events of the exchange are read as, and what stands in the
portal after the connector followed it live.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evening import EVENINGS
from judge import SOURCES, played, truths, wrong_facts
from playing import Left

from cordboard.settings import Cel, Pbx

#: the first test of an evening plays it
pytestmark = pytest.mark.timeout(240)

CALL_TYPE = {"outgoing": "1", "incoming": "2"}
STORIES = [(night, name) for night, evening in EVENINGS.items() for names in evening.teams for name in names]
Evenings = Callable[[str], Left]

every_story = pytest.mark.parametrize(("night", "story"), STORIES, ids=[f"{night}-{name}" for night, name in STORIES])


def lived(evening: Left, story: str) -> list[dict[str, Any]]:
    return [call for call in evening.read("lived.json") if call["story"] == story]


def code_for_the_crm(call: dict[str, Any]) -> str:
    """Every unanswered incoming call is 304 for the CRM (decisions.md 15), which knows no 500 either."""
    if call["direction"] == "incoming" and not call["talk_seconds"]:
        return "304"
    return {500: "503"}.get(call["result"], str(call["result"]))


@every_story
@pytest.mark.parametrize(("source", "lane"), SOURCES, ids=["cel.csv", "ami.log", "ami.log-live"])
def test_replay_tells_what_the_people_lived(evenings: Evenings, night: str, story: str, source: str, lane: str) -> None:
    evening = evenings(night)
    mine = {call["linkedid"] for call in lived(evening, story)}

    lines = played(evening.capture, source, lane)

    calls = [call for call in truths(evening.capture) if call["linkedid"] in mine]
    assert calls
    assert [] == [fact for call in calls for fact in wrong_facts(call, lines)]


@every_story
def test_the_portal_knows_each_call_once_with_its_person_and_its_talk(
    evenings: Evenings, night: str, story: str
) -> None:
    evening = evenings(night)
    for call in lived(evening, story):
        if not call["is_registered"]:
            continue

        rows = evening.rows_of(call["client"])

        assert 1 == len(rows), f"{call}: {rows}"
        row = rows[0]
        assert CALL_TYPE[call["direction"]] == row["CALL_TYPE"]
        assert int(row["PORTAL_USER_ID"]) in call["users"]
        assert code_for_the_crm(call) == row["CALL_FAILED_CODE"]
        # Whole seconds of Asterisk's own bridge, which opens and closes some milliseconds beside the telephones.
        assert abs(int(row["CALL_DURATION"]) - int(call["talk_seconds"])) <= 1


@every_story
def test_a_talk_with_a_customer_who_was_recorded_has_its_recording_in_the_portal_and_no_other_has(
    evenings: Evenings, night: str, story: str
) -> None:
    evening = evenings(night)
    calls = [call for call in lived(evening, story) if call["is_registered"]]
    # customers who were joined share one recording
    for call in calls if len(calls) == 1 else ():
        has_file = [bool(row["RECORD_FILE_ID"]) for row in evening.rows_of(call["client"])]

        assert [call["client"] in recorded_customers(evening) and call["talk_seconds"] > 0] == has_file


def recorded_customers(evening: Left) -> set[str]:
    """Whose channels the exchange began to record."""
    with (evening.capture / "cel.csv").open(encoding="utf-8") as file:
        return {row["cid_num"] for row in csv.DictReader(file) if row["appname"] == "MixMonitor"}


@pytest.mark.parametrize("night", EVENINGS)
def test_both_sources_of_one_evening_tell_the_same(evenings: Evenings, night: str) -> None:
    evening = evenings(night)

    from_csv, from_ami = (played(evening.capture, source, "ledger") for source in ("cel.csv", "ami.log"))

    assert {line["linkedid"]: line["call_full"] for line in from_csv} == {
        line["linkedid"]: line["call_full"] for line in from_ami
    }


def test_every_form_that_cel_custom_writes_tells_the_same_calls(evenings: Evenings) -> None:
    forms = evenings("22").folder / "forms"

    expected = calls_of(forms, "cel.csv")

    names = sorted(path.name for path in forms.iterdir() if path.suffix in (".csv", ".tsv", ".json"))
    assert 7 == len(names)
    assert {} == {name: "differs" for name in names if calls_of(forms, name) != expected}


def calls_of(forms: Path, name: str) -> dict[str, Any]:
    """`call_full` of every call, read from one form with the columns that the exchange's own settings name."""
    pbx = Pbx(timezone="UTC", cel=Cel(url="", columns_from=str(forms / "cel_custom.conf")))
    return {line["linkedid"]: line["call_full"] for line in played(forms, name, "ledger", pbx=pbx)}


@pytest.mark.parametrize("night", EVENINGS)
def test_nothing_else_is_registered_and_nothing_is_left_to_deliver(evenings: Evenings, night: str) -> None:
    evening = evenings(night)

    expected = sorted(call["client"][-10:] for call in evening.read("lived.json") if call["is_registered"])
    assert expected == sorted(row["PHONE_NUMBER"][-10:] for row in evening.read("statistics.json"))
    status = evening.read("status.json")
    assert [0] == [connection["pending"] for connection in status["connections"].values()]
    assert 0 == status["pbx"]["main"]["lane_differences"]
    assert status["pbx"]["main"]["ledger_caught_up"] in (True, None)  # None: AMI alone
