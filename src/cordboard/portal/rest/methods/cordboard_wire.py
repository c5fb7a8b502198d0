"""`cordboard.*`: what our connector and our portal say to each other beyond Bitrix24's protocol.

Live states are kept in memory (`portal/live.py`): only the latest of each call counts, and `finish` freezes it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from cordboard.b24wire.errors import argument_error
from cordboard.b24wire.loose import as_int, as_items, as_map, as_text
from cordboard.portal.changes import CallStateChanged, CommandFailed, ConnectorSeen
from cordboard.portal.credentials import add_outbound, unbind
from cordboard.portal.keys import new_secret
from cordboard.portal.live import CallLive
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import event_handler, open_call

#: events the connector wants: click-to-call, callback, commands of the card
EVENTS = ("ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONCORDBOARDCALLCOMMAND")
PLACES = ("menu", "queue", "ringing", "talking", "ended")


@method("cordboard.connector.hello", scope="telephony")
async def hello(context: Context, params: Params) -> object:
    """A connector is here: remember its lines and people, make or renew its outbound webhook.

    PBX* (array): names of the exchanges
    VERSION (string): of the connector
    PAGES (string): address of its pages
    ACTIONS (array): `hangup`, `transfer`, `park`, `take`
    EXTENSIONS (array): items of `NUMBER`, `REGISTERED`
    EVENTS_URL (string): where clicks and commands are sent

    Differs: Bitrix24 has no such method.
    """
    names = [name for item in as_items(params.get("PBX")) if (name := as_text(item))]
    if not names:
        raise argument_error("PBX is not defined", "PBX")
    now = micros(context.now)
    for name in names:
        context.portal.live.connectors[name] = (dict(params), now)
    context.portal.publish(ConnectorSeen(tuple(names)))
    address = as_text(params.get("EVENTS_URL"))
    user_id = context.user_id
    token = await context.portal.store.write(lambda connection: keep_handlers(connection, names, address, user_id, now))
    return {"APPLICATION_TOKEN": token}


@method("cordboard.call.state", scope="telephony")
async def call_state(context: Context, params: Params) -> object:
    """The newest state of one running call; an older SEQ changes nothing.

    PBX* (string): the exchange
    LINKEDID* (string): the call there
    SEQ* (integer): a smaller one than before changes nothing
    AT (string): moment of the state
    CALL_ID (string): of `register`; an unknown one is kept for ten seconds
    PLACE* (string): `menu`, `queue`, `ringing`, `talking`, `ended`
    QUEUE (string): name of the queue
    MENU (string): name of the menu
    SINCE (string): moment
    TRUNK (string): the line
    CLIENT (string): number
    CONVERSATIONS (array): who was rung, and how it went
    TRANSFER (object): `BY`, `TO`, `NOTE`

    Differs: Bitrix24 has no such method.
    """
    live = read_state(params, micros(context.now))
    portal = context.portal
    if live.call_id and portal.live.get(live.call_id) is None:
        known = await portal.store.read(
            lambda connection: connection.execute(KNOWN, {"call": live.call_id}).first() is not None
        )
        if not known:
            live = CallLive(live.pbx, live.linkedid, live.seq, live.call_id, live.state, live.at, joined=False)
    if portal.live.tell(live) and live.joined:
        portal.publish(CallStateChanged(live.call_id))
    return True


@method("cordboard.command.failed", scope="telephony")
async def command_failed(context: Context, params: Params) -> object:
    """The connector could not do what a button of the card asked for.

    COMMAND_ID* (string): of the command
    REASON (string): words

    Differs: Bitrix24 has no such method.
    """
    command_id = as_text(params.get("COMMAND_ID"))[:100]
    if not command_id:
        raise argument_error("COMMAND_ID is not defined", "COMMAND_ID")
    reason = as_text(params.get("REASON"))
    context.portal.live.command_failed(command_id, reason)
    user_id, call_id = context.portal.live.who_commanded(command_id)
    if user_id:
        context.portal.publish(CommandFailed(user_id, call_id, reason))
    return True


def read_state(params: Params, now: int) -> CallLive:
    """The parameters in our own types; what a card could not show is refused."""
    pbx, linkedid, place = (as_text(params.get(name)) for name in ("PBX", "LINKEDID", "PLACE"))
    for name, value in (("PBX", pbx), ("LINKEDID", linkedid)):
        if not value:
            raise argument_error(f"{name} is not defined", name)
    if place not in PLACES:
        raise argument_error(f"PLACE should be one of {', '.join(PLACES)}", "PLACE")
    state: dict[str, Any] = dict(params)
    state["CONVERSATIONS"] = [as_map(item) for item in as_items(params.get("CONVERSATIONS"))]
    state["TRANSFER"] = as_map(params.get("TRANSFER"))
    return CallLive(pbx, linkedid, as_int(params.get("SEQ")), as_text(params.get("CALL_ID")), state, now)


def keep_handlers(connection: Connection, pbx: list[str], address: str, user_id: int, now: int) -> str:
    """The token of the connector's outbound webhook; made at its first hello, the same at the next, moved with it."""
    outbound = (event_handler.c.application_id == 0, event_handler.c.event.in_(EVENTS))
    rows = [row for row in connection.execute(select(event_handler).where(*outbound)) if row.options.get("pbx") == pbx]
    if {(row.event, row.handler) for row in rows} == {(event, address) for event in EVENTS}:
        return str(rows[0].application_token)
    unbind(connection, event_handler.c.id.in_([row.id for row in rows]))
    return add_outbound(connection, address, EVENTS, user_id, now, options={"pbx": pbx}) if address else new_secret()


KNOWN = select(open_call.c.call_id).where(open_call.c.call_id == bindparam("call"))
