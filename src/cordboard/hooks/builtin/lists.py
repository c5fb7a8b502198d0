"""Lists: calls that are left out because of who takes part in them.

In:   `[register] only_extensions, skip_extensions, skip_clients`, all regular expressions.
Out:  `need_registration`: yes or no.

A call of several extensions is left out only when every one of them is on the list, so a call that goes on to a
colleague is told from then on: the question is asked anew at every stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cordboard.hooks.builtin.rules import Rules

CallFull = dict[str, Any]


def is_used(rules: Rules) -> bool:
    settings = rules.register
    return bool(settings.only_extensions or settings.skip_extensions or settings.skip_clients)


def need_registration(payload: dict[str, Any], rules: Rules) -> dict[str, Any]:
    call: CallFull = payload["call_full"]
    settings = rules.register
    extensions = extensions_of(call)
    needed = not any(on_list(number, settings.skip_clients) for number in clients_of(call))
    if settings.only_extensions:
        needed = needed and any(on_list(extension, settings.only_extensions) for extension in extensions)
    if settings.skip_extensions and extensions:
        needed = needed and not all(on_list(extension, settings.skip_extensions) for extension in extensions)
    return {"data": {"result": needed}, "state": "success"}


def on_list(number: str, patterns: Iterable[str]) -> bool:
    return any(re.search(pattern, number) for pattern in patterns)


def extensions_of(call: CallFull) -> list[str]:
    """Every extension that takes part."""
    channels = [call["channel"], *(talk["channel"] for talk in call["conversations"].values())]
    numbers = [channel[side] for channel in channels for side in ("from", "to")]
    return list(dict.fromkeys(number["original"] for number in numbers if number["is_local"] and number["original"]))


def clients_of(call: CallFull) -> list[str]:
    """The outside number in every form in which a list may name it."""
    channel = call["channel"]
    sides = [channel["from"] if channel["type"] == "incoming" else channel["to"]]
    # a call between colleagues that reached the outside
    sides += [talk["channel"]["to"] for talk in call["conversations"].values() if channel["type"] != "incoming"]
    forms = [form for side in sides if not side["is_local"] for form in (side["original"], side["custom"])]
    return [form for form in dict.fromkeys(forms) if form]
