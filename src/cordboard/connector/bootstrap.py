"""Bootstrap: the only place where the connector's parts are put together.

In:   the settings, an opened store. Out: a `Connector`, not started.
Reads as a list of what there is: one store, one worker per connection, one exchange per PBX.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import make_url

from cordboard.asterisk.ledgers import ledger_for
from cordboard.asterisk.live import LiveLane
from cordboard.asterisk.source import Ledger
from cordboard.calls.snapshot import UserFull
from cordboard.connector.fmc import OutsideNumbers
from cordboard.connector.health import LaneHealth
from cordboard.connector.journal import StoreJournal
from cordboard.connector.lanes import Exchange
from cordboard.connector.other_direction import offers_of, open_other_direction
from cordboard.connector.reminders import Reminders, Unkept
from cordboard.connector.service import Connection, Connector, Followed
from cordboard.connector.states import OwnPortal, StateSender
from cordboard.connector.users import UserDirectory
from cordboard.crm.base import connect, flows_of
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.delivery.limits import Bucket
from cordboard.delivery.worker import Inside, Worker
from cordboard.flow.after_finish import (
    CloseReminder,
    FindRecording,
    FindReminders,
    KeepReminder,
    MakeRecording,
    OpenReminder,
)
from cordboard.flow.questions import Question
from cordboard.hooks.builtin import BUILT_IN
from cordboard.hooks.builtin.autoreplacement import replaced
from cordboard.hooks.entries import customizations_of
from cordboard.numbers.plan import NumberingPlan
from cordboard.recordings.recordings import Recordings
from cordboard.settings import Cel, Crm, Pbx, Person, Settings, SettingsError, account_of, rate_of
from cordboard.store import Store

log = structlog.get_logger(__name__)

MIGRATIONS = "cordboard.connector.migrations"


def now_micros() -> int:
    return time.time_ns() // 1000


def build(settings: Settings, store: Store) -> Connector:
    """The whole connector."""
    connector = Connector(
        StoreJournal(store, now_micros, Terms),
        recordings_of(settings),
        keep_days=settings.store.keep_days,
        hooks=customizations_of(settings),
    )
    for trouble in connector.hooks.troubles:
        log.warning("a customization cannot be used", reason=trouble)
    buckets: dict[str, Bucket] = {}
    for crm in settings.crm:
        bucket = buckets.setdefault(account_of(crm.url), Bucket(*(rate_of(crm.rate) or (2.0, 50))))
        connector.connections.append(connection_of(crm, settings, connector, bucket))
    plans = [plan_of(pbx, settings) for pbx in settings.pbx]
    for pbx, plan in zip(settings.pbx, plans, strict=True):
        connector.exchanges.append(followed_of(pbx, plan, settings, connector))
    connector.fmc = fmc_of(settings, connector, plans)
    open_other_direction(settings, connector, now_micros)
    return connector


def open_store(settings: Settings) -> Store:
    return Store.open(settings.store.url, migrations=MIGRATIONS)


def connection_of(crm: Crm, settings: Settings, connector: Connector, bucket: Bucket) -> Connection:
    """A CRM, the worker that asks it, the directory of its users, and the sender of states.

    The bucket belongs to the CRM's account: Bitrix24 counts the requests of a portal, whichever webhook they use."""
    client = connect(crm.kind, name=crm.name, url=crm.url, bucket=bucket, read_file=connector.recordings.read)
    plan = NumberingPlan(settings.numbers.prefixes, settings.numbers.internal)
    lazily: dict[str, Any] = {}
    worker = Worker(
        client,
        flows_of(crm.kind),
        connector.journal,
        cast("Any", LaterUsers(lazily)),
        partial(terms_of, crm, settings, connector.hooks.points_of(crm.name)),
        clock=time.monotonic,
        observe=crm.mode == "observe",
        hooks=connector.hooks,
        inside=inside_of(crm, connector, plan),
    )
    people = people_of(crm, settings)
    users = lazily["users"] = UserDirectory(client, worker.line, plan, people, time.monotonic)
    states = None
    if crm.mode == "live":
        states = StateSender(
            cast("OwnPortal", client),
            worker,
            lambda extension: users.at_once(replaced(extension, settings.numbers.replace, "user")),
            [pbx.name for pbx in settings.pbx],
            now_micros,
            partial(lift_limit, crm, bucket),
            offers_of(crm, settings),
            lambda token: connector.doors.learn(crm.name, token) if connector.doors is not None else None,
        )
    return Connection(worker, users, states, with_pictures=wants_pictures(crm, settings, connector))


def people_of(crm: Crm, settings: Settings) -> list[Person]:
    """Whom the settings name for a connection."""
    return [person for person in settings.people if person.crm in {None, crm.name}]


def recordings_of(settings: Settings) -> Recordings:
    """The recordings of this machine, and our own folder for them beside the database."""
    database = make_url(settings.store.url)
    beside = Path(database.database).parent if database.get_backend_name() == "sqlite" and database.database else Path()
    spool = Path(settings.records.spool) if settings.records.spool else beside / "cordboard-records"
    return Recordings(settings.records, spool, settings.connector.public_url or "", now_micros)


