"""The queue is looked at and changed by command, and calls are asked about, beside a running connector."""

import asyncio
import json
import subprocess
import time

import aiohttp
import pytest
from offices import CORDBOARD

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


@pytest.fixture
async def office(office):
    office.configure(ami=False)
    office.start_connector()
    await office.until_listening()
    return office


async def command(office, *words):
    """The exit code of a command, and what it printed."""
    words = [*CORDBOARD, *words, "--config", office.config]
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout or done.stderr


async def listed(office):
    return [json.loads(line) for line in (await command(office, "queue", "list", "--json"))[1].splitlines()]


async def play_while_held(office):
    """An answered call that has ended, of which the CRM was told nothing."""
    await command(office, "queue", "pause", "portal")
    await office.play("in-answered")
    return await office.until(
        lambda status: '"call ended"' in office.logged() and status["connections"]["portal"]["open"]
    )


async def test_a_held_connection_is_asked_nothing_until_it_is_let_go_and_a_restart_keeps_it_held(office):
    status = await play_while_held(office)
    office.connector.stop()
    office.start_connector()
    await office.until(lambda status: status["connections"]["portal"]["open"] == 1)
    assert (0, "held: calls wait\n") == await command(office, "queue", "pause", "portal")

    assert "held" == status["connections"]["portal"]["state"]
    assert [] == office.gateway.requests
    assert ["portal"] == [row["connection"] for row in await listed(office)]
    assert "portal is held" in (await command(office, "queue", "list"))[1]

    assert (0, "let go\n") == await command(office, "queue", "resume", "portal")
    await office.until_delivered(1)
    assert ["200"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]
    assert [] == await listed(office)


async def test_a_call_that_is_skipped_is_told_no_more_and_one_that_was_refused_is_told_again(office):
    since = str(int(time.time()) - 60)
    await play_while_held(office)
    linkedid = (await listed(office))[0]["linkedid"]

    assert (0, "given up\n") == await command(office, "queue", "skip", linkedid)
    assert (1, "this call is not under way\n") == await command(office, "queue", "skip", linkedid)
    await command(office, "queue", "resume", "portal")
    fate = json.loads((await command(office, "calls", "list", "--from", since, "--json"))[1])
    assert ("skipped", linkedid) == (fate["status"], fate["linkedid"])

    assert (0, "begun anew\n") == await command(office, "queue", "retry", linkedid)
    await office.until(lambda status: status["connections"]["portal"]["finished"] == 1)

    assert ["200"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]
    assert (0, "the CRM has it already\n") == await command(office, "queue", "retry", linkedid)
    assert (0, "") == await command(office, "calls", "audit", "--from", since, "--json")


async def test_the_audit_names_calls_that_are_not_in_the_crm_and_why(office):
    since = str(int(time.time()) - 60)
    await play_while_held(office)
    office.connector.stop()
    await office.play("in-no-answer")

    code, printed = await command(office, "calls", "audit", "--from", since, "--json")

    fates = [json.loads(line) for line in printed.splitlines()]
    assert (1, ["waiting", "missing"]) == (code, [fate["status"] for fate in fates])
    assert "cordboard cel import" in fates[1]["words"]


async def test_a_stored_call_is_shown_whole_and_comes_out_of_todays_rules_as_it_did(office):
    since = str(int(time.time()) - 60)
    await office.play("in-answered")
    await office.until_delivered(1)
    linkedid = json.loads((await command(office, "calls", "list", "--from", since, "--json"))[1])["linkedid"]

    code, printed = await command(office, "calls", "show", linkedid)

    told = json.loads(printed)
    assert (0, 200) == (code, told["call_full"]["result"])
    assert "register" in {step["kind"].lower() for step in told["told"][0]["questions"]}
    assert "CHAN_START" == told["rows"][0]["eventtype"]
    assert (0, "it comes out as it did\n") == await command(office, "calls", "replay", linkedid)

    # without its trunk the same rows tell another direction
    office.config.write_text(office.config.read_text().replace('["^trunk-"]', '["^other-"]').replace("d{3}", "w+"))
    code, printed = await command(office, "calls", "replay", linkedid)
    assert 1 == code
    assert "→" in printed


async def test_what_cannot_be_done_is_told_in_a_sentence(office):
    answers = [
        await command(office, "calls", "show", "1.1"),
        await command(office, "queue", "retry", "1.1", "--crm", "elsewhere"),
        await command(office, "queue", "retry", "1.1"),
        await command(office, "calls", "replay", "1.1"),
    ]

    assert [2, 2, 1, 2] == [code for code, _ in answers]
    assert "there are: portal" in answers[1][1]
    async with aiohttp.ClientSession() as session, session.get(f"{office.url}/healthz") as alive:
        assert 200 == alive.status
