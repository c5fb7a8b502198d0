"""Lines: the source of a new client depends on the line that was called.

In:   `[[line]] number, source`. Out: `CRM_SOURCE` of `process_registration_params`.
"""

from __future__ import annotations

from typing import Any

from cordboard.hooks.builtin.rules import Rules


def is_used(rules: Rules) -> bool:
    return any(line.source for line in rules.lines)


def process_registration_params(payload: dict[str, Any], rules: Rules) -> dict[str, Any]:
    called = str(payload.get("LINE_NUMBER") or "").lstrip("+")
    for line in rules.lines:
        if called and line.source and line.number.lstrip("+") == called:
            return {"data": {"CRM_SOURCE": line.source}, "state": "success"}
    return {"state": "success"}
