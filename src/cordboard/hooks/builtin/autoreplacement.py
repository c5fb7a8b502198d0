"""Autoreplacement: numbers are rewritten before they are used in a CRM.

In:   `[[numbers.replace]]`: a regular expression, a substitution with `$1` or `${1}`, and whose numbers it is for.
Out:  the number after all rules, one after the other, each on the result of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from cordboard.hooks.builtin.rules import Rules
from cordboard.settings import Replace

GROUP = re.compile(r"\$(?:\{(\d+)\}|(\d+))")


class StepOfRule(NamedTuple):
    """What one rule did to a number."""

    rule: Replace
    before: str
    after: str


def is_used(rules: Rules) -> bool:
    return bool(rules.numbers.replace)


def process_client_phone(payload: dict[str, Any], rules: Rules) -> dict[str, Any]:
    return answer(payload["phone"], rules, "client")


def process_user_phone(payload: dict[str, Any], rules: Rules) -> dict[str, Any]:
    return answer(payload["phone"], rules, "user")


def answer(phone: str, rules: Rules, whose: str) -> dict[str, Any]:
    return {"data": {"phone": replaced(phone, rules.numbers.replace, whose)}, "state": "success"}


def replaced(phone: str, replace: tuple[Replace, ...], whose: str) -> str:
    """A number after all rules; `whose` is client or user."""
    for step in steps(phone, replace, whose):
        phone = step.after
    return phone


def steps(phone: str, replace: tuple[Replace, ...], whose: str) -> Iterator[StepOfRule]:
    """What each rule does, in order; `whose` is client or user.

    >>> [step.after for step in steps("+79161234567", (Replace(pattern=r"^\\+7", substitution="8"),), "client")]
    ['89161234567']
    """
    for rule in replace:
        if rule.applies not in {whose, "both"}:
            continue
        after = substituted(phone, rule)
        yield StepOfRule(rule, phone, after)
        phone = after


def substituted(phone: str, rule: Replace) -> str:
    def fill(match: re.Match[str]) -> str:
        return GROUP.sub(lambda group: match[int(group[1] or group[2])] or "", rule.substitution)

    return re.sub(rule.pattern, fill, phone)
