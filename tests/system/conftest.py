"""Evenings of real calls, each played once for the whole ring, two at a time (see exchange/README.md)."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

# The stories to be judged, and the judge of captures.
sys.path.insert(0, str(Path(__file__).parent.parent / "scenarios"))
sys.path.insert(0, str(Path(__file__).parent / "exchange"))
sys.path.insert(0, str(Path(__file__).parent))

from evening import EVENINGS
from playing import Left, run


@pytest.fixture(scope="session")
def evenings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Left]]:
    """The evening of a name (exchange/evening.py), followed live by the real portal and connector.

    All that the chosen tests need begin at once, each in a namespace of its own: their time is waiting."""
    params = (item.callspec.params for item in request.session.items if hasattr(item, "callspec"))
    names = list(dict.fromkeys(each["night"] for each in params if "night" in each)) or list(EVENINGS)
    folders = {name: tmp_path_factory.mktemp(f"evening-{name}-") for name in names}
    with ThreadPoolExecutor(2) as pool:
        playing = {
            name: pool.submit(partial(run, "play.py", EVENINGS[name].version, folder, name))
            for name, folder in folders.items()
        }
        yield lambda name: playing[name].result()
        pool.shutdown(cancel_futures=True)
