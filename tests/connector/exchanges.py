"""One exchange driven by hand: no PBX, no portal, the real journal."""

import asyncio
import time
from contextlib import asynccontextmanager

from cordboard.calls.cel import CelEvent
from cordboard.connector.bootstrap import MIGRATIONS
from cordboard.connector.journal import StoreJournal
from cordboard.connector.lanes import Exchange
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.numbers.plan import NumberingPlan
from cordboard.store import Store

SECOND = 1_000_000
TRUNK, PHONE = "PJSIP/trunk-a-00000001", "PJSIP/101-00000002"
BRIDGE = '{"bridge_id":"b"}'


def now():
    return time.time_ns() // 1000


class Told(list):
    """The news told, in order."""

    @property
    def ends(self):
        return [news for news in self if news.final]


@asynccontextmanager
async def store_in(folder):
    store = Store.open(f"sqlite:///{folder / 'connector.db'}", migrations=MIGRATIONS)
    try:
        yield store
    finally:
        await store.close()


def exchange_on(store, *, live=False, ledger=True, on_change=None):
    """An exchange and the list of what it tells."""
    told = Told()
    exchange = Exchange(
        "main",
        NumberingPlan((), (r"^\d{3}$",), ("^trunk-",)),
        StoreJournal(store, now, Terms),
        lambda linkedid, news: told.append(news),
        has_live=live,
        has_ledger=ledger,
        connections=["portal"],
        timezone=None,
        clock=now,
        on_change=on_change or (lambda linkedid, call, event: None),
    )
    return exchange, told


class Rows:
    """A ledger whose position is a count of rows."""

    name = "rows"

    def __init__(self, rows, *, state="up"):
        self.written = list(rows)
        self.state = state

    def health(self):
        return {"state": self.state}

    async def rows(self, after):
        at = int(after) if after else 0
        yield [], str(at)
        while True:
            if at < len(self.written):
                batch, at = self.written[at:], len(self.written)
                yield batch, str(at)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def following(exchange, source):
    task = asyncio.create_task(exchange.follow(source))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds, within=5.0):
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.02)


class IncomingCall:
    """79001234567 calls, 101 rings; rows at seconds since its beginning."""

    def __init__(self, start):
        self.start = start
        self.linkedid = f"{start // SECOND}.1"
        self.phone = f"{start // SECOND}.2"

    def row(self, kind, at, uniqueid, channel, num="", exten="s", **more):
        moment = self.start + round(at * SECOND)
        return CelEvent(
            kind, moment, uniqueid, self.linkedid, channame=channel, cid_num=num, exten=exten, **more
        )  # fmt: skip

    def trunk_row(self, kind, at, **more):
        return self.row(kind, at, self.linkedid, TRUNK, "79001234567", "74951000001", **more)

    def phone_row(self, kind, at, **more):
        return self.row(kind, at, self.phone, PHONE, "101", **more)

    def rings(self):
        return [
            self.trunk_row("CHAN_START", 0),
            self.trunk_row("APP_START", 1, appname="Dial", appdata="PJSIP/101"),
            self.phone_row("CHAN_START", 2),
        ]

    def answered(self, at=5):
        return [
            self.phone_row("ANSWER", at),
            self.trunk_row("ANSWER", at),
            self.phone_row("BRIDGE_ENTER", at, extra=BRIDGE),
            self.trunk_row("BRIDGE_ENTER", at, extra=BRIDGE, peer=PHONE),
        ]

    def parts(self, at=20):
        return [
            self.phone_row("BRIDGE_EXIT", at, extra=BRIDGE),
            self.trunk_row("BRIDGE_EXIT", at, extra=BRIDGE),
            *self.ends(at),
        ]

    def ends(self, at=20):
        return [
            self.phone_row("HANGUP", at, extra='{"hangupcause":16}'),
            self.phone_row("CHAN_END", at),
            self.trunk_row("HANGUP", at),
            self.trunk_row("CHAN_END", at),
            self.trunk_row("LINKEDID_END", at),
        ]
