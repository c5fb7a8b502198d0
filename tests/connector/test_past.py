"""Calls of a past period are brought into the CRM by a command: each once, and without a card."""

import asyncio
import json
import subprocess
import time
from datetime import UTC, datetime

import pytest
from offices import CORDBOARD

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


async def bring(office, *options):
    """The command's exit code, what it printed, and what it complained of."""
    command = [*CORDBOARD, "cel", "import", "--config", office.config, "--json", *options]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def ago(seconds):
    return str(int(time.time()) - seconds)


async def test_calls_brought_in_while_the_connector_is_away_are_finished_once_though_it_reads_them_too(office):
    office.configure(ami=False)
    office.start_connector()
    await office.until_listening()
    office.connector.stop()
    await office.play("in-answered")
    await office.play("in-no-answer")
    begun, old = ago(60), ago(1_000_000)
    # the connector is away: its journal waits for it
    code, told, complaint = await bring(office, "--from", begun)
    assert (0, 2, 0, 2) == (code, told["found"], told["known"], len(told["new"])), complaint
    assert 2 == (await bring(office, "--from", begun))[1]["known"]
    assert 0 == (await bring(office, "--from", old, "--to", begun))[1]["found"]

    office.start_connector()
    await office.until_delivered(2)

    assert ["200", "304"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]
    assert sorted(["register", "finish"] * 2) == sorted(office.gateway.requests)
    assert 2 == (await bring(office, "--from", begun))[1]["known"]


async def test_a_running_connector_tells_what_is_brought_in_from_another_file(office):
    office.configure(ami=False)
    office.start_connector()
    await office.until_listening()
    followed, rotated = office.pbx.csv_path, office.folder / "Master.csv.rotated"
    office.pbx.csv_path = rotated
    rotated.touch()
    calls = [await office.play(name) for name in ("in-answered", "out-answered")]
    assert len(calls) == 2
    office.pbx.csv_path = followed
    found = (await bring(office, "--from", ago(60), "--source", str(rotated), "--id", "1.1"))[1]
    assert {"found": 0, "known": 0, "running": 0, "new": []} == found

    code, told, complaint = await bring(office, "--from", ago(60), "--source", str(rotated))
    await office.until_delivered(2)

    assert (0, 2) == (code, len(told["new"])), complaint
    assert ["200", "200"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]
    assert "show" not in office.gateway.requests


async def test_what_cannot_be_read_is_told_in_a_sentence(office):
    office.configure(ami=False)

    refused = [
        await bring(office, "--from", "yesterday"),
        await bring(office, "--from", "2026-01-02", "--to", "2026-01-01"),
        await bring(office, "--from", "2026-01-01", "--pbx", "elsewhere"),
        await bring(office, "--from", datetime.now(UTC).isoformat()),
    ]

    assert [2, 2, 2, 4] == [code for code, _, _ in refused]
    assert [1, 1, 1, 1] == [complaint.count("\n") for _, _, complaint in refused]
    assert "there are: main" in refused[2][2]
    assert "start the connector once" in refused[3][2]
