"""Checks: is everything connected that the settings name? What `cordboard doctor` shows.

In:   the settings. Out: findings, each with what to do about it where something is to be done. Nothing is written
anywhere, and a running connector is not disturbed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from cordboard.asterisk.ami.client import AmiClient
from cordboard.asterisk.ami.errors import AmiError, AmiNoRight, AmiRefused, AmiUnreachable
from cordboard.asterisk.source import Ledger
from cordboard.connector import bootstrap
from cordboard.connector.bootstrap import ledger_of
from cordboard.crm.base import AuthorizationLost, CrmError, connect
from cordboard.delivery.limits import Bucket
from cordboard.hooks.entries import customizations_of
from cordboard.settings import Ami, Crm, Pbx, Settings, SettingsError
from cordboard.store import Store, StoreError

__all__ = ["Finding", "findings"]

#: seconds for one look at a source
LOOK = 5.0
#: seconds between two clocks that nobody notices
CLOCKS = 2.0
#: what calls need of a Bitrix24, and what goes missing without it
METHODS = {
    "telephony.externalCall.register": ("bad", "no call can be told; give the webhook the scope telephony"),
    "tasks.task.add": ("warning", "no task reminds of a missed call; give the webhook the scope task"),
    "im.notify.system.add": ("warning", "no notice tells of a missed call; give the webhook the scope im"),
}

State = Literal["good", "warning", "bad"]


class Finding(msgspec.Struct, frozen=True):
    """What one check came to."""

    part: str
    check: str
    state: State
    #: what is so, and what to do
    words: str = ""


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, as soon as it is known."""
    yield database(settings)
    for trouble in customizations_of(settings).troubles:
        yield Finding("customizations", "usable", "bad", trouble)
    for folder in settings.records.folders:
        yield recordings(folder)
    if not settings.pbx:
        yield Finding("settings", "exchanges", "bad", "no [[pbx]]: nothing is followed")
    for pbx in settings.pbx:
        if pbx.ami is not None:
            async for finding in ami(f"pbx {pbx.name}", pbx.ami):
                yield finding
        yield await ledger(f"pbx {pbx.name}", pbx)
    if not settings.crm:
        yield Finding("settings", "CRMs", "bad", "no [[crm]]: nobody is told of a call")
    for crm in settings.crm:
        async for finding in bitrix24(f"crm {crm.name}", crm):
            yield finding


def database(settings: Settings) -> Finding:
    """Whether the journal's database can be opened beside whoever owns it."""
    try:
        store = Store.open(settings.store.url, migrations=bootstrap.MIGRATIONS, exclusive=False)
    except StoreError as error:
        return Finding("database", "can be opened", "bad", str(error))
    trouble = store.trouble()
    store.close_sync()
    return Finding("database", "can be opened", "bad" if trouble else "good", trouble or store.engines.name)


def recordings(folder: str) -> Finding:
    there = Path(folder).is_dir()
    return Finding("recordings", folder, "good" if there else "bad", "" if there else "there is no such folder")


async def ami(part: str, settings: Ami) -> AsyncIterator[Finding]:
    """Reach, sign in, rights, clock."""
    client = AmiClient(settings.host, settings.port, settings.username, settings.secret, timeout=LOOK)
    try:
        await client.connect()
    except AmiUnreachable as error:
        yield Finding(part, "AMI can be reached", "bad", str(error))
        return
    except AmiError as error:
        yield Finding(part, "AMI can be reached", "good", f"{settings.host}:{settings.port}")
        words = str(error) if isinstance(error, AmiRefused) else f"{error}; is something else listening there?"
        yield Finding(part, "AMI lets us in", "bad", words)
        return
    try:
        yield Finding(part, "AMI lets us in", "good", client.greeting.strip())
        yield await channels(part, client)
        yield await clock(part, client)
    except AmiError as error:
        yield Finding(part, "AMI answers", "bad", str(error))
    finally:
        await client.close()


async def channels(part: str, client: AmiClient) -> Finding:
    check = "AMI may list channels"
    try:
        await client.list_action("CoreShowChannels")
    except AmiNoRight:
        return Finding(part, check, "warning", "after a gap, ended calls are found late; write = reporting")
    return Finding(part, check, "good")


