"""`cordboard number`: what the numbering rules make of a number, step by step.

Out:  the number as `call_full` would show it, the prefix that was taken off, and what each rule did, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from cyclopts import App

from cordboard.cli.replay import UsageError, choose_pbx, plan_of
from cordboard.hooks.builtin import autoreplacement
from cordboard.numbers.plan import NumberingPlan
from cordboard.numbers.prefixes import compact, strip_prefix
from cordboard.settings import Settings, SettingsError, load

__all__ = ["app", "number"]

app = App(name="number", help="Show what the numbering rules make of a number.")

Whose = Literal["client", "user"]


@app.default
def number(text: str, *, config: Path | None = None, pbx: str | None = None, whose: Whose | None = None) -> int:
    """Show what the numbering rules make of a number.

    Parameters
    ----------
    text
        The number as Asterisk gives it.
    config
        The settings with prefixes, internal numbers and rules that replace.
    pbx
        Which [[pbx]] of the settings; the first if absent.
    whose
        client or user: which rules replace; absent: those of a user for an internal number, else those of a client.
    """
    try:
        settings = load(config)
        plan = plan_of(settings, choose_pbx(settings, pbx))
    except (SettingsError, UsageError) as error:
        print(f"cordboard number: {error}", file=sys.stderr)
        return SettingsError.exit_code if isinstance(error, SettingsError) else 2
    side: Whose = whose or ("user" if plan.is_local(text) else "client")
    taken = list(steps(text, plan, settings, side))
    after = str(taken[-1]["after"])
    found = plan.number(text, "" if after == text or not replaced(taken) else after)
    prefix = compact(text).removesuffix(found.base) if not found.is_local else ""
    shown = {"number": msgspec.to_builtins(found), "prefix": prefix, "steps": taken}
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0


@app.command(name="test")
def show_steps(text: str, *, config: Path | None = None, pbx: str | None = None, whose: Whose | None = None) -> int:
    """Show what each rule does to a number.

    Parameters
    ----------
    text
        The number as Asterisk gives it.
    config
        The settings with prefixes, internal numbers and rules that replace.
    pbx
        Which [[pbx]] of the settings; the first if absent.
    whose
        client or user: which rules replace; absent: those of a user for an internal number, else those of a client.
    """
    return number(text, config=config, pbx=pbx, whose=whose)


def steps(text: str, plan: NumberingPlan, settings: Settings, whose: Whose) -> Iterator[dict[str, Any]]:
    """What each rule did: first those of `base`, then those that replace, which begin with the number as received."""
    bare = compact(text)
    yield step("without spaces, brackets and hyphens", "base", text, bare)
    if plan.is_local(text):
        yield step("internal number: nothing is taken off", "base", bare, bare)
    else:
        base = strip_prefix(bare, plan.prefixes)
        rule = f"prefix {bare.removesuffix(base)}" if base != bare else "no prefix of the settings"
        yield step(rule, "base", bare, base)
    rules = settings.numbers.replace
    for one in autoreplacement.steps(text, rules, whose):
        place = f"numbers.replace[{rules.index(one.rule)}] {one.rule.pattern} → {one.rule.substitution}"
        yield step(place, "custom", one.before, one.after)


def step(rule: str, gives: str, before: str, after: str) -> dict[str, Any]:
    return {"rule": rule, "gives": gives, "before": before, "after": after, "changed": before != after}


def replaced(taken: list[dict[str, Any]]) -> bool:
    return any(one["gives"] == "custom" for one in taken)
