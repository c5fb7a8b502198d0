"""`cordboard calls list|show|replay|audit`: what became of the calls.

Out:  lines for people, or with `--json` one JSON line per call.
Exit codes: 1 a call is not in the CRM as it should be, or comes out otherwise; 2 wrong options, or no such call;
3 wrong settings; 4 the rows or the database cannot be read.
"""

from __future__ import annotations

import asyncio
import json as json_text
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
from cyclopts import App, Parameter
from sqlalchemy import Connection, select

from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import StageName
from cordboard.calls.tracker import CallTracker
from cordboard.cli.ending import fail
from cordboard.cli.journal_beside import journal_beside, loaded, the_pbx
from cordboard.cli.past import read_past, the_period
from cordboard.connector import bootstrap
from cordboard.connector.auditing import Fate, fates, missing
from cordboard.connector.journal import Ended
from cordboard.connector.past import known_calls
from cordboard.connector.tables import call, entry, run

__all__ = ["app"]

app = App(name="calls", help="What became of the calls.")

Since = Annotated[str, Parameter(name="--from")]
Until = Annotated[str, Parameter(name="--to")]


@app.command(name="list")
def show_list(*, config: Path, since: Since, until: Until = "", pbx: str = "", json: bool = False) -> None:
    """List the calls of a period, and what each CRM was told of them.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    since
        Beginning of the period: 2026-11-20, "2026-11-20 09:00:00", ISO 8601 or Unix seconds.
    until
        Its end, likewise; else it is now.
    pbx
        Name of the exchange whose time zone counts, where the settings have several.
    json
        Print one JSON line per call and CRM, for programs.
    """
    settings = loaded(config)
    period = the_period(the_pbx(settings, pbx), since, until)
    names = [crm.name for crm in settings.crm]
    with journal_beside(settings) as journal:
        found = journal.store.read_sync(lambda connection: fates(connection, names, period.since, period.until))
    tell(found, json)


@app.command
def audit(*, config: Path, since: Since, until: Until = "", pbx: str = "", source: str = "", json: bool = False) -> int:
    """Tell which calls of an exchange are not in the CRM, and why; the exit code is 1 where there are such.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    since
        Beginning of the period: 2026-11-20, "2026-11-20 09:00:00", ISO 8601 or Unix seconds.
    until
        Its end, likewise; else it is now.
    pbx
        Name of the exchange, where the settings have several.
    source
        Where its rows are, if not where the settings say.
    json
        Print one JSON line per call and CRM, for programs.
    """
    settings = loaded(config)
    exchange = the_pbx(settings, pbx)
    period = the_period(exchange, since, until)
    names = [crm.name for crm in settings.crm]
    seen: list[Ended] = []

    def keep(ended: list[Ended]) -> set[str]:
        seen.extend(ended)
        return set()

    asyncio.run(read_past(settings, exchange, source, period, keep))
    with journal_beside(settings) as journal:
        ids = {one.linkedid for one in seen}
        known = journal.store.read_sync(lambda connection: known_calls(connection, exchange.name, ids))
        told = journal.store.read_sync(lambda connection: fates(connection, names, period.since, period.until))
    wrong = [fate for fate in [*told, *missing(seen, known, exchange.name, names)] if not fate.is_right]
    tell(wrong, json)
    if not json:
        print(f"{len(seen)} calls in the rows, {len(known)} of them in the journal; {len(wrong)} not as they should be")
    return 1 if wrong else 0


def tell(found: list[Fate], json: bool) -> None:
    for fate in found:
        print(msgspec.json.encode(fate).decode() if json else words(fate))


def words(fate: Fate) -> str:
    begun = datetime.fromtimestamp(fate.started_at / 1e6, UTC).isoformat(timespec="seconds")
    shown = (begun, fate.linkedid, fate.direction, str(fate.result), fate.connection, fate.status, fate.words)
    return "\t".join(shown)


