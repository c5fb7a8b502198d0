"""Service methods: what a client asks to learn where it is and what it may do. Any valid credential is enough."""

from __future__ import annotations

from sqlalchemy import Connection, select

from cordboard.b24wire import errors
from cordboard.b24wire.dates import format_date
from cordboard.b24wire.loose import as_flag, as_text, named
from cordboard.portal.rest.event_names import EVENTS
from cordboard.portal.rest.registry import Context, Params, all_methods, find_method, method, method_names
from cordboard.portal.tables import application, users

LICENSE = "en_cordboard"
#: What `feature.get` answers `Y` for.
_FEATURES = frozenset({"rest_offline_extended", "rest_auth_connector"})


@method("server.time")
async def server_time(context: Context, params: Params) -> object:
    """The portal's time with its offset."""
    return format_date(context.now)


@method("scope")
async def scope(context: Context, params: Params) -> object:
    """Granted scopes; with `full` all that exist.

    full (boolean): all scopes there are
    """
    return _all_scopes() if as_flag(named(params, "full")) else sorted(context.scopes)


@method("methods")
async def methods(context: Context, params: Params) -> object:
    """Names of the methods this credential may call; `full` = all, `scope` = of one scope.

    full (boolean): all methods, not only those of this credential
    scope (string): only those of one scope
    """
    wanted = as_text(named(params, "scope")).lower()
    if wanted:
        return [found.name.lower() for found in all_methods() if found.scope == wanted and found.listed]
    return method_names(None if as_flag(named(params, "full")) else context.scopes)


@method("method.get")
async def method_get(context: Context, params: Params) -> object:
    """Whether a method exists and whether this credential may call it.

    name* (string): the method, in any case of letters
    """
    found = find_method(as_text(named(params, "name")).strip())
    return {"isExisting": found is not None, "isAvailable": found is not None and found.granted(context.scopes)}


@method("profile")
async def profile(context: Context, params: Params) -> object:
    """The user on whose behalf the client speaks."""
    return await context.portal.store.read(lambda connection: _profile(connection, context.user_id))


@method("app.info")
async def app_info(context: Context, params: Params) -> object:
    """The application, or what a webhook is allowed."""
    if context.application_id is None:
        return {"SCOPE": sorted(context.scopes), "LICENSE": LICENSE}
    return await context.portal.store.read(lambda connection: _application(connection, context.application_id))


@method("feature.get")
async def feature_get(context: Context, params: Params) -> object:
    """Whether the portal's edition has a feature.

    CODE* (string): `rest_offline_extended` and `rest_auth_connector` are there, others are not
    """
    code = as_text(named(params, "CODE"))
    if not code:
        raise errors.argument_error("Argument 'CODE' is null or empty", "CODE")
    return {"value": "Y" if code in _FEATURES else "N"}


@method("events")
async def events(context: Context, params: Params) -> object:
    """Names of the events this credential may bind; `FULL` = all, `SCOPE` = of one scope.

    SCOPE (string): only those of one scope
    FULL (boolean): all events
    """
    wanted = as_text(named(params, "SCOPE")).lower()
    if wanted:
        return [name for name, event_scope in EVENTS.items() if event_scope == wanted]
    if as_flag(named(params, "FULL")):
        return list(EVENTS)
    return [name for name, event_scope in EVENTS.items() if not event_scope or event_scope in context.scopes]


def _all_scopes() -> list[str]:
    return sorted({found.scope for found in all_methods() if found.scope})


def _profile(connection: Connection, user_id: int) -> dict[str, object]:
    row = connection.execute(select(users).where(users.c.id == user_id)).one()
    answer: dict[str, object] = {
        "ID": str(row.id),
        "ADMIN": row.is_admin,
        "NAME": row.name,
        "LAST_NAME": row.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": row.timezone,
    }
    if row.personal_photo:
        answer["PERSONAL_PHOTO"] = row.personal_photo
    return answer


def _application(connection: Connection, application_id: int | None) -> dict[str, object]:
    row = connection.execute(select(application).where(application.c.id == application_id)).one_or_none()
    if row is None:
        raise errors.application_not_found()
    return {
        "ID": row.id,
        "CODE": row.client_id,
        "VERSION": row.version,
        "STATUS": row.status,
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "en",
        "LICENSE": LICENSE,
        "LICENSE_TYPE": "cordboard",
        "LICENSE_FAMILY": "en",
    }
