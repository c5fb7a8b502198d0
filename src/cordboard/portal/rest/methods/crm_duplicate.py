"""`crm.duplicate.findbycomm`: whose number or address is it.

In:   `type` (`PHONE`, `EMAIL`), up to twenty `values` as strings, `entity_type`.
Out:  `{"LEAD": [1], "CONTACT": [275]}` with ints, only found kinds; `[]` if none.

The surprise: twenty ids per value in the order lead, contact, company, so that a crowd of leads hides contacts.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_items, as_text, named
from cordboard.portal.crm.phone_key import index_key
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rights import level_of
from cordboard.portal.tables import lead, multifield, phone

_KINDS = ("LEAD", "CONTACT", "COMPANY")
_MOST = 20


@method("crm.duplicate.findbycomm", scope="crm")
async def findbycomm(context: Context, params: Params) -> object:
    """Ids of the clients that have one of the numbers or addresses.

    type* (string): `PHONE` or `EMAIL`
    values* (array): up to twenty texts; numbers are skipped in silence
    entity_type (string): `LEAD`, `CONTACT` or `COMPANY`; absent: all
    """
    communication = as_text(named(params, "type")).upper()
    if not communication:
        raise errors.failure("Communication type is not defined.")
    if communication not in ("PHONE", "EMAIL"):
        raise errors.failure(f"Communication type '{communication}' is not supported in current context.")
    values = [item for item in as_items(named(params, "values")) if isinstance(item, str) and item]
    if not values:
        raise errors.failure("Communication values is not defined.")
    kind = as_text(named(params, "entity_type")).upper()
    if kind == "DEAL":
        raise errors.failure("Deal is not supported in current context.")
    kinds = (kind,) if kind in _KINDS else _KINDS
    wanted = list(dict.fromkeys(values))[:_MOST]
    return await context.portal.store.read(lambda connection: _find(connection, context, communication, wanted, kinds))


def _find(
    connection: Connection, context: Context, communication: str, values: list[str], kinds: tuple[str, ...]
) -> dict[str, object]:
    if level_of(connection, context.user_id, "clients") == "none":
        raise errors.failure("Access denied.")
    found: dict[str, set[int]] = {}
    for value in values:
        room = _MOST
        for kind in kinds:
            ids = _ids(connection, communication, value, kind, room)
            room -= len(ids)
            found.setdefault(kind, set()).update(ids)
    return {kind: sorted(ids) for kind, ids in found.items() if ids}


def _ids(connection: Connection, communication: str, value: str, kind: str, room: int) -> list[int]:
    key = index_key(value) if communication == "PHONE" else value.strip().lower()
    if room <= 0 or not key:
        return []
    table = phone if communication == "PHONE" else multifield
    query = select(table.c.entity_id).distinct().where(table.c.entity_type == kind)
    if communication == "PHONE":
        query = query.where(phone.c.key == key)
    else:
        query = query.where(multifield.c.type_id == "EMAIL", func.lower(multifield.c.value) == key)
    if kind == "LEAD":
        query = query.where(table.c.entity_id.not_in(select(lead.c.id).where(lead.c.hidden.is_(True))))
    return list(connection.execute(query.order_by(table.c.entity_id).limit(room)).scalars())
