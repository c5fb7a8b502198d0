"""`cordboard cel import|follow`: the rows of an exchange, by the settings' own source.

Out:  `import` brings the calls of a past period into the journal; the connector tells the CRMs of them, without cards.
      `follow` prints each new row as one line of JSON.
Exit codes: 2 wrong options, 3 wrong settings, 4 the rows or the database cannot be read, 130 stopped by Ctrl+C.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from cyclopts import App, Parameter

from cordboard.asterisk.source import Ledger
from cordboard.calls.tracker import CallTracker
from cordboard.cli.ending import fail
from cordboard.cli.journal_beside import journal_beside, loaded, the_pbx
from cordboard.connector import bootstrap
from cordboard.connector.past import Imported, LedgerAway, Period, import_period, write_new
from cordboard.settings import Cel, Pbx, Settings, SettingsError

__all__ = ["app"]

app = App(name="cel", help="The rows of an exchange.")


@app.command(name="import")
def bring(
    *,
    config: Path,
    since: Annotated[str, Parameter(name="--from")],
    until: Annotated[str, Parameter(name="--to")] = "",
    pbx: str = "",
    source: str = "",
    id: tuple[str, ...] = (),
    json: bool = False,
) -> None:
    """Bring the calls of a past period into the CRMs: each once, however often it is asked for, and without cards.

    Also while the connector runs, which then tells them within seconds; else it does so when it is started.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    since
        Beginning of the period: 2026-11-20, "2026-11-20 09:00:00", ISO 8601 or Unix seconds; without an offset in the
        exchange's time zone where the settings name one, else in UTC.
    until
        Its end, likewise; else it is now.
    pbx
        Name of the exchange, where the settings have several.
    source
        Where the rows are, if not where the settings say: such as a CEL file that was rotated away.
    id
        Only the call with this linkedid; may be given several times.
    json
        Print one JSON line at the end, for programs.
    """
    settings = loaded(config)
    exchange = the_pbx(settings, pbx)
    period = Period(moment(since, exchange), moment(until, exchange) if until else bootstrap.now_micros(), id)
    if period.until <= period.since:
        fail("the period ends before it begins; --from must be before --to", 2)
    told = asyncio.run(brought(settings, exchange, source, period))
    print(msgspec.json.encode(told).decode() if json else words(told))


async def brought(settings: Settings, pbx: Pbx, source: str, period: Period) -> Imported:
    ledger = ledger_at(pbx, source, datetime.fromtimestamp(period.since / 1e6, UTC).isoformat())
    tracker = CallTracker(bootstrap.plan_of(pbx, settings), timezone=pbx.timezone)
    connections = [crm.name for crm in settings.crm]
    with journal_beside(settings) as journal:
        try:
            return await import_period(
                ledger, tracker, period, lambda ended: write_new(journal, pbx.name, ended, connections)
            )
        except LedgerAway as error:
            fail(f"{error}; nothing more was brought in", 4)


def ledger_at(pbx: Pbx, source: str, start: str) -> Ledger:
    """The exchange's source, or another one of the same form, read from a moment."""
    if pbx.cel is None and not source:
        fail(f"{pbx.name} has no [pbx.cel] in the settings; give --source, a CEL file or the address of a table", 3)
    cel = pbx.cel or Cel(url=source)
    try:
        return bootstrap.ledger_of(pbx, msgspec.structs.replace(cel, url=source or cel.url, start=start))
    except SettingsError as error:
        fail(str(error), error.exit_code)


def moment(text: str, pbx: Pbx) -> int:
    """A moment that somebody wrote, in microseconds since the epoch."""
    if re.fullmatch(r"\d{9,11}", text):
        return int(text) * 1_000_000
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        fail(f'{text!r} is no moment; write 2026-11-20, "2026-11-20 09:00:00", ISO 8601 or Unix seconds', 2)
    zone = ZoneInfo(pbx.timezone) if pbx.timezone else UTC
    return round((read if read.tzinfo else read.replace(tzinfo=zone)).timestamp() * 1_000_000)


def words(told: Imported) -> str:
    sentences = [f"{told.found} calls found, {len(told.new)} of them new, {told.known} known before"]
    if told.running:
        sentences.append(f"{told.running} not over yet: the connector brings them when they are")
    return "\n".join(sentences)


@app.command
def follow(*, config: Path, pbx: str = "") -> None:
    """Print each new row of an exchange as one line of JSON, until Ctrl+C.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    pbx
        Name of the exchange, where the settings have several.
    """
    exchange = the_pbx(loaded(config), pbx)
    asyncio.run(printed(ledger_at(exchange, "", "now")))


async def printed(ledger: Ledger) -> None:
    async for events, _ in ledger.rows(None):
        for event in events:
            print(msgspec.json.encode(event).decode(), flush=True)
