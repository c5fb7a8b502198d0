"""How `cordboard hooks test` tells what a customization did: for people, or as JSON."""

from __future__ import annotations

import json as json_text
from typing import Any

import msgspec

from cordboard.connector.trying import Trial
from cordboard.hooks.specs import POINTS

__all__ = ["show", "tell"]


def tell(trials: list[Trial], json: bool) -> int:
    """Print them; the exit code is 1 if one of the runs failed."""
    if json:
        show([told_as_json(trial) for trial in trials])
    else:
        for trial in trials:
            tell_one(trial)
    bad = any(one.outcome in {"failed", "timeout"} for trial in trials for one in trial.answer.runs)
    return 1 if bad else 0


def told_as_json(trial: Trial) -> dict[str, Any]:
    return {
        "point": trial.point,
        "payload": trial.payload,
        "runs": trial.answer.runs,
        "cancelled": trial.answer.cancelled,
        "difference": {key: {"before": old, "after": new} for key, (old, new) in trial.differences().items()},
    }


def tell_one(trial: Trial) -> None:
    stage = trial.payload.get("call_stage", "")
    print(f"{trial.point}{' at ' + stage if stage else ''}")
    print(indented("payload", pretty(trial.payload)))
    for one in trial.answer.runs:
        print(f"  {one.entry}: {one.outcome}, {one.milliseconds:.1f} ms" + (f": {one.reason}" if one.reason else ""))
        print(
            indented("  answer", pretty(one.out)) if one.out is not None else "",
            end="\n" if one.out is not None else "",
        )
        print(indented("  standard error", one.log) if one.log else "", end="\n" if one.log else "")
    if not trial.answer.runs:
        print("  no customization is installed here")
    if trial.answer.cancelled:
        print(f"  cancelled by customization: {POINTS[trial.point].cancelled}")
    else:
        lines = [f"{key}: {pretty(old)} → {pretty(new)}" for key, (old, new) in trial.differences().items()]
        print(indented("difference", "\n".join(lines) or "none"))


def indented(title: str, text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    return f"  {title}: {lines[0]}" + "".join(f"\n    {line}" for line in lines[1:])


def pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def show(value: Any) -> None:
    print(json_text.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False))
