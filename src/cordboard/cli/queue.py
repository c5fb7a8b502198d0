"""`cordboard queue list|pause|resume|retry|skip`: what the CRMs have still to be told, and what somebody wants of it.

Out:  the list, or what the connector answered; while it does not run, that it will do it when it is started.
Exit codes: 1 the wish could not be done, 2 wrong options, 3 wrong settings, 4 the database cannot be opened.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from cyclopts import App
from sqlalchemy import Connection, func, select

from cordboard.cli.journal_beside import journal_beside, loaded, only
from cordboard.connector.tables import due, entry, run, wish
from cordboard.connector.wishes import add_wish, is_held
from cordboard.delivery.ledger import RunKey
from cordboard.settings import Settings

__all__ = ["app"]

app = App(name="queue", help="What the CRMs have still to be told.")

#: seconds that a running connector has for an answer
PATIENCE = 5.0
#: answers of a wish that was not done
REFUSED = ("there is no ", "this call ", "the journal ")


@app.command(name="list")
def show(*, config: Path, json: bool = False) -> None:
    """Show every call that a CRM has still to be told of, the oldest first.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    json
        Print one JSON line per call, for programs.
    """
    settings = loaded(config)
    with journal_beside(settings) as journal:
        waiting, held = journal.store.read_sync(lambda connection: read_queue(connection, settings))
    for row in waiting:
        print(msgspec.json.encode(row).decode() if json else words(row))
    if not json:
        print("\n".join([f"{len(waiting)} calls wait", *(f"{name} is held: cordboard queue resume" for name in held)]))


def read_queue(connection: Connection, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    """Calls that wait, and the connections that are held."""
    last = select(entry.c.run_id, func.max(entry.c.number).label("number")).group_by(entry.c.run_id).subquery()
    asked = entry.join(last, (entry.c.run_id == last.c.run_id) & (entry.c.number == last.c.number))
    query = (
        select(run.c.connection, run.c.pbx, run.c.linkedid, run.c.began_at, entry.c.kind, entry.c.answer)
        .select_from(run.outerjoin(asked, entry.c.run_id == run.c.id))
        .where(run.c.state == "open")
        .order_by(run.c.began_at)
    )
    rows = [
        {
            "connection": one.connection,
            "pbx": one.pbx,
            "linkedid": one.linkedid,
            "since": at(one.began_at),
            "asked": one.kind or "",
            "answered": one.answer is not None,
        }
        for one in connection.execute(query)
    ]
    begun = {(row["connection"], row["pbx"], row["linkedid"]) for row in rows}
    rows += [
        {"connection": name, "pbx": pbx, "linkedid": linkedid, "since": "", "asked": "", "answered": False}
        for name, pbx, linkedid in connection.execute(select(due.c.connection, due.c.pbx, due.c.linkedid))
        if (name, pbx, linkedid) not in begun
    ]
    return rows, [crm.name for crm in settings.crm if is_held(connection, crm.name)]


def at(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1e6, UTC).isoformat(timespec="seconds")


def words(row: dict[str, Any]) -> str:
    asked = f"{row['asked']} {'answered' if row['answered'] else 'asked'}" if row["asked"] else "nothing asked yet"
    return f"{row['connection']}\t{row['pbx']}\t{row['linkedid']}\t{row['since'] or 'not begun'}\t{asked}"


@app.command
def pause(connection: str, *, config: Path) -> int:
    """Ask a CRM nothing more until `cordboard queue resume`; calls wait, nothing is lost.

    Parameters
    ----------
    connection
        Name of the [[crm]].
    config
        The settings file, cordboard.toml.
    """
    return wished("pause", connection, config)


@app.command
def resume(connection: str, *, config: Path) -> int:
    """Let a paused CRM be asked again.

    Parameters
    ----------
    connection
        Name of the [[crm]].
    config
        The settings file, cordboard.toml.
    """
    return wished("resume", connection, config)


@app.command
def retry(linkedid: str = "", *, crm: str = "", pbx: str = "", config: Path) -> int:
    """Try again now: a call that was refused, or, without a call, a CRM that cannot be reached.

    Parameters
    ----------
    linkedid
        The call.
    crm
        Name of the [[crm]], where there are several.
    pbx
        Name of the exchange, where there are several.
    config
        The settings file, cordboard.toml.
    """
    return wished("retry", crm, config, linkedid, pbx)


@app.command
def skip(linkedid: str, *, crm: str = "", pbx: str = "", config: Path) -> int:
    """Give up a call that waits: a CRM is told nothing more of it.

    Parameters
    ----------
    linkedid
        The call.
    crm
        Name of the [[crm]], where there are several.
    pbx
        Name of the exchange, where there are several.
    config
        The settings file, cordboard.toml.
    """
    return wished("skip", crm, config, linkedid, pbx)


def wished(what: str, connection: str, config: Path, linkedid: str = "", pbx: str = "") -> int:
    """Write a wish down and wait for its answer; the exit code."""
    settings = loaded(config)
    name = only([crm.name for crm in settings.crm], connection, "[[crm]]")
    exchange = only([one.name for one in settings.pbx], pbx, "[[pbx]]") if linkedid else ""
    key = RunKey(exchange, linkedid, name)
    with journal_beside(settings) as journal:
        number = journal.store.write_sync(lambda done: add_wish(done, what, key, journal.now()))
        query = select(wish.c.answer).where(wish.c.id == number)
        end = time.monotonic() + PATIENCE
        answer = None
        while answer is None and time.monotonic() < end:
            time.sleep(0.1)
            answer = journal.store.read_sync(lambda done: done.execute(query).scalar())
    if answer is None:
        print("no connector runs on this database; it is done when one is started")
        return 0
    print(answer)
    return 1 if answer.startswith(REFUSED) else 0
