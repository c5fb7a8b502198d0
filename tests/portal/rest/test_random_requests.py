"""Thousands of random requests over the registry of methods: no answer is a 5xx, and no row belongs to nobody.

`python -m bench random_requests --long` sends 100,000 to each kind of database.
"""

import asyncio
from pathlib import Path

from bench.random_requests import find_orphans, furnish, play
from tests.databases import PostgreSql, Sqlite
from tests.portal.rest.conftest import Rest

from cordboard.portal.portal import Portal
from cordboard.settings import Portal as PortalSettings


def test_random_requests_end_in_answers_and_leave_nothing_half_written(
    databases: Sqlite | PostgreSql, tmp_path: Path
) -> None:
    url = databases.new()
    portal = Portal.open(PortalSettings(files=f"{tmp_path}/files"), db=url)
    furnish(portal)

    told = asyncio.run(play(portal, 20261125, 3000))

    assert [] == told["failed"]
    assert {} == portal.store.read_sync(find_orphans)
    # as many reach the work of a method as are refused before
    assert told["results"] > 1000
    portal.store.close_sync()
    databases.drop(url)


def test_a_flag_is_compared_by_size_too(rest: Rest) -> None:
    answer = rest.call("crm.contact.list", {"filter": {">=HAS_PHONE": "N"}})

    assert answer.status == 200
