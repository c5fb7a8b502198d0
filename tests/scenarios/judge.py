"""Judge: what a call model says of a capture, held against what the telephones measured.

In:   a folder with `cel.csv` or `ami.log`, and `scenario.toml` or `truth.csv` beside it.
Out:  the calls that a person would count, with their truth; the wrong facts of one of them, in words.

Used by every test that plays a capture, kept or made a moment ago on a real Asterisk (tests/system).
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage
from cordboard.calls.tracker import CallTracker
from cordboard.cli.replay import run
from cordboard.cli.replay_reader import Lane, open_reader
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Pbx

CAPTURES = Path(str(files("cordboard"))) / "demo" / "captures"
#: made by `make capture` with the project's own rig
OWN = Path(__file__).parent.parent / "captures" / "live"
FOLDERS = sorted(path.parent for path in [*CAPTURES.glob("*/*/cel.csv"), *OWN.glob("*/cel.csv")])
SOURCES = [("cel.csv", "ledger"), ("ami.log", "ledger"), ("ami.log", "live")]
TOLERANCE = 1.6  # call_full has whole seconds; pressing keys takes some tenths
RESULTS = {
    "answered": {200},
    "no-answer": {480},
    "busy": {486},
    "declined": {603},
    "cancelled": {487},
    "abandoned": {487},
    "ivr-missed": {487},
    "closed": {480, 487},
    "voicemail": {480},
    "failed": {404, 480, 500, 503},
    "employee-no-answer": {480},
}


def name_of(folder: Path) -> str:
    """Asterisk's version and the scenario; `live` for those of our own rig."""
    return f"{folder.parent.name}/{folder.name}"


def played(
    folder: Path, source: str, lane: str, every: str = "end", pbx: Pbx | None = None
) -> list[dict[str, Any]]:  # fmt: skip
    out = io.BytesIO()
    code = run([str(folder / source)], CallTracker(plan(), timezone="UTC"), pbx or Pbx(), every, lane, out.write)
    assert code == 0
    return [msgspec.json.decode(line) for line in out.getvalue().splitlines()]


def plan() -> NumberingPlan:
    """The numbers of the captured exchange."""
    return NumberingPlan(["+7", "7", "8"], [r"^\d{3}$"])


def events_of(folder: Path, source: str = "cel.csv", lane: Lane = "ledger") -> list[CelEvent]:
    """The rows of a capture."""
    reader = open_reader(str(folder / source), Pbx(timezone="UTC"), lane)
    return [event for batch in reader.batches() for event in batch]


def stages_of(events: Iterable[CelEvent]) -> list[Stage]:
    """Every stage that these rows reach."""
    tracker = CallTracker(plan())
    return [stage for event in events for stage in tracker.feed(event).stages]


def ended_lines(events: Iterable[CelEvent]) -> list[dict[str, Any]]:
    """What `replay` would print of the calls that these rows end, as far as a judge asks."""
    ended = [stage for stage in stages_of(events) if stage.name == "call_ended"]
    return [{"linkedid": stage.linkedid, "call_full": msgspec.to_builtins(stage.call_full())} for stage in ended]


def same(left: str, right: str) -> bool:
    """Extensions must be equal; long numbers may differ in their prefix."""
    left, right = ("".join(filter(str.isdigit, str(text))) for text in (left, right))
    return left == right if min(len(left), len(right)) < 7 else left[-10:] == right[-10:]


