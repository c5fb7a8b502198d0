"""The other direction: what CRMs and dial plans ask of the exchanges, put together.

In:   the settings, a connector with its connections and exchanges.
Out:  its doors for events, the calls that are asked for, the buttons of the cards, who is rung for a caller.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from cordboard.connector.click_rows import ClickRows
from cordboard.connector.clicks import Asked, Asking, Clicks
from cordboard.connector.commands import ACTIONS, Commands, Teller
from cordboard.connector.events import Doors
from cordboard.connector.responsible import Responsible
from cordboard.connector.service import Connector
from cordboard.connector.users import UserDirectory
from cordboard.crm.asked import Click, Command
from cordboard.settings import Crm, Settings


def open_other_direction(settings: Settings, connector: Connector, clock: Callable[[], int]) -> None:
    """What CRMs and dial plans ask of us: calls to be made, and whom to ring."""
    told = [(one.worker.crm, one.users) for one in connector.connections]
    responsible = connector.responsible = Responsible(told, connector.hooks, time.monotonic)
    lines = {line.number.lstrip("+"): line.first_responsible or "" for line in settings.line}

    async def whom_to_ring(users: UserDirectory, default_user: int, number: str, line: str) -> str:
        found = await responsible.find(number, line)
        return found.extension or lines.get(line.lstrip("+"), "") or users.extension_now(default_user)

    asking = [
        Asking(one.worker, one.users, partial(whom_to_ring, one.users, crm.default_user or 0))
        for crm, one in zip(settings.crm, connector.connections, strict=True)
    ]
    asked = [Asked(pbx, one.exchange, one.live) for pbx, one in zip(settings.pbx, connector.exchanges, strict=True)]
    clicks = connector.clicks = Clicks(ClickRows(connector.journal), connector.hooks, asking, asked, clock)

    commands = commands_of(settings, connector, clock)

    async def take(connection: str, wanted: Click | Command) -> None:
        if isinstance(wanted, Click):
            await clicks.accept(connection, wanted)
        else:
            commands.begin(connection, wanted)

    connector.doors = Doors(settings.crm, take)


def commands_of(settings: Settings, connector: Connector, clock: Callable[[], int]) -> Commands:
    """The buttons of the cards."""
    tellers = {
        one.worker.crm.name: Teller(
            cast("Any", one.worker.crm),
            one.states.user_of,
            one.users.extension_now,
            one.states.transferred,
        )
        for one in connector.connections
        if one.states is not None
    }
    live = {
        pbx.name: (one.live, pbx.originate)
        for pbx, one in zip(settings.pbx, connector.exchanges, strict=True)
        if one.live is not None
    }
    return Commands(tellers, live, clock)


def offers_of(crm: Crm, settings: Settings) -> dict[str, Any]:
    """What our own portal is told that it may ask of us: nothing where no exchange takes actions."""
    address = settings.connector.public_url
    if not address or not any(pbx.ami is not None for pbx in settings.pbx):
        return {}
    return {
        "ACTIONS": list(ACTIONS),
        "EVENTS_URL": f"{address.rstrip('/')}/events/{quote(crm.name, safe='')}",
    }
