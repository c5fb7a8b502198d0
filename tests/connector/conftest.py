"""The builders of this folder can be imported by its tests, and most of them want the same office."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from offices import Office


@pytest.fixture
async def office(tmp_path):
    """An exchange that has written no row yet, a network, and a portal; the connector is the test's own."""
    office = Office(tmp_path)
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    yield office
    await office.close()
