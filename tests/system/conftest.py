"""Evenings of real calls, each played once for the whole ring (see exchange/README.md)."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# The stories to be judged, and the judge of captures.
sys.path.insert(0, str(Path(__file__).parent.parent / "scenarios"))
sys.path.insert(0, str(Path(__file__).parent / "exchange"))
sys.path.insert(0, str(Path(__file__).parent))

from playing import Left, run


@pytest.fixture(scope="session")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Left]:
    """The evening on Asterisk 22 or 16 (exchange/evening.py), followed live by the real portal and connector."""
    played: dict[str, Left] = {}

    def evening(version: str) -> Left:
        if version not in played:
            played[version] = run("play.py", version, tmp_path_factory.mktemp(f"evening-{version}-"), version)
        return played[version]

    return evening
