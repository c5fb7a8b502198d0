"""Clicks: calls that somebody in a CRM asked for, made over AMI (decisions 14).

In:   a click on a number, or the wish to be called back. Out: one Originate, or the reason why there is none.

The tie between the CRM's call and the exchange's is the id we give the first channel: it is made from what was asked,
so that an event that comes twice asks for one call. The run that finishes the CRM's call is in the journal before the
exchange is asked; the call's own end is its end. Only where no call ever began do we end it here, never both.

The surprise: after a kill nobody knows whether the exchange was asked. What was marked as sent is never sent again: the
call is waited for, and ended here when it does not come.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from cordboard.asterisk.ami.errors import AmiError, AmiLost
from cordboard.asterisk.live import LiveLane
from cordboard.calls.stages import StageName
from cordboard.connector.click_rows import ClickRows, Row
from cordboard.connector.lanes import Exchange
from cordboard.connector.users import UserDirectory
from cordboard.crm.asked import Click
from cordboard.delivery.ledger import RunKey
from cordboard.delivery.worker import Worker
from cordboard.ending import end
from cordboard.flow.situation import News, Situation, start_with_offset
from cordboard.hooks import beforehand
from cordboard.settings import Pbx

log = structlog.get_logger(__name__)

SECOND = 1_000_000
#: how long the exchange may take to begin a call, beside the time the telephone may ring
GRACE = 5 * SECOND
#: a click older than this is not made any more: nobody waits at the telephone
FRESH = 20 * SECOND
#: seconds a click waits for the exchange to be heard, as just after a start
PATIENCE = 5.0
TICK = 1.0

#: why there is no call, in the results of decisions 3
CANCELLED, AWAY = 487, 503


@dataclass(frozen=True, slots=True)
class Asking:
    """One connection that may ask for calls."""

    worker: Worker
    users: UserDirectory
    #: the extension to ring for somebody who wants to be called back, by number and line; "" for nobody
    responsible: Callable[[str, str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One exchange that is asked."""

    settings: Pbx
    exchange: Exchange
    live: LiveLane | None


