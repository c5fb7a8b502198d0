"""Clients written by others for Bitrix24 find nothing missing when only their address is changed.

Each lives through the same story: a call from register to its recording, a client made, changed and deleted, batches
whose commands refer to one another, and lists of more than one page read in every way the client knows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.databases import PostgreSql, Sqlite
from tests.foreign.conftest import run_node, run_python, secure_portal

from cordboard.testing import running_portal

CALL_ID = re.compile(r"externalCall\.[0-9a-f]{32}\.\d{10}")

CALL = {
    "again": True,
    "created": ["LEAD"],
    "shown": True,
    "hidden": True,
    "duration": 7,
    "file": True,
    "found": [["LEAD", True]],
    "row": ["+79031234567", "7", "200", True],
}
CLIENT = {"name": ["Vera", "Wolf"], "phone": "+74957770011", "same": True, "item": "Wolf", "deleted": True}
BATCH = {"reference": True, "added": 120}


def assert_whole_story(told: dict[str, Any]) -> None:
    """What every client must have lived through; the words of refusals are as each client shows them."""
    assert CALL_ID.fullmatch(told["call"].pop("call_id"))
    assert CALL == told["call"]
    assert CLIENT == {key: value for key, value in told["client"].items() if key != "gone"}
    assert BATCH == told["batch"]
    # the demo's leads, that of the call, and those of the batches
    [number] = set(told["pages"].values())
    assert number > 120


def test_fast_bitrix24_lives_through_the_whole_story(tmp_path: Path, databases: Sqlite | PostgreSql) -> None:
    url = databases.new()
    with running_portal(tmp_path, "--files", str(tmp_path / "files"), db=url) as portal:
        told = run_python("fast_bitrix24_client.py", portal.ready)
    databases.drop(url)

    assert_whole_story(told)
    # it looks at the status before it reads an error
    assert told["client"]["gone"].startswith("400")
    assert told["refused"].startswith("404")


def test_b24pysdk_lives_through_the_whole_story_over_https(tmp_path: Path, authority: dict[str, Path]) -> None:
    with secure_portal(tmp_path, authority) as ready:
        told = run_python("b24pysdk_client.py", ready, REQUESTS_CA_BUNDLE=str(authority["ca"]))

    assert_whole_story(told)
    assert ("Not found", "Method not found!") == (told["client"]["gone"], told["refused"])


def test_b24jssdk_lives_through_the_whole_story_and_refreshes_its_token(
    tmp_path: Path, authority: dict[str, Path], node_modules: Path
) -> None:
    with secure_portal(tmp_path, authority) as ready:
        told = run_node("b24jssdk_client.mjs", ready, node_modules, NODE_EXTRA_CA_CERTS=str(authority["ca"]))

    assert_whole_story(told)
    # of a refusal with an empty code, as the original sends it, the SDK keeps the status alone
    assert "400" in told["client"]["gone"]
    assert "Method not found!" == told["refused"]
    assert {"user": "1", "told": 1} == told["oauth"]
