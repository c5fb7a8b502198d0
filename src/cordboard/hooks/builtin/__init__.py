"""Our own customizations, written as those of customers are: a payload comes in, an envelope goes out.

In:   the payload, and what the settings say about it (`Rules`). Out: `{"data": …, "state": "success"}`.

Pure, so a flow runs them itself, before the customer's: nothing of them need be journaled. One file per subject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cordboard.hooks.builtin import autoreplacement, lines, lists, record_name
from cordboard.hooks.builtin.rules import Rules

__all__ = ["BUILT_IN", "BuiltIn", "Rules", "built_in_of"]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One of them at one point."""

    name: str
    point: str
    #: whether the settings say anything for it
    is_used: Callable[[Rules], bool]
    run: Callable[[dict[str, Any], Rules], dict[str, Any]]
    #: it looks at `call_full`
    needs_call: bool = False


BUILT_IN = (
    BuiltIn("lists", "need_registration", lists.is_used, lists.need_registration, needs_call=True),
    BuiltIn("autoreplacement", "process_client_phone", autoreplacement.is_used, autoreplacement.process_client_phone),
    BuiltIn("autoreplacement", "process_user_phone", autoreplacement.is_used, autoreplacement.process_user_phone),
    BuiltIn(
        "record name",
        "customize_attach_record_url",
        record_name.is_used,
        record_name.customize_attach_record_url,
        needs_call=True,
    ),
    BuiltIn("line source", "process_registration_params", lines.is_used, lines.process_registration_params),
)


def built_in_of(point: str, rules: Rules) -> list[BuiltIn]:
    """Those that have something to say at a point."""
    return [one for one in BUILT_IN if one.point == point and one.is_used(rules)]
