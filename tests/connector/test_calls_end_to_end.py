"""A played exchange, the real connector and the real portal: what stands in the portal after a call."""

import asyncio

import pytest
from offices import Office

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

ANNA, BORIS = "2", "3"


@pytest.fixture
async def office(tmp_path, request):
    """On SQLite, or where a test asks for both on PostgreSQL too."""
    on_server = getattr(request, "param", "sqlite") == "postgresql"
    office = Office(tmp_path, request.getfixturevalue("postgresql") if on_server else None)
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    yield office
    await office.close()


@pytest.fixture
async def listening(office):
    office.configure()
    office.start_connector()
    await office.until_listening()
    return office


#: scenario → user, type, code, seconds (none: missed)
DIRECT = {
    "in-answered": (ANNA, "2", "200", 5),
    "in-no-answer": (ANNA, "2", "304", 0),
    "in-busy": (ANNA, "2", "304", 0),
    "in-caller-gives-up": (ANNA, "2", "304", 0),
    "in-callee-hangs-up": (ANNA, "2", "200", None),
    "out-answered": (ANNA, "1", "200", None),
    "out-busy": (ANNA, "1", "486", 0),
    "out-no-answer": (ANNA, "1", None, 0),
    "out-cancelled": (ANNA, "1", "603-S", 0),
}


@pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)
async def test_every_direct_call_ends_as_one_finished_call_of_the_right_person(listening):
    office = listening

    played = {}
    for scenario in DIRECT:
        play = await office.play(scenario)
        played[scenario] = next(iter(play.ids.values()))
    status = await office.until_delivered(len(DIRECT))

    rows = {row["EXTERNAL_CALL_ID"]: row for row in await office.finished()}
    assert len(DIRECT) == len(rows), office.logged()
    for scenario, (user, kind, code, seconds) in DIRECT.items():
        row = rows[f"main-{played[scenario]}"]
        assert (user, kind) == (row["PORTAL_USER_ID"], row["CALL_TYPE"]), scenario
        assert code in {None, row["CALL_FAILED_CODE"]}, (scenario, row)
        if seconds is None:
            assert int(row["CALL_DURATION"]) > 0, scenario
        else:
            assert abs(int(row["CALL_DURATION"]) - seconds) <= 1, scenario
    assert 0 == status["connections"]["portal"]["pending"]
    assert 0 == status["pbx"]["main"]["lane_differences"], office.logged()


async def test_a_local_call_stays_inside(listening):
    await listening.play("local-answered")
    await listening.until_delivered(1)

    assert [] == await listening.finished()


async def test_a_simple_call_takes_two_requests(listening):
    await listening.play("in-answered")
    await listening.until_delivered(1)

    assert ["register", "finish"] == listening.gateway.requests


@pytest.mark.parametrize("lanes", [{"cel": False}, {"ami": False}], ids=["live-alone", "ledger-alone"])
async def test_each_lane_can_do_it_alone(office, lanes):
    office.configure(**lanes)
    office.start_connector()
    await office.until_listening()

    await office.play("in-answered")
    await office.until_delivered(1)

    rows = await office.finished()
    assert [(ANNA, "200")] == [(row["PORTAL_USER_ID"], row["CALL_FAILED_CODE"]) for row in rows]
    assert abs(int(rows[0]["CALL_DURATION"]) - 5) <= 1


async def test_without_a_ledger_a_call_that_ended_while_nobody_listened_is_finished_as_last_seen(office):
    office.configure(cel=False)
    office.start_connector()
    await office.until_listening()
    playing = asyncio.create_task(office.play("in-answered", speed=1))
    await office.until(lambda status: status["connections"]["portal"]["registered"] == 1)
    office.connector.kill()
    await playing

    office.start_connector()
    await office.until_delivered(1)

    assert [ANNA] == [row["PORTAL_USER_ID"] for row in await office.finished()]


async def test_without_a_ledger_a_call_that_goes_on_after_a_restart_is_finished_as_the_call_it_was(office):
    office.configure(cel=False)
    office.start_connector()
    await office.until_listening()
    playing = asyncio.create_task(office.play("in-answered", speed=1))
    await office.until(lambda status: status["connections"]["portal"]["registered"] == 1)
    office.connector.kill()

    office.start_connector()
    await office.until_listening()
    assert not playing.done()
    await playing
    await office.until_delivered(1)

    assert [(ANNA, "2")] == [(row["PORTAL_USER_ID"], row["CALL_TYPE"]) for row in await office.finished()]


@pytest.mark.parametrize("mode", ["close", "refuse", "busy", "swallow"])
async def test_a_portal_in_trouble_is_told_once_and_the_call_waits(listening, mode):
    office = listening
    await office.until(lambda status: status["connections"]["portal"]["users"] > 0)
    office.gateway.mode = mode

    await office.play("in-answered")
    await office.until(lambda status: status["connections"]["portal"]["pending"] == 1)
    if mode == "swallow":
        await office.until(lambda status: status["connections"]["portal"]["failures"] >= 1)
    office.gateway.mode = "pass"
    await office.until_delivered(1)

    assert 1 == len(await office.finished())
    assert office.logged().count("the CRM is down") <= 1


async def test_a_slow_portal_delays_nothing_but_its_own_answers(listening):
    listening.gateway.mode = "slow"

    await listening.play("in-answered")
    await listening.until_delivered(1)

    assert 1 == len(await listening.finished())


async def test_a_portal_that_was_killed_gets_the_call_after_its_restart(listening):
    office = listening
    office.portal.kill()

    await office.play("in-answered")
    await office.until(lambda status: status["connections"]["portal"]["pending"] == 1)
    office.start_portal()
    await office.until_delivered(1, within=60)

    assert 1 == len(await office.finished())


@pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)
async def test_calls_made_while_the_connector_was_away_come_with_their_own_times_and_without_cards(listening):
    office = listening
    await office.play("in-answered")
    await office.until_delivered(1)
    office.connector.kill()

    await office.play("in-callee-hangs-up")
    await office.play("in-no-answer")
    office.gateway.requests.clear()
    office.start_connector()
    await office.until_delivered(2)

    assert 3 == len(await office.finished())
    assert {"register", "finish"} == set(office.gateway.requests)


async def test_a_call_of_an_employees_mobile_through_the_exchange_is_theirs_and_goes_out(office):
    patterns = office.folder / "fmc_patterns.txt"
    patterns.write_text("8916123XXXX  # SIM cards of Sales\n", encoding="utf-8")
    people = '[[people]]\nuser = 3\nextension = "79161234567"\n'
    office.configure(more=f'{people}[numbers]\nprefixes = ["+7", "7", "8"]\nfmc_file = "{patterns}"\n', numbers=False)
    office.start_connector()
    await office.until_listening()

    await office.play("in-forwarded-out")
    await office.until_delivered(2)  # the forward was set by a call to a feature code

    assert [("3", "1")] == [(row["PORTAL_USER_ID"], row["CALL_TYPE"]) for row in await office.finished()]
