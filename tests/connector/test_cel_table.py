"""A call whose rows stand in a database table is finished as one whose rows stand in a file."""

import csv
import sqlite3

import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


async def test_a_table_named_in_the_settings_is_followed(office):
    table = office.folder / "cel.db"
    await office.play("in-answered")
    rows = list(csv.reader(office.pbx.csv_path.open(encoding="utf-8", newline="")))
    create(table, rows[0])
    office.configure(ami=False, cel=False, more=f'[pbx.cel]\nurl = "sqlite:///{table}"\n')
    office.start_connector()
    await office.until_listening()

    append(table, rows[1:])
    status = await office.until_delivered(1)

    assert ["register", "finish"] == office.gateway.requests
    ledger = status["pbx"]["main"]["ledger"]
    assert ("up", len(rows) - 1, []) == (ledger["state"], ledger["rows"], ledger["lacks"])


async def test_a_call_in_which_the_connector_is_killed_twice_is_finished_once(office):
    table = office.folder / "cel.db"
    await office.play("in-answered")
    rows = list(csv.reader(office.pbx.csv_path.open(encoding="utf-8", newline="")))
    create(table, rows[0])
    office.configure(ami=False, cel=False, more=f'[pbx.cel]\nurl = "sqlite:///{table}"\n')
    office.start_connector()
    await office.until_listening()
    talk = next(number for number, row in enumerate(rows) if "HANGUP" in row)

    append(table, rows[1:talk])
    for _ in range(2):
        await office.until(lambda status: status["pbx"]["main"]["open_calls"] == 1)
        await office.until(lambda status: status["pbx"]["main"]["ledger_caught_up"])
        office.connector.kill()
        office.start_connector()
    append(table, rows[talk:])
    await office.until_delivered(1)

    assert 1 == office.gateway.requests.count("finish")
    assert ["200"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]


def create(table, names):
    with sqlite3.connect(table) as connection:
        connection.execute(f"CREATE TABLE cel (id INTEGER PRIMARY KEY, {', '.join(names)})")


def append(table, rows):
    with sqlite3.connect(table) as connection:
        marks = ", ".join(["?"] * len(rows[0]))
        connection.executemany(f"INSERT INTO cel SELECT NULL, {marks}", rows)