@app.command
def show(linkedid: str, *, config: Path, pbx: str = "") -> None:
    """Print all that the journal has of a call, as JSON: the call, its rows, what each CRM was asked and answered.

    Parameters
    ----------
    linkedid
        The call.
    config
        The settings file, cordboard.toml.
    pbx
        Name of the exchange, where the settings have several.
    """
    settings = loaded(config)
    name = the_pbx(settings, pbx).name
    with journal_beside(settings) as journal:
        told = journal.store.read_sync(lambda connection: read_call(connection, name, linkedid))
    print(json_text.dumps(told, indent=2, ensure_ascii=False))


def read_call(connection: Connection, pbx: str, linkedid: str) -> dict[str, Any]:
    """A call with its rows and its runs; ends the program where the journal does not have it."""
    row = connection.execute(select(call).where(call.c.pbx == pbx, call.c.linkedid == linkedid)).first()
    runs = connection.execute(select(run).where(run.c.pbx == pbx, run.c.linkedid == linkedid).order_by(run.c.id)).all()
    if row is None and not runs:
        fail(f"the journal has no call {linkedid} of {pbx}", 2)
    return {
        "call_full": decoded(row.call_full) if row else None,
        "decided_by": row.decided_by if row else "",
        "rows": decoded(row.rows) if row else None,
        "told": [
            {
                "connection": one.connection,
                "generation": one.generation,
                "state": one.state,
                "outcome": decoded(one.outcome),
                "questions": [
                    {"kind": step.kind, "question": decoded(step.question), "answer": decoded(step.answer)}
                    for step in connection.execute(
                        select(entry).where(entry.c.run_id == one.id).order_by(entry.c.number)
                    )
                ],
            }
            for one in runs
        ],
    }


def decoded(content: bytes | None) -> Any:
    return None if content is None else msgspec.json.decode(content)


@app.command
def replay(linkedid: str, *, config: Path, pbx: str = "", json: bool = False) -> int:
    """Run the rows of a stored call through today's rules and settings; exit code 1 where it comes out otherwise.

    Parameters
    ----------
    linkedid
        The call.
    config
        The settings file, cordboard.toml.
    pbx
        Name of the exchange, where the settings have several.
    json
        Print one JSON line, for programs.
    """
    settings = loaded(config)
    exchange = the_pbx(settings, pbx)
    with journal_beside(settings) as journal:
        told = journal.store.read_sync(lambda connection: read_call(connection, exchange.name, linkedid))
    if not told["rows"]:
        fail(f"the journal has no rows of {linkedid}: it was ended by {told['decided_by'] or 'nobody yet'}", 2)
    tracker = CallTracker(bootstrap.plan_of(exchange, settings), timezone=exchange.timezone)
    fresh = played(tracker, msgspec.convert(told["rows"], list[CelEvent]), linkedid)
    differing = differences(told["call_full"], fresh)
    if json:
        print(json_text.dumps({"call_full": fresh, "differences": differing}, ensure_ascii=False))
    else:
        lines = [f"{path}: {old!r} → {new!r}" for path, (old, new) in differing.items()]
        print("\n".join(lines) or "it comes out as it did")
    return 1 if differing else 0


def played(tracker: CallTracker, rows: list[CelEvent], linkedid: str) -> Any:
    """The call as its rows tell it today."""
    steps = [tracker.feed(row) for row in rows]
    steps += tracker.expire(rows[-1].eventtime + 10**15)
    ends = [stage for step in steps for stage in step.stages if stage.name == StageName.CALL_ENDED]
    found = [stage.call_full() for stage in ends if stage.linkedid == linkedid]
    return msgspec.json.decode(msgspec.json.encode(found[-1])) if found else None


def differences(old: Any, new: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """What is not equal, by its path."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return {} if old == new else {path: (old, new)}
    before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
    found: dict[str, tuple[Any, Any]] = {}
    for key in sorted({*before, *after}):
        found |= differences(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    return found
