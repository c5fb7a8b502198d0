"""`crm.contact.*`: contacts over REST, by the field table.

The surprise: `get` leaves out a multifield that is empty, while `HAS_PHONE` says `N`.
"""

from __future__ import annotations

from cordboard.portal.rest import entities
from cordboard.portal.rest.registry import Context, Params, method

_KIND = "CONTACT"


@method("crm.contact.fields", scope="crm")
async def contact_fields(context: Context, params: Params) -> object:
    """Every field with type and title."""
    return entities.describe(_KIND)


@method("crm.contact.get", scope="crm")
async def contact_get(context: Context, params: Params) -> object:
    """One contact by `id`."""
    return await entities.get(context, _KIND, params)


@method("crm.contact.list", scope="crm")
async def contact_list(context: Context, params: Params) -> object:
    """Contacts by `filter`, with `select` and `order`."""
    return await entities.list_page(context, _KIND, params)


@method("crm.contact.add", scope="crm")
async def contact_add(context: Context, params: Params) -> object:
    """A new contact from `fields`; answers its id."""
    return await entities.add(context, _KIND, params)


@method("crm.contact.update", scope="crm")
async def contact_update(context: Context, params: Params) -> object:
    """Change `fields` of the contact `id`."""
    return await entities.update_entity(context, _KIND, params)


@method("crm.contact.delete", scope="crm")
async def contact_delete(context: Context, params: Params) -> object:
    """Delete the contact `id`."""
    return await entities.delete_entity(context, _KIND, params)
