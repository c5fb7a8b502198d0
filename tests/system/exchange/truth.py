"""Truth: what was lived, written down in the form of the captures (scenario.toml, endpoints.csv).

In:   `Lived` calls and the telephones' log; of Asterisk only what names a call there: the linkedid of its first
      channel, from AMI, and the linkedids that joined it, from the CEL rows.
Out:  text.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dialog import Call
from pbx import ETC
from story import STORIES, Lived, number_of
from telephone import Seen

#: events of a call's telephone that end it
ENDS = ("hung-up", "hung-up-by-pbx", "cancelled", "cancelled-by-pbx", "rejected", "refused")


def find_linkedids(calls: list[Lived], events: list[dict[str, str]]) -> None:
    """Give each call the linkedid of its first channel: who dialled what, and when."""
    born = [event for event in events if event.get("Event") == "Newchannel"]
    for call in calls:
        if call.linkedid:  # an Originate chose it
            continue
        origin = call.origin
        for event in born:
            apart = float(event["Timestamp"]) - origin.times["dials"]
            same = event["Channel"].startswith(f"PJSIP/{origin.telephone.name}-") and event["Exten"] == origin.dialled
            if same and event["CallerIDNum"] == origin.caller and -0.05 <= apart <= 2:
                call.linkedid = event["Linkedid"]
                break
        assert call.linkedid, f"{call.story}: no channel of {origin.caller} to {origin.dialled} in the AMI log"


def absorbed_by(events: list[dict[str, str]]) -> dict[str, list[str]]:
    """Linkedid → the linkedids whose channels moved to it, as the CEL rows name them."""
    threads: defaultdict[str, list[str]] = defaultdict(list)
    for event in events:
        if event.get("Event") == "CEL":
            threads[event["UniqueID"]].append(event["LinkedID"])
    found: defaultdict[str, set[str]] = defaultdict(set)
    for linkedids in threads.values():
        if linkedids[0] != linkedids[-1]:
            found[linkedids[-1]].add(linkedids[0])
    return {linkedid: sorted(others) for linkedid, others in found.items()}


def scenario(name: str, calls: list[Lived], events: list[dict[str, str]], zero: float, version: str) -> str:
    """The text of scenario.toml for a story, or an evening of many. `zero`: all times are seconds from it."""
    story = STORIES.get(name)
    absorbed = absorbed_by(events)
    head = {
        "id": name,
        "title": story.title if story else "an evening of many calls",
        "story": story.text if story else None,
        "tags": sorted({call.direction for call in calls}),
        "asterisk": version,
        "captured": datetime.fromtimestamp(zero, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "time_zero": round(zero, 3),
    }
    pbx = {"cel_apps": tracked_applications(), "cel_dateformat": "epoch", "systemname": "", "timezone": "UTC"}
    parts = [table("", head).lstrip(), table("[pbx]", pbx)]
    for call in calls:
        parts.append(table("[[call]]", facts(call, absorbed.get(call.linkedid, []))))
        legs = [(leg, "caller" if leg.made_by_us else "called") for leg in (call.origin, *call.legs)]
        parts += [table("[[call.leg]]", leg_row(leg, role, zero)) for leg, role in legs]
        for span in call.talks:
            row = {"a": span.one, "b": span.other, "start": since(span.start, zero), "end": since(span.end, zero)}
            parts.append(table("[[call.talk]]", row))
        for mark in call.marks:
            parts.append(table("[[call.event]]", {**mark, "at": since(mark["epoch"], zero)} | {"epoch": None}))
    return "".join(parts)


def tracked_applications() -> str:
    found = re.search(r"^apps *= *(.+)$", (ETC / "cel.conf").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def facts(call: Lived, absorbed: list[str]) -> dict[str, Any]:
    return {
        "linkedid": call.linkedid,
        "absorbed": absorbed or None,
        "direction": call.direction,
        "caller": call.caller,
        "dialled": call.dialled,
        "to": call.client if call.direction in ("outgoing", "callback") else None,
        "trunk": "trunk-alpha" if call.client else "",
        "rang": call.rang,
        "answered": bool(call.talks),
        "answered_by": call.answered_by,
        "outcome": call.outcome,
        "hangup_by": call.hangup_by,
        "ivr_missed": call.direction == "incoming" and not call.legs,
        "result": call.result,
        "bridged_seconds": call.talk_seconds,
    }


def leg_row(leg: Call, role: str, zero: float) -> dict[str, Any]:
    """One telephone's part in a call."""
    times = {event: since(epoch, zero) for event, epoch in leg.times.items()}
    answer = times.get("connected") if role == "caller" else times.get("answered")
    elsewhere = "cancelled-by-pbx" in times and ("cause=26" in leg.reason or "completed elsewhere" in leg.reason)
    words = {"rejected": "rejected", "cancelled": "cancelled", "refused": "refused"}
    unanswered = next((word for event, word in words.items() if event in times), "not-answered")
    return {
        "endpoint": leg.telephone.name,
        "role": role,
        "number": leg.caller if role == "caller" else number_of(leg),
        "start": times["dials"] if role == "caller" else times["called"],
        "answer": answer,
        "end": min((times[event] for event in ENDS if event in times), default=None),
        "result": "answered" if answer is not None else "answered-elsewhere" if elsewhere else unanswered,
        "rang": False if role == "called" and "ringing" not in times else None,
        "sip": leg.final or None,
        "reason": leg.reason or None,
        "hung_up": True if "hung-up" in times else None,
    }


def endpoints(seen: Iterable[Seen], zero: float) -> str:
    """The text of endpoints.csv: the telephones' log."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["at", "epoch", "endpoint", "call", "event", "detail"])
    for line in seen:
        place = (f"{line.epoch - zero:.3f}", f"{line.epoch:.6f}")
        writer.writerow([*place, line.telephone, line.call, line.event, line.detail])
    return out.getvalue()


def since(epoch: float, zero: float) -> float:
    return round(epoch - zero, 2)


def table(head: str, row: dict[str, Any]) -> str:
    lines = (f"{key} = {literal(value)}\n" for key, value in row.items() if value is not None)
    return f"{head}\n{''.join(lines)}\n"


def literal(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(literal(each) for each in value)}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
