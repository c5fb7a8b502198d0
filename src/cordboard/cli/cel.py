"""`cordboard cel import|follow`: the rows of an exchange, by the settings' own source.

Out:  `import` brings the calls of a past period into the journal; the connector tells the CRMs of them, without cards.
      `follow` prints each new row as one line of JSON.
Exit codes: 2 wrong options, 3 wrong settings, 4 the rows or the database cannot be read, 130 stopped by Ctrl+C.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from cordboard.asterisk.source import Ledger
from cordboard.cli.journal_beside import journal_beside, loaded, the_pbx
from cordboard.cli.past import ledger_at, read_past, the_period
from cordboard.connector.past import Imported, write_new

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
    period = the_period(exchange, since, until, id)
    connections = [crm.name for crm in settings.crm]
    with journal_beside(settings) as journal:
        write = partial(write_new, journal, exchange.name, connections)
        told = asyncio.run(read_past(settings, exchange, source, period, write))
    print(msgspec.json.encode(told).decode() if json else words(told))


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
