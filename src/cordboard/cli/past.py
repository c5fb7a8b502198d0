"""What commands about a past period have in common: the period as somebody wrote it, and where its rows are."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from cordboard.asterisk.source import Ledger
from cordboard.calls.tracker import CallTracker
from cordboard.cli.ending import fail
from cordboard.connector import bootstrap
from cordboard.connector.past import Imported, LedgerAway, Period, Write, import_period
from cordboard.settings import Cel, Pbx, Settings, SettingsError

__all__ = ["ledger_at", "read_past", "the_period"]


def the_period(pbx: Pbx, since: str, until: str, only: Collection[str] = ()) -> Period:
    """The period between two moments, the second one now where it is not given."""
    period = Period(moment(since, pbx), moment(until, pbx) if until else bootstrap.now_micros(), only)
    if period.until <= period.since:
        fail("the period ends before it begins; --from must be before --to", 2)
    return period


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


def ledger_at(pbx: Pbx, source: str, start: str) -> Ledger:
    """The exchange's source, or another one of the same form, read from a moment."""
    if pbx.cel is None and not source:
        fail(f"{pbx.name} has no [pbx.cel] in the settings; give --source, a CEL file or the address of a table", 3)
    cel = pbx.cel or Cel(url=source)
    try:
        return bootstrap.ledger_of(pbx, msgspec.structs.replace(cel, url=source or cel.url, start=start))
    except SettingsError as error:
        fail(str(error), error.exit_code)


async def read_past(settings: Settings, pbx: Pbx, source: str, period: Period, write: Write) -> Imported:
    """Read a period of an exchange; ends the program with a sentence where its rows cannot be read."""
    ledger = ledger_at(pbx, source, datetime.fromtimestamp(period.since / 1e6, UTC).isoformat())
    tracker = CallTracker(bootstrap.plan_of(pbx, settings), timezone=pbx.timezone)
    try:
        return await import_period(ledger, tracker, period, write)
    except LedgerAway as error:
        fail(f"{error}; nothing more was read", 4)