class Clicks:
    """All calls that were asked for and have not ended."""

    def __init__(
        self,
        rows: ClickRows,
        hooks: beforehand.Hooks,
        asking: list[Asking],
        asked: list[Asked],
        clock: Callable[[], int],
    ) -> None:
        self._rows = rows
        self._hooks = hooks
        self._asking = {one.worker.crm.name: one for one in asking}
        self._asked = {one.settings.name: one for one in asked}
        self._clock = clock
        self._open: dict[RunKey, Row] = {}
        #: those whose end was told here
        self._ended: set[RunKey] = set()
        self._counts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        for one in asked:
            if one.live is not None:
                one.live.on_originated = self._originated

    async def accept(self, connection: str, click: Click) -> bool:
        """Take a click; durable when this returns. False for one that came before."""
        asking, pbx = self._asking[connection], self._pbx_for(click)
        if pbx is None:
            log.error("there is no exchange to make a call: [[pbx]] is missing", connection=connection)
            return False
        key = RunKey(pbx, linkedid_of(connection, click), connection)
        if key in self._open or key in asking.worker.runs or key in asking.worker.closed:
            return False
        row = self._open[key] = Row(key, click, self._clock())
        stored = asking.worker.prepared(pbx, key.linkedid, click)
        try:
            await self._rows.add(row, stored)
        except BaseException:
            del self._open[key]
            raise
        asking.worker.resume(stored)
        self._counts["asked"] += 1
        log.info("a call was asked for", connection=connection, linkedid=key.linkedid, call_id=click.call_id or None)
        self._begin(row)
        return True

    def take_up(self) -> dict[str, dict[str, Situation]]:
        """Go on with those of an earlier life; how the calls stood, for an exchange that cannot be read again."""
        seen: dict[str, dict[str, Situation]] = {}
        for row in self._rows.all():
            if row.key.pbx not in self._asked or row.key.connection not in self._asking:
                continue
            self._open[row.key] = row
            if row.sent_at:
                self._asked[row.key.pbx].exchange.expect(row.key.linkedid, row.extension, row.click.number)
                seen.setdefault(row.key.pbx, {})[row.key.linkedid] = situation_of(row, row.sent_at)
            else:
                self._begin(row)
        return seen

    async def follow(self) -> None:
        """Forget what has ended, end what never began, for ever."""
        while True:
            await asyncio.sleep(TICK)
            for row in list(self._open.values()):
                if row.key not in self._asking[row.key.connection].worker.runs:
                    await self._rows.forget(row.key)
                    self._open.pop(row.key, None)
                    self._ended.discard(row.key)
                elif row.sent_at and self._is_overdue(row):
                    self._end(row, CANCELLED, "the exchange began no call")

    def status(self) -> dict[str, int]:
        """For the status page: how many are under way, and what has become of those since the start."""
        return {"open": len(self._open), **{name: self._counts[name] for name in ("asked", "originated", "not_made")}}

    async def close(self) -> None:
        await end(self._tasks)

    # --- one call --------------------------------------------------------------------------------------------------

    def _begin(self, row: Row) -> None:
        task = asyncio.create_task(self._make(row), name=f"click {row.key.linkedid}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _make(self, row: Row) -> None:
        try:
            await self._originate(row)
        except Exception as error:
            known = isinstance(error, ValueError)
            log.error("a call could not be made", linkedid=row.key.linkedid, reason=str(error), exc_info=not known)
            self._end(row, CANCELLED, str(error))

    async def _originate(self, row: Row) -> None:
        asked, click = self._asked[row.key.pbx], row.click
        row.extension = await self._extension(row)
        if not row.extension:
            return self._end(row, CANCELLED, f"user {click.user} has no extension; give them one, or [[people]]")
        if self._clock() - row.asked_at > FRESH:
            return self._end(row, CANCELLED, "it was asked for too long ago")
        ours = originate_of(asked.settings, row)
        originate = await beforehand.customize_originate(self._hooks, ours, row.key.connection)
        if originate is None:
            return self._end(row, CANCELLED, "cancelled by customization, process_originate_params")
        if asked.live is None:
            return self._end(row, AWAY, "the exchange takes no actions; give it [pbx.ami]")
        await heard(asked.live)
        row.sent_at = self._clock()
        await self._rows.sent(row)
        asked.exchange.expect(row.key.linkedid, row.extension, click.number)
        try:
            await asked.live.act("Originate", **headers_of(originate, row, asked.settings.originate.timeout))
        except AmiLost as error:
            log.warning("nobody knows whether the call was begun", linkedid=row.key.linkedid, reason=str(error))
        except AmiError as error:
            self._end(row, AWAY, str(error))
        else:
            self._counts["originated"] += 1

    async def _extension(self, row: Row) -> str:
        asking, click = self._asking[row.key.connection], row.click
        if click.user:
            return await asking.users.extension_of(click.user)
        return await asking.responsible(click.number, click.line)

    def _originated(self, linkedid: str, picked_up: bool) -> None:
        """OriginateResponse: where it failed and no call was seen, there is none and will be none."""
        row = next((row for row in self._open.values() if row.key.linkedid == linkedid), None)
        if row is not None and not picked_up and not self._asked[row.key.pbx].exchange.knows(linkedid):
            self._end(row, CANCELLED, "the telephone could not be rung")

    def _is_overdue(self, row: Row) -> bool:
        asked = self._asked[row.key.pbx]
        latest = row.sent_at + asked.settings.originate.timeout * SECOND + GRACE
        # while the ledger is behind, the call may still be to be read
        return self._clock() > latest and asked.exchange.is_caught_up and not asked.exchange.knows(row.key.linkedid)

    def _end(self, row: Row, result: int, reason: str) -> None:
        """End a call that never began."""
        if row.key in self._ended:
            return
        self._ended.add(row.key)
        self._counts["not_made"] += 1
        log.warning("a call that was asked for was not made", linkedid=row.key.linkedid, reason=reason)
        ended = situation_of(row, self._clock(), result)
        news = News(ended, (StageName.CALL_ENDED.value,), final=True, fresh=False)
        self._asking[row.key.connection].worker.tell(row.key.pbx, row.key.linkedid, news)

    def _pbx_for(self, click: Click) -> str | None:
        """The exchange that has the line, else the first that can make calls, else any: the call must be finished."""
        able = [one.settings for one in self._asked.values() if one.live is not None]
        line = click.line.lstrip("+")
        mine = [pbx for pbx in able if line and any(line == number.lstrip("+") for number in pbx.lines.values())]
        return next((pbx.name for pbx in (*mine, *able, *(one.settings for one in self._asked.values()))), None)


async def heard(live: LiveLane | None) -> None:
    """Wait a moment for the exchange to be heard; whoever asks it then is told if it still is not."""
    for _ in range(round(PATIENCE / 0.1)):
        if live is None or live.client is not None:
            return
        await asyncio.sleep(0.1)


def linkedid_of(connection: str, click: Click) -> str:
    """The id of the first channel, and so of the call: 8 to 20 characters."""
    return "cb-" + hashlib.sha256(f"{connection}\0{click.mark}".encode()).hexdigest()[:16]


def originate_of(pbx: Pbx, row: Row) -> beforehand.Originate:
    """What the settings say, before the customer's own rules."""
    words = {"extension": row.extension, "number": dialled(row.click.number)}
    if not words["number"]:
        raise ValueError(f"{row.click.number!r} is no number to dial")
    settings = pbx.originate
    return beforehand.Originate(
        settings.channel.format(**words),
        settings.context,
        settings.dial.format(**words),
        caller_id=settings.caller_id.format(**words),
        request_data=row.click.request,
    )


def dialled(number: str) -> str:
    """A number as it is dialled: an exchange knows no plus."""
    return re.sub(r"[^\d*#]", "", number)


def headers_of(originate: beforehand.Originate, row: Row, timeout: int) -> dict[str, str]:
    """The action Originate; its ActionID is the call's id, by which its second answer is known."""
    linkedid = row.key.linkedid
    headers = {
        "ActionID": linkedid,
        "Channel": originate.channel,
        "Context": originate.context,
        "Exten": originate.extension,
        "Priority": originate.priority,
        "CallerID": originate.caller_id,
        "Timeout": str(timeout * 1000),
        "Async": "true",
        "ChannelId": linkedid,
    }
    if originate.channel.startswith("Local/"):
        headers["OtherChannelId"] = f"{linkedid}b"
    if row.click.call_id:
        headers["Variable"] = f"CRM_CALL_ID={row.click.call_id}"
    return {key: value for key, value in headers.items() if value}


def situation_of(row: Row, at: int, result: int = 0) -> Situation:
    """The call as it stands without a word from the exchange."""
    return Situation(
        row.key.linkedid,
        at,
        start_with_offset(row.asked_at, ""),
        "outgoing",
        client=row.click.number,
        caller=row.extension,
        line=row.click.line,
        ended=bool(result),
        result=result,
    )
