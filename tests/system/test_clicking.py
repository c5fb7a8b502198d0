"""What a CRM asks of a real Asterisk: a click rings the employee and then the client; buttons steer a running call."""

from pathlib import Path

import pytest
from playing import Left, run

pytestmark = pytest.mark.timeout(240)

#: how each click must stand in the portal: code, whose it is
CLICKS = {"answered": ("200", "2"), "ignored": ("603-S", "3"), "busy": ("486", "4")}


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder: Path = tmp_path_factory.mktemp("clicking-")
    return run("clicking.py", "22", folder)


@pytest.mark.parametrize("click", CLICKS)
def test_a_click_is_one_outgoing_call_under_the_id_that_the_portal_gave_it(evening: Left, click: str) -> None:
    call_id = evening.read("clicks.json")[click]

    [row] = [row for row in evening.read("statistics.json") if row["CALL_ID"] == call_id]

    assert (*CLICKS[click], "1") == (row["CALL_FAILED_CODE"], row["PORTAL_USER_ID"], row["CALL_TYPE"])
    assert (click == "answered") == (1 <= int(row["CALL_DURATION"]) <= 3)


@pytest.mark.parametrize("button", range(3), ids=["hangup", "transfer", "park-and-take"])
def test_a_button_does_to_the_call_what_it_says(evening: Left, button: int) -> None:
    call = evening.read("lived.json")[button]

    [row] = evening.rows_of(call["client"])

    assert int(row["PORTAL_USER_ID"]) in call["users"]
    assert "200" == row["CALL_FAILED_CODE"]
    assert abs(int(row["CALL_DURATION"]) - int(call["talk_seconds"])) <= 1


def test_nothing_else_is_registered_and_nothing_is_left_to_deliver(evening: Left) -> None:
    status = evening.read("status.json")

    assert 6 == len(evening.read("statistics.json"))
    assert [0] == [connection["pending"] for connection in status["connections"].values()]
    assert 0 == status["pbx"]["main"]["lane_differences"]
