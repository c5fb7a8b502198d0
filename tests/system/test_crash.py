"""Asterisk is killed in the middle of calls and begins again: each call ends once, when the exchange fell silent."""

from pathlib import Path

import pytest
from playing import Left, run

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module", params=["csv", "ami"], ids=["with-the-ledger", "with-ami-alone"])
def crash(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder: Path = tmp_path_factory.mktemp(f"crash-{request.param}-")
    return run("crash.py", "22", folder, request.param)


def test_a_crash_in_mid_call_ends_each_call_once_and_rightly(crash: Left) -> None:
    for call in crash.read("lived.json"):
        rows = crash.rows_of(call["client"])

        assert 1 == len(rows), f"{call}: {rows}"
        assert int(rows[0]["PORTAL_USER_ID"]) in call["users"]
        assert ("200" if call["talk_seconds"] else "304") == rows[0]["CALL_FAILED_CODE"]
        assert abs(int(rows[0]["CALL_DURATION"]) - int(call["talk_seconds"])) <= 1


def test_no_call_stays_open_and_nothing_else_is_told(crash: Left) -> None:
    status = crash.read("status.json")

    assert 0 == status["pbx"]["main"]["open_calls"]
    assert [0] == [connection["pending"] for connection in status["connections"].values()]
    assert len(crash.read("lived.json")) == len(crash.read("statistics.json"))