def epoch(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()


def truths(folder: Path) -> Iterator[dict[str, Any]]:
    """The calls of a capture that a person would count, each with its client and the times at the telephones."""
    if (folder / "truth.csv").exists():
        yield from truths_of_table(folder)
        return
    told = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    absorbed = {linkedid for call in told["call"] for linkedid in call.get("absorbed", [])}
    for call in told["call"]:
        is_service = call.get("direction") == "service" or call.get("outcome") in ("service", "conference")
        if call["linkedid"] not in absorbed and not is_service:
            outward = call["direction"] in ("outgoing", "callback")
            client = (call.get("to") or call.get("dialled")) if outward else call.get("caller")
            yield {"zero": told["time_zero"], "client": client, **call}


def truths_of_table(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "consultation":
                yield {
                    "linkedid": row["linkedid"],
                    "direction": row["direction"],
                    "dialled": row["dialled"],
                    "client": row["dialled"] if row["direction"] == "outgoing" else row["caller"],
                    "caller": row["caller"],
                    "rang": [number for number in row["rang"].split(";") if number],
                    "answered": row["answered"] == "yes",
                    "answered_by": [number for number in row["answered_by"].split(";") if number],
                    "outcome": row["outcome"],
                    "ivr_missed": row["ivr_missed"] == "yes",
                }


def wrong_facts(truth: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[str]:
    """What is told otherwise than it was."""
    ended = [line["call_full"] for line in lines if line["call_full"]["channel"]["id"] == truth["linkedid"]]
    if len(ended) != 1:
        yield f"{len(ended)} call_ended"
        return
    full = ended[0]
    channel, conversations = full["channel"], list(full["conversations"].values())
    yield from wrong_people(truth, channel, conversations)
    yield from wrong_times(truth, channel, conversations)
    for linkedid in truth.get("absorbed", []):
        if any(line["linkedid"] == linkedid for line in lines):
            yield f"{linkedid} was absorbed and came as a call of its own"
    if "ivr_missed" in truth and full["is_ivr"] != truth["ivr_missed"]:
        yield f"is_ivr {full['is_ivr']}"
    right = {truth["result"]} if "result" in truth else RESULTS.get(truth.get("outcome", ""))
    if right and full["result"] not in right:
        yield f"result {full['result']} for {truth['outcome']}"
    if full["active_conversation_id"] or any(c["is_parked"] for c in conversations):
        yield "something is still active or parked"
    if {part["state"] for part in [channel, *(c["channel"] for c in conversations)]} != {"ended"}:
        yield "something has not ended"


def wrong_people(truth: dict[str, Any], channel: Any, conversations: list[Any]) -> Iterator[str]:
    direction = truth["direction"]
    asked = [c["channel"]["to"]["original"] for c in conversations]
    taken = sorted(
        (c["channel"]["answer_time"], c["channel"]["to"]["original"])
        for c in conversations
        if c["channel"]["was_answered"]
    )
    if channel["type"] != ("outgoing" if direction == "callback" else direction):
        yield f"type {channel['type']}"
    spoken = channel["to" if direction in ("outgoing", "callback") else "from"]["original"]
    if (
        truth["client"]
        and truth["client"].isdigit()
        and truth.get("outcome") != "employee-no-answer"
        and not same(spoken, truth["client"])
    ):
        yield f"client {spoken}"
    if direction == "incoming":
        lines = [channel["trunk"]["original"], *(c["channel"]["trunk"]["original"] for c in conversations)]
        if not all(same(line, truth["dialled"]) for line in lines):
            yield f"lines {lines}"
    for number in truth.get("rang", []):
        own_phone = direction == "outgoing" and same(number, truth["caller"])
        if not own_phone and not any(same(number, other) for other in asked):
            yield f"{number} rang and is not among {asked}"
    if channel["was_answered"] != truth["answered"]:
        yield f"was_answered {channel['was_answered']}"
    people = truth.get("answered_by", [])[1 if direction == "callback" else 0 :]
    for number in people:
        if not any(same(number, other) for _, other in taken):
            yield f"{number} answered and is not among {taken}"
    if people and not any(same(people[-1], other) for other in last_speakers(channel, direction, taken)):
        yield f"last speaker {last_speakers(channel, direction, taken)}"
    if not people and taken:
        yield f"nobody answered, yet {taken}"


def last_speakers(channel: Any, direction: str, taken: list[tuple[str, str]]) -> list[str]:
    """Who talked with the client last: an incoming call is for them in the end (decisions.md 5). Who answered last may
    be another one: a colleague who was asked first, or was there before the client."""
    if direction == "incoming":
        return [channel["to"]["original"]]
    return [other for at, other in taken if at == taken[-1][0]]


def wrong_times(truth: dict[str, Any], channel: Any, conversations: list[Any]) -> Iterator[str]:
    legs = truth.get("leg", [])
    if not legs:
        return
    begun = truth["zero"] + min(leg["start"] for leg in legs)
    if abs(epoch(channel["start_time"]) - begun) > TOLERANCE:
        yield f"start {channel['start_time']}"
    ends = [leg["end"] for leg in legs if "end" in leg]
    if ends and abs(epoch(channel["end_time"]) - truth["zero"] - max(ends)) > TOLERANCE:
        yield f"end {channel['end_time']}"
