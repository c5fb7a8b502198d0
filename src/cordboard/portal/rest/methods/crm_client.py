"""`crm.lead.*`, `crm.contact.*`, `crm.company.*`, `crm.deal.*`: clients over REST, by the one field table.

The surprise: hidden leads (made and converted in one go by a call in simple mode) are in no answer.
"""

from __future__ import annotations

from cordboard.portal.rest import entities
from cordboard.portal.rest.registry import Context, Params, method

_KINDS = ("LEAD", "CONTACT", "COMPANY", "DEAL")


def _register(kind: str) -> None:
    """The six methods of one kind."""
    prefix = f"crm.{kind.lower()}"

    @method(f"{prefix}.fields", scope="crm")
    async def fields(context: Context, params: Params) -> object:
        """Every field with type and title."""
        return entities.describe(kind)

    @method(f"{prefix}.get", scope="crm")
    async def get(context: Context, params: Params) -> object:
        """One client with its multifields; empty ones have no key.

        id* (integer): the client
        """
        return await entities.get(context, kind, params)

    @method(f"{prefix}.list", scope="crm")
    async def list_(context: Context, params: Params) -> object:
        """Clients, fifty at a time.

        filter (object): conditions joined by AND, with prefixes such as `>=` or `%`; an unknown field is dropped
        select (array): names, `*`, `UF_*`; multifields (`PHONE`, `EMAIL`) only by name
        order (object): `{"ID": "ASC"}`
        start (integer): offset of the first row; -1 skips counting
        """
        return await entities.list_page(context, kind, params)

    @method(f"{prefix}.add", scope="crm")
    async def add(context: Context, params: Params) -> object:
        """A new client; answers its id.

        fields* (object): values; unknown and read-only names are dropped
        params (object): `IMPORT` `Y` keeps `DATE_CREATE`, `DATE_MODIFY` and `CREATED_BY_ID` as given
        """
        return await entities.add(context, kind, params)

    @method(f"{prefix}.update", scope="crm")
    async def update(context: Context, params: Params) -> object:
        """Change some fields; what is not mentioned stays.

        id* (integer): the client
        fields* (object): values; an item of a multifield with `ID` is changed, with an empty `VALUE` removed
        params (object): as in `add`
        """
        return await entities.update_entity(context, kind, params)

    @method(f"{prefix}.delete", scope="crm")
    async def delete(context: Context, params: Params) -> object:
        """Remove a client with its numbers; its calls stay.

        id* (integer): the client
        """
        return await entities.delete_entity(context, kind, params)


for _kind in _KINDS:
    _register(_kind)
