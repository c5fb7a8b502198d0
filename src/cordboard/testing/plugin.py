"""The portal as a fixture of pytest: `pytest_plugins = ["cordboard.testing.plugin"]` in a project's `conftest.py`.

In:   nothing; a project may define `cordboard_seed` (what a new portal is filled with) and `cordboard_clock` anew.
Out:  `cordboard_portal`: a running portal of its own for every test.
The surprise: the database is made once and copied for each test, so that a portal is there within a blink.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordboard.portal.server import Opening, open_portal
from cordboard.settings import Portal as PortalSettings
from cordboard.testing.clock import Clock
from cordboard.testing.here import PortalHere, portal_here


@pytest.fixture(scope="session")
def cordboard_seed() -> str | None:
    """`demo`: a small company with its clients; None: nothing but the administrator."""
    return "demo"


@pytest.fixture
def cordboard_clock() -> Clock:
    """The portal's clock: the real one until the test sets it."""
    return Clock()


@pytest.fixture(scope="session")
def cordboard_template(tmp_path_factory: pytest.TempPathFactory, cordboard_seed: str | None) -> Path:
    """A folder with a filled database, to be copied."""
    folder = tmp_path_factory.mktemp("cordboard")
    opened = open_portal(Opening(PortalSettings(db=f"sqlite:///{folder / 'portal.db'}"), cordboard_seed))
    opened.portal.store.close_sync()
    return folder


@pytest.fixture
def cordboard_portal(
    tmp_path_factory: pytest.TempPathFactory, cordboard_template: Path, cordboard_clock: Clock
) -> Iterator[PortalHere]:
    """A running portal of its own for this test."""
    folder = tmp_path_factory.mktemp("portal")
    for file in cordboard_template.glob("portal.db*"):
        shutil.copy(file, folder)
    with portal_here(folder, seed=None, clock=cordboard_clock) as portal:
        yield portal
