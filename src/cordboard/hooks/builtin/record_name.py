"""Record name: how a recording is called in the CRM.

In:   `[records] name`, such as "{date} {client} {extension}". Out: `FILENAME` of `customize_attach_record_url`.
"""

from __future__ import annotations

import re
from typing import Any

from cordboard.hooks.builtin.rules import Rules

#: what no file may be called with, anywhere
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def is_used(rules: Rules) -> bool:
    return bool(rules.record_name)


def customize_attach_record_url(payload: dict[str, Any], rules: Rules) -> dict[str, Any]:
    name = rules.record_name
    for word, value in words(payload["call_full"]).items():
        name = name.replace(f"{{{word}}}", value)
    suffix = payload["FILENAME"].rpartition(".")[2]
    name = " ".join(FORBIDDEN.sub("-", name).split())
    return {"data": {"FILENAME": f"{name}.{suffix}"}, "state": "success"}


def words(call: dict[str, Any]) -> dict[str, str]:
    """What a name may be made of."""
    channel = call["channel"]
    client, employee = channel["from"], channel["to"]
    if channel["type"] != "incoming":
        client, employee = employee, client
    date, _, time = channel["start_time"].partition(" ")
    return {
        "date": date,
        "time": time.replace(":", "-"),
        "client": client["custom"] or client["original"],
        "extension": employee["original"],
        "line": channel["trunk"]["original"],
        "linkedid": channel["id"],
    }
