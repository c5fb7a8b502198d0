"""Clients written by others for Bitrix24 find nothing missing when only their address is changed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.foreign.conftest import run_client

HERE = Path(__file__).parent
CALL_ID = re.compile(r"externalCall\.[0-9a-f]{32}\.\d{10}")


def test_fast_bitrix24_drives_a_call_and_reads_every_page(start_portal: Callable[..., dict[str, Any]]) -> None:
    portal = start_portal()
    with urlopen(portal["webhook"] + "crm.lead.list") as answer:
        before = json.load(answer)["total"]

    told = run_client(HERE / "fast_bitrix24_client.py", portal["webhook"])

    assert CALL_ID.fullmatch(told["call_id"])
    assert (7, 120) == (told["duration"], told["new_leads"])
    assert before + 120 == told["leads"] == told["ids"]
    assert ["101", "102", "103", "104", "105", "106"] == told["extensions"]
    assert ["1", "2"] == told["chosen"]


def test_b24pysdk_drives_a_call_over_https(
    start_portal: Callable[..., dict[str, Any]], authority: dict[str, str]
) -> None:
    portal = start_portal("--tls-cert", authority["cert"], "--tls-key", authority["key"])
    address = urlsplit(portal["webhook"])
    user, secret = address.path.strip("/").split("/")[1:]

    told = run_client(
        HERE / "b24pysdk_client.py",
        f"localhost:{address.port}",
        f"{user}/{secret}",
        REQUESTS_CA_BUNDLE=authority["ca"],
    )

    assert CALL_ID.fullmatch(told["call_id"])
    assert (7, 46, 7) == (told["duration"], told["added"], told["users"])
    assert told["leads"] > 45