async def clock(part: str, client: AmiClient) -> Finding:
    """The exchange's clock beside ours; half of the way there and back is the exchange's."""
    check, began = "clocks agree", time.time()
    try:
        said = (await client.action("Ping")).get("Timestamp")
        theirs = float(said)
    except (AmiNoRight, ValueError):
        return Finding(part, check, "warning", "the exchange does not tell its time; write = system")
    apart = theirs - (began + time.time()) / 2
    if abs(apart) <= CLOCKS:
        return Finding(part, check, "good", f"{apart:+.1f} s")
    return Finding(part, check, "warning", f"the exchange is {apart:+.1f} s from this machine; run NTP on both")


async def ledger(part: str, pbx: Pbx) -> Finding:
    """Whether the past can be read again."""
    check = "CEL can be read"
    if pbx.cel is None:
        return Finding(part, check, "warning", "no [pbx.cel]: calls of an outage cannot be read again")
    try:
        source = ledger_of(pbx, pbx.cel)
    except SettingsError as error:
        return Finding(part, check, "bad", str(error))
    reading = asyncio.create_task(read(source))
    began = time.monotonic()
    while source.health()["state"] != "up" and not reading.done() and time.monotonic() - began < LOOK:  # noqa: ASYNC110
        await asyncio.sleep(0.1)  # a source tells its state to whoever asks, and nobody else
    reading.cancel()
    if isinstance(error := (await asyncio.gather(reading, return_exceptions=True))[0], Exception):
        return Finding(part, check, "bad", str(error))
    health: dict[str, Any] = dict(source.health())
    if health["state"] != "up":
        return Finding(part, check, "bad", f"{health['reason']}; see docs/how-to/connect-asterisk.md, part 2")
    if lacks := health.get("lacks"):
        return Finding(part, check, "warning", f"it lacks {lacks}; results are then answered or missed only")
    return Finding(part, check, "good", str(health.get("file") or health.get("table") or ""))


async def read(source: Ledger) -> None:
    """Follow it from now; what is read is of no interest, a source that is away is looked for again and again."""
    async for _batch in source.rows(None):
        pass


async def bitrix24(part: str, crm: Crm) -> AsyncIterator[Finding]:
    """Reach, access, scopes, people."""
    if crm.url == "embedded":
        yield Finding(part, "our own portal", "good", "in the process of `cordboard run`")
        return
    client: Any = connect(crm.kind, name=crm.name, url=crm.url, bucket=Bucket(2.0, 50), read_file=nothing)
    try:
        users = await client.list_users()
    except AuthorizationLost as error:
        yield Finding(part, "it lets us in", "bad", f"{error}; make a new inbound webhook and name it in `url`")
        return
    except CrmError as error:
        yield Finding(part, "it can be reached", "bad", f"{error}; check `url`, and the way there")
        return
    else:
        yield Finding(part, "it lets us in", "good")
        for method, (state, words) in METHODS.items():
            has = await client.has_method(method)
            yield Finding(part, f"may use {method}", "good" if has else state, "" if has else words)  # type: ignore[arg-type]
        for finding in people(part, crm, users):
            yield finding
    finally:
        await client.close()


def people(part: str, crm: Crm, users: list[Any]) -> Iterator[Finding]:
    """Whether calls find their person."""
    reachable = sum(bool(user.numbers) for user in users)
    words = f"{reachable} of {len(users)} have a number"
    yield Finding(part, "people have numbers", "good" if reachable else "bad", words)
    if crm.default_user is None:
        yield Finding(part, "default user", "warning", "calls of nobody wait; name one in default_user")
    elif crm.default_user not in {user.id for user in users}:
        yield Finding(part, "default user", "bad", f"the CRM has no active user {crm.default_user}; name another")
    else:
        yield Finding(part, "default user", "good", str(crm.default_user))


async def nothing(path: str) -> bytes:
    """No recording is sent by a check."""
    raise FileNotFoundError(path)
