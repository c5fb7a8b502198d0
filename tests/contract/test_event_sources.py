"""One contract for every source that is followed: each row once, over restarts of either side, and an honest health."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cel_servers as servers
import pytest
from cel_sources import Reading, Source, TableSource, identities, seen

from cordboard.asterisk.cel_table import CelTable

pytestmark = pytest.mark.anyio


async def test_every_row_comes_once_and_in_order_over_restarts(source: Source) -> None:
    source.write(source.rows[:20])
    reading = Reading(source.url)
    await reading.begin()
    await reading.reach(20)
    await reading.end()

    source.write(source.rows[20:45])
    await reading.begin()
    await reading.reach(45)
    source.write(source.rows[45:])
    await reading.reach(len(source.rows))
    await reading.end()

    assert identities(source.rows) == seen(reading.events)


async def test_the_first_batch_is_empty_and_says_where_following_begins(source: Source) -> None:
    source.write(source.rows[:20])
    reading = Reading(source.url)
    await reading.begin()
    await reading.reach(20)
    await reading.end()

    source.write(source.rows[20:])
    kept = reading.position
    first, position = await anext(aiter(reading.anew().rows(kept)))

    assert ([], kept) == (first, position)


async def test_now_begins_behind_what_is_there_and_keeps_that_place(source: Source) -> None:
    source.write(source.rows[:20])
    reading = Reading(source.url, start="now")
    await reading.begin()
    await reading.reach(0)
    await reading.end()

    source.write(source.rows[20:])
    await reading.begin()
    await reading.reach(len(source.rows) - 20)
    await reading.end()

    assert identities(source.rows[20:]) == seen(reading.events)


async def test_a_database_that_goes_away_is_told_and_nothing_is_lost_when_it_is_back(table: TableSource) -> None:
    table.write(table.rows[:20])
    reading = Reading(table.url)
    await reading.begin()
    await reading.reach(20)
    await reading.state("up")

    table.kill()
    if isinstance(table.server, servers.Sqlite):  # an open file outlives its name: the next start misses it
        await reading.end()
        await reading.begin()
    await reading.state("problem")
    told = str(reading.ledger.health() if reading.ledger else "")
    table.begin()
    table.write(table.rows[20:])
    await reading.reach(len(table.rows))

    assert identities(table.rows) == seen(reading.events)
    assert "p@ss" not in told
    assert "p%40ss" not in told
    await reading.state("up")
    await reading.end()


async def test_a_table_that_was_emptied_and_counts_anew_is_read_from_its_beginning(table: TableSource) -> None:
    table.write(table.rows[:45])
    reading = Reading(table.url)
    await reading.begin()
    await reading.reach(45)
    await reading.end()

    again = type(table)(table.server, create_of(table), table.rows)
    again.write(table.rows[45:])
    await reading.begin()
    await reading.reach(len(table.rows))
    await reading.end()

    assert identities(table.rows) == seen(reading.events)


def create_of(table: TableSource) -> str:
    if isinstance(table.server, servers.Sqlite):
        return servers.SQLITE
    return servers.POSTGRESQL if isinstance(table.server, servers.PostgreSql) else servers.FREEPBX


async def test_a_row_that_becomes_visible_behind_a_later_one_is_read_too(table: TableSource) -> None:
    key = "AcctId" if isinstance(table.server, servers.Sqlite) else "id"
    numbered = [{key: str(number), **row} for number, row in enumerate(table.rows, 1)]
    reading = Reading(table.url)
    await reading.begin()
    table.write([*numbered[:10], *numbered[11:13]])
    await reading.reach(12)
    await reading.end()

    await reading.begin()
    table.write(numbered[10:11])
    await reading.reach(13)
    await reading.end()

    assert sorted(identities(table.rows[:13])) == sorted(seen(reading.events))


async def test_a_date_to_start_from_leaves_out_what_is_older(table: TableSource) -> None:
    table.write(table.rows)
    reading = Reading(table.url, start="2026-11-21T23:27:25+00:00")
    expected = [row for row in table.rows if row["eventtime"] >= since(row["eventtime"])]

    await reading.begin()
    await reading.reach(len(expected))
    await reading.end()

    assert 0 < len(expected) < len(table.rows)
    assert identities(expected) == seen(reading.events)


def since(form: str) -> str:
    """The same moment in the form in which a table holds it."""
    return "2026-11-21 23:27:25" if "-" in form else "1795303645"


async def test_the_position_of_another_kind_of_source_is_told_and_replaced(table: TableSource) -> None:
    table.write(table.rows)
    reading = Reading(table.url)
    reading.position = '{"inode":1,"head":"","head_size":0,"offset":0}'

    await reading.begin()
    await reading.reach(len(table.rows))

    assert reading.ledger is not None
    assert "another source" in str(reading.ledger.health()["reason"])
    await reading.end()


async def test_a_date_to_start_from_is_found_in_a_table_of_many_days(tmp_path: Path) -> None:
    rows = servers.rows_of("sqlite_cel.csv")
    days = [float(row["eventtime"]) + 86_400 * number for number, row in enumerate(rows)]
    table = TableSource(servers.Sqlite(tmp_path), servers.SQLITE, rows)
    table.write([row | {"eventtime": f"{day:.6f}"} for row, day in zip(rows, days, strict=True)])
    moment = datetime.fromtimestamp(days[50] - 60, UTC)

    reading = Reading(table.url, start=moment.isoformat())
    await reading.begin()
    await reading.reach(len(rows) - 50)
    await reading.end()

    assert identities(rows[50:]) == seen(reading.events)
    assert 50 == CelTable(table.url).first_since(int(moment.timestamp() * 1_000_000))


async def test_the_position_of_a_table_begins_a_file_anew(make: Callable[[str], Source]) -> None:
    source = make("json")
    source.write(source.rows)
    reading = Reading(source.url)
    reading.position = '{"id":45,"time":1795303645487582,"row":"0123456789abcdef"}'

    await reading.begin()
    await reading.reach(len(source.rows))
    await reading.end()

    assert identities(source.rows) == seen(reading.events)