def inside_of(crm: Crm, connector: Connector, plan: NumberingPlan) -> dict[type[Question], Inside]:
    """Who answers what a flow asks about recordings and reminders."""
    observes = crm.mode == "observe"
    reminders = Unkept() if observes else Reminders(crm.name, connector.journal, lambda x: plan.number(x).base)
    return {
        FindRecording: connector.recordings.find,
        MakeRecording: connector.recordings.make,
        OpenReminder: lambda asked: reminders.open(asked.client, asked.mark, asked.at),
        KeepReminder: lambda asked: reminders.keep(asked.reminder),
        FindReminders: lambda asked: reminders.find(asked.client, asked.at),
        CloseReminder: lambda asked: reminders.close(asked.mark),
    }


def wants_pictures(crm: Crm, settings: Settings, connector: Connector) -> bool:
    """Whether any customization of a connection, the customer's or our own, looks at `call_full`."""
    rules = terms_of(crm, settings, frozenset(), "").rules
    return bool(connector.hooks.points_of(crm.name)) or any(one.needs_call and one.is_used(rules) for one in BUILT_IN)


class LaterUsers:
    """The worker asks the directory, the directory needs the worker's line: one of them comes later."""

    def __init__(self, later: dict[str, UserDirectory]) -> None:
        self._later = later

    async def find(self, numbers: tuple[str, ...]) -> dict[str, int]:
        return await self._later["users"].find(numbers)

    async def need(self, numbers: tuple[str, ...], line: str) -> int:
        return await self._later["users"].need(numbers, line)

    async def details(self, ids: tuple[int, ...]) -> dict[str, UserFull]:
        return await self._later["users"].details(ids)


def lift_limit(crm: Crm, bucket: Bucket) -> None:
    """Our own portal has no bucket, unless the settings say that it has."""
    if crm.rate == "auto":
        bucket.rate = 0.0


def terms_of(crm: Crm, settings: Settings, points: frozenset[str], pbx: str) -> Terms:
    """The settings under which calls of a PBX are told to a connection."""
    return Terms(
        pbx,
        crm.name,
        crm.default_user or 0,
        settings.line,
        settings.register,
        settings.cards,
        settings.numbers,
        points,
        settings.missed,
        settings.hours,
        {str(person.user): person.cards for person in people_of(crm, settings) if person.cards is not None},
        settings.records.send if settings.records.folders else "",
        settings.records.name,
    )


def plan_of(pbx: Pbx, settings: Settings) -> NumberingPlan:
    """The numbering rules of a PBX."""
    return NumberingPlan(settings.numbers.prefixes, settings.numbers.internal, pbx.trunks, pbx.lines)


def fmc_of(settings: Settings, connector: Connector, plans: list[NumberingPlan]) -> OutsideNumbers | None:
    """Whoever tells the plans which outside numbers are employees', where the settings want that."""
    wanted = settings.numbers
    if not wanted.fmc_profiles and wanted.fmc_file is None:
        return None

    def profiles() -> list[str]:
        users = [connection.users for connection in connector.connections] if wanted.fmc_profiles else []
        return [number for directory in users for number in directory.outside_numbers()]

    return OutsideNumbers(Path(wanted.fmc_file) if wanted.fmc_file else None, profiles, plans)


def followed_of(pbx: Pbx, plan: NumberingPlan, settings: Settings, connector: Connector) -> Followed:
    """A PBX with its lanes."""
    if pbx.ami is None and pbx.cel is None:
        raise SettingsError(f"[[pbx]] {pbx.name}: give [pbx.ami], [pbx.cel] or both; else nothing can be followed")
    exchange = Exchange(
        pbx.name,
        plan,
        connector.journal,
        partial(connector.tell, pbx.name),
        has_live=pbx.ami is not None,
        has_ledger=pbx.cel is not None,
        connections=[crm.name for crm in settings.crm],
        timezone=pbx.timezone,
        clock=now_micros,
        on_change=partial(connector.change, pbx.name),
        with_pictures=any(connection.with_pictures for connection in connector.connections),
    )
    lanes = [name for name, given in (("live", pbx.ami), ("ledger", pbx.cel)) if given is not None]
    health = {lane: LaneHealth(pbx.name, lane) for lane in lanes}
    rows = pbx.cel is None
    live = LiveLane(pbx.ami, health["live"].tell, rows=rows, timezone=pbx.timezone) if pbx.ami is not None else None
    ledger = ledger_of(pbx, pbx.cel) if pbx.cel is not None else None
    return Followed(exchange, live, ledger, health)


def ledger_of(pbx: Pbx, cel: Cel) -> Ledger:
    """The source of the past: a file by path or address, or a table."""
    try:
        return ledger_for(
            cel.url, cel.columns, cel.start, columns_from=cel.columns_from, timezone=pbx.timezone, utc=cel.utc
        )
    except ValueError as error:
        raise SettingsError(f"[pbx.cel] of {pbx.name!r}: {error}") from None
