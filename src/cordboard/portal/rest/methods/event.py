"""`event.bind`, `event.unbind`, `event.get`: an application says where its events go. OAuth only.

The surprise: a binding made by somebody who is no administrator hears only the events which that user causes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, select

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_int, as_text, named
from cordboard.portal.credentials import bind_event, is_address
from cordboard.portal.rest.event_names import EVENTS
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rest.user_writes import is_admin
from cordboard.portal.tables import event_handler, event_outbox

_LARGEST_USER = 2**31 - 1


@method("event.bind", webhook=False)
async def event_bind(context: Context, params: Params) -> object:
    """Send an event to an address from now on.

    event* (string): name in any case of letters; see `events`
    handler* (string): absolute address; not for offline events
    auth_type (integer): the user whose token is sent; 0: whoever caused the event
    event_type (string): `online` or `offline` (an administrator's)
    auth_connector (string): key of a separate offline queue; changes made with the same key are left out
    options (object): `minTimeout` of `ONOFFLINEEVENT`, seconds between two notices

    Differs: a failed delivery is repeated three times within a minute (switch `event_retries`).
    """
    event, address = _event(context, params), _handler(params)
    auth_type = _auth_type(params)
    await context.portal.store.write(lambda connection: _bind(connection, context, event, address, auth_type))
    return True


@method("event.unbind", webhook=False)
async def event_unbind(context: Context, params: Params) -> object:
    """Stop sending an event to an address; answers how many bindings that ended.

    event* (string): name in any case of letters
    handler* (string): the address; not for offline events
    auth_type (integer): only the binding with this user
    event_type (string): `online` or `offline`
    auth_connector (string): key of the offline queue
    """
    event, address = _event(context, params), _handler(params)
    mine = [event_handler.c.application_id == context.application_id, event_handler.c.event == event]
    mine.append(event_handler.c.handler == address)
    if named(params, "auth_type") is not None:
        mine.append(func.coalesce(event_handler.c.auth_type, 0) == _auth_type(params))

    def work(connection: Connection) -> int:
        ids = list(connection.execute(select(event_handler.c.id).where(*mine)).scalars())
        connection.execute(delete(event_outbox).where(event_outbox.c.handler_id.in_(ids)))
        connection.execute(delete(event_handler).where(event_handler.c.id.in_(ids)))
        return len(ids)

    return {"count": await context.portal.store.write(work)}


@method("event.get", webhook=False)
async def event_get(context: Context, params: Params) -> object:
    """The bindings of this application."""
    query = select(event_handler).where(event_handler.c.application_id == context.application_id)
    rows: list[Any] = await context.portal.store.read(
        lambda connection: list(connection.execute(query.order_by(event_handler.c.id)))
    )
    return [
        {"event": row.event, "handler": row.handler, "auth_type": row.auth_type or 0, "offline": int(row.offline)}
        for row in rows
    ]


def _event(context: Context, params: Params) -> str:
    name = as_text(named(params, "event")).upper()
    if not name:
        raise errors.argument_error("Argument 'EVENT' is null or empty", "EVENT")
    scope = EVENTS.get(name)
    if scope is None or (scope and scope not in context.scopes):
        raise errors.event_not_found()
    return name


def _handler(params: Params) -> str:
    """The address an event goes to."""
    if as_text(named(params, "event_type")).lower() == "offline":
        raise errors.argument_error("Offline events are not kept here; EVENT_TYPE must be online", "EVENT_TYPE")
    address = as_text(named(params, "handler")).strip()
    if not address:
        raise errors.argument_error("Argument 'HANDLER' is null or empty", "HANDLER")
    if not is_address(address):
        raise errors.core_error("Unable to set event handler: HANDLER must be an absolute http or https address")
    return address


def _auth_type(params: Params) -> int:
    """The user whose token the event carries; 0: of whoever caused it."""
    user_id = as_int(named(params, "auth_type"))
    return user_id if 0 < user_id <= _LARGEST_USER else 0


def _bind(connection: Connection, context: Context, event: str, address: str, auth_type: int) -> None:
    administrator = is_admin(connection, context.user_id)
    if not administrator:
        if auth_type not in (0, context.user_id):
            raise errors.access_denied("Event binding with AUTH_TYPE requires administrator access rights")
        auth_type = context.user_id
    same = select(event_handler.c.id).where(
        event_handler.c.application_id == context.application_id,
        event_handler.c.event == event,
        event_handler.c.handler == address,
        func.coalesce(event_handler.c.auth_type, 0) == auth_type,
    )
    if connection.execute(same).first() is not None:
        raise errors.core_error("Unable to set event handler: Handler already binded")
    only_user = None if administrator else context.user_id
    now = micros(context.now)
    bind_event(connection, context.application_id or 0, event, address, now, auth_type=auth_type, only_user=only_user)
