"""`im.notify.*`, `im.message.add`: a line in a user's notifications (there is no chat in this portal)."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, delete, insert, select

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_id, as_text, named
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import notification, users
from cordboard.store.engines import to_json

_LONGEST_ATTACHMENT = 60_000


@method("im.notify.personal.add", scope="im")
async def personal_add(context: Context, params: Params) -> object:
    """Tell `USER_ID` a `MESSAGE` from the caller; answers its id, or false for an unknown user.

    USER_ID* (integer): whom
    MESSAGE* (string): the words
    ATTACH (object): blocks, at most 60,000 characters; may stand instead of words
    TAG (string): kept with it, as `SUB_TAG`

    Differs: there is no chat; the words are a line in the user's notifications.
    """
    return await _notify(context, params, "personal", as_id(named(params, "USER_ID")))


@method("im.notify.system.add", scope="im")
async def system_add(context: Context, params: Params) -> object:
    """Tell `USER_ID` a `MESSAGE` from the system.

    USER_ID* (integer): whom
    MESSAGE* (string): the words
    ATTACH (object): blocks, at most 60,000 characters; may stand instead of words
    TAG (string): kept with it, as `SUB_TAG`; replaces an earlier one of the same tag

    Differs: there is no chat; the words are a line in the user's notifications.
    """
    return await _notify(context, params, "system", as_id(named(params, "USER_ID")))


@method("im.notify", scope="im")
async def notify(context: Context, params: Params) -> object:
    """The old form: `to`, `message`, `type` `USER` or `SYSTEM`.

    to* (integer): whom
    message* (string): the words
    type (string): `USER` or `SYSTEM`

    Differs: there is no chat; the words are a line in the user's notifications.
    """
    kind = "system" if as_text(named(params, "type")).upper() == "SYSTEM" else "personal"
    return await _notify(context, params, kind, as_id(named(params, "to")))


@method("im.message.add", scope="im")
async def message_add(context: Context, params: Params) -> object:
    """A message in a dialogue with a user (`DIALOG_ID` = the user's id).

    DIALOG_ID* (integer): the user
    MESSAGE* (string): the words

    Differs: there is no chat; the words are a line in the user's notifications.
    """
    return await _notify(context, params, "message", as_id(named(params, "DIALOG_ID")))


@method("im.notify.delete", scope="im")
async def notify_delete(context: Context, params: Params) -> object:
    """Take notifications away by `ID`, `TAG` or `SUB_TAG`; answers whether there were any.

    ID (integer): one of them
    TAG (string): all of this tag
    SUB_TAG (string): all of this one
    """
    wanted = {
        column: value
        for column, value in (
            (notification.c.id, as_id(named(params, "ID"))),
            (notification.c.tag, as_text(named(params, "TAG"))),
            (notification.c.sub_tag, as_text(named(params, "SUB_TAG"))),
        )
        if value
    }
    if not wanted:
        raise RestError("PARAMS_ERROR", "Incorrect params")
    column, value = next(iter(wanted.items()))
    own = notification.c.from_user_id == context.user_id
    removing = delete(notification).where(column == value, own)
    return bool((await context.portal.store.write(lambda connection: connection.execute(removing))).rowcount)


async def _notify(context: Context, params: Params, kind: str, user_id: int) -> object:
    message = as_text(named(params, "MESSAGE"))
    if user_id <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    attached = _attached(named(params, "ATTACH"))
    if not message.strip() and not attached:
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    values: dict[str, object] = {
        "user_id": user_id,
        "kind": kind,
        "message": message[:20_000] or attached[:20_000],
        "from_user_id": context.user_id,
    }
    values |= {"tag": as_text(named(params, "TAG"))[:255], "sub_tag": as_text(named(params, "SUB_TAG"))[:255]}
    values["created_at"] = micros(context.now)
    return await context.portal.store.write(lambda connection: _add(connection, values))


def _attached(sent: object) -> str:
    """The blocks of an attachment as a text; too long a one is refused."""
    if sent is None or sent == "":
        return ""
    if not isinstance(sent, dict | list):
        raise RestError("ATTACH_ERROR", "Incorrect attach params")
    text = to_json(cast("object", sent))
    if len(text) > _LONGEST_ATTACHMENT:
        raise RestError("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
    return text if sent else ""


def _add(connection: Connection, values: dict[str, object]) -> int | bool:
    if not connection.execute(select(users.c.id).where(users.c.id == values["user_id"])).first():
        return False
    if values["tag"]:
        # a tag is told once: the newer line replaces the older
        same = [notification.c[name] == values[name] for name in ("tag", "user_id", "from_user_id")]
        connection.execute(delete(notification).where(*same))
    key = connection.execute(insert(notification).values(**values)).inserted_primary_key
    return key[0] if key else False
