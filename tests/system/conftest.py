"""Evenings of real calls, each played once for the whole ring (see exchange/README.md)."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# The stories to be judged, and the judge of captures.
sys.path.insert(0, str(Path(__file__).parent.parent / "scenarios"))
sys.path.insert(0, str(Path(__file__).parent / "exchange"))
sys.path.insert(0, str(Path(__file__).parent))

from evening import EVENINGS
from playing import Left, run


@pytest.fixture(scope="session")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Left]:
    """The evening of a name (exchange/evening.py), followed live by the real portal and connector."""
    played: dict[str, Left] = {}

    def evening(name: str) -> Left:
        if name not in played:
            folder = tmp_path_factory.mktemp(f"evening-{name}-")
            played[name] = run("play.py", EVENINGS[name].version, folder, name)
        return played[name]

    return evening
