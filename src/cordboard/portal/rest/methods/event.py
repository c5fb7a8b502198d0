"""`event.bind`, `event.unbind`, `event.get`, `event.test`: an application says where its events go. OAuth only.

The surprise: a binding made by somebody who is no administrator hears only the events which that user causes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_int, as_map, as_text, named
from cordboard.portal.credentials import Binding, bind_event, is_address, unbind
from cordboard.portal.outbox import outbox_of
from cordboard.portal.rest.event_names import EVENTS, ONLINE_ONLY
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rest.user_writes import is_admin
from cordboard.portal.tables import event_handler

_LARGEST_USER = 2**31 - 1
_LONGEST_KEY = 255


@method("event.bind", webhook=False)
async def event_bind(context: Context, params: Params) -> object:
    """Tell the application of an event from now on: by a request to its address, or in its offline queue.

    event* (string): name in any case of letters; see `events`
    handler (string): absolute address; needed but for offline events
    auth_type (integer): the user whose token is sent; 0: whoever caused the event
    event_type (string): `online` or `offline` (an administrator's)
    auth_connector (string): key of a separate offline queue; changes made with the same key are left out
    options (object): `minTimeout` of `ONOFFLINEEVENT`, seconds between two notices

    Differs: a failed delivery is repeated three times within a minute (switch `event_retries`).
    """
    binding = _binding(context, params)
    await context.portal.store.write(lambda connection: _bind(connection, context, binding))
    return True


@method("event.unbind", webhook=False)
async def event_unbind(context: Context, params: Params) -> object:
    """End bindings; answers how many.

    event* (string): name in any case of letters
    handler (string): the address; needed but for offline events
    auth_type (integer): only the binding with this user
    event_type (string): `online` or `offline`
    auth_connector (string): key of the offline queue
    """
    which = _same(context, _binding(context, params))
    if named(params, "auth_type") is not None:
        which.append(func.coalesce(event_handler.c.auth_type, 0) == _auth_type(params))
    return {"count": await context.portal.store.write(lambda connection: unbind(connection, *which))}


@method("event.get", webhook=False)
async def event_get(context: Context, params: Params) -> object:
    """The bindings of this application; somebody who is no administrator sees only their own."""

    def work(connection: Connection) -> list[Any]:
        mine = [event_handler.c.application_id == context.application_id]
        if not is_admin(connection, context.user_id):
            mine.append(event_handler.c.user_id == context.user_id)
        return list(connection.execute(select(event_handler).where(*mine).order_by(event_handler.c.id)))

    return [
        {"event": row.event, "connector_id": row.connector_id, "offline": 1}
        if row.offline
        else {"event": row.event, "handler": row.handler, "auth_type": str(row.auth_type or 0), "offline": 0}
        for row in await context.portal.store.read(work)
    ]


@method("event.test", webhook=False)
async def event_test(context: Context, params: Params) -> object:
    """Send `ONAPPTEST` with the parameters given to this application; answers 1.

    any (any): comes back in `data[QUERY]`
    """
    data = {"LANGUAGE_ID": "en", "QUERY": params}

    def work(connection: Connection) -> None:
        outbox_of(connection, context).add("ONAPPTEST", data, application_id=context.application_id)

    await context.portal.store.write(work)
    context.portal.events_waiting.set()
    return 1


def _binding(context: Context, params: Params) -> Binding:
    """What is asked for, checked."""
    name = as_text(named(params, "event")).upper()
    if not name:
        raise errors.argument_error("Argument 'EVENT' is null or empty", "EVENT")
    scope = EVENTS.get(name)
    offline = as_text(named(params, "event_type")).lower() == "offline"
    if scope is None or (scope and scope not in context.scopes) or (offline and name in ONLINE_ONLY):
        raise errors.event_not_found()
    return Binding(
        name,
        "" if offline else _address(params),
        _auth_type(params),
        offline=offline,
        connector_id=as_text(named(params, "auth_connector"))[:_LONGEST_KEY],
        options={"minTimeout": as_int(as_map(named(params, "options")).get("minTimeout"))},
    )


def _address(params: Params) -> str:
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


def _same(context: Context, binding: Binding) -> list[ColumnElement[bool]]:
    """The binding of this application to the same event and place."""
    return [
        event_handler.c.application_id == context.application_id,
        event_handler.c.event == binding.event,
        event_handler.c.handler == binding.address,
        event_handler.c.offline.is_(binding.offline),
        event_handler.c.connector_id == binding.connector_id,
    ]


def _bind(connection: Connection, context: Context, binding: Binding) -> None:
    if not is_admin(connection, context.user_id):
        if binding.offline:
            raise errors.access_denied("Offline events binding requires administrator access rights")
        if binding.auth_type not in (0, context.user_id):
            raise errors.access_denied("Event binding with AUTH_TYPE requires administrator access rights")
        binding = replace(binding, auth_type=context.user_id, only_user=context.user_id)
    same = [*_same(context, binding), func.coalesce(event_handler.c.auth_type, 0) == binding.auth_type]
    if connection.execute(select(event_handler.c.id).where(*same)).first() is not None:
        raise errors.core_error("Unable to set event handler: Handler already binded")
    bind_event(connection, context.application_id or 0, binding, micros(context.now))
