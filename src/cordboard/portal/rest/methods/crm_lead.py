"""`crm.lead.*`: leads over REST, by the field table.

The surprise: hidden leads (made and converted in one go by a call in simple mode) are in no answer.
"""

from __future__ import annotations

from cordboard.portal.rest import entities
from cordboard.portal.rest.registry import Context, Params, method

_KIND = "LEAD"


@method("crm.lead.fields", scope="crm")
async def lead_fields(context: Context, params: Params) -> object:
    """Every field with type and title."""
    return entities.describe(_KIND)


@method("crm.lead.get", scope="crm")
async def lead_get(context: Context, params: Params) -> object:
    """One lead by `id`."""
    return await entities.get(context, _KIND, params)


@method("crm.lead.list", scope="crm")
async def lead_list(context: Context, params: Params) -> object:
    """Leads by `filter`, with `select` and `order`."""
    return await entities.list_page(context, _KIND, params)


@method("crm.lead.add", scope="crm")
async def lead_add(context: Context, params: Params) -> object:
    """A new lead from `fields`; answers its id."""
    return await entities.add(context, _KIND, params)


@method("crm.lead.update", scope="crm")
async def lead_update(context: Context, params: Params) -> object:
    """Change `fields` of the lead `id`."""
    return await entities.update_entity(context, _KIND, params)


@method("crm.lead.delete", scope="crm")
async def lead_delete(context: Context, params: Params) -> object:
    """Delete the lead `id`."""
    return await entities.delete_entity(context, _KIND, params)
