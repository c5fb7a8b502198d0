"""`crm.deal.*`: deals over REST, by the field table.

The surprise: a deal takes no phone; its stage's id names the pipeline (`C3:NEW`).
"""

from __future__ import annotations

from cordboard.portal.rest import entities
from cordboard.portal.rest.registry import Context, Params, method

_KIND = "DEAL"


@method("crm.deal.fields", scope="crm")
async def deal_fields(context: Context, params: Params) -> object:
    """Every field with type and title."""
    return entities.describe(_KIND)


@method("crm.deal.get", scope="crm")
async def deal_get(context: Context, params: Params) -> object:
    """One deal by `id`."""
    return await entities.get(context, _KIND, params)


@method("crm.deal.list", scope="crm")
async def deal_list(context: Context, params: Params) -> object:
    """Deals by `filter`, with `select` and `order`."""
    return await entities.list_page(context, _KIND, params)


@method("crm.deal.add", scope="crm")
async def deal_add(context: Context, params: Params) -> object:
    """A new deal from `fields`; answers its id."""
    return await entities.add(context, _KIND, params)


@method("crm.deal.update", scope="crm")
async def deal_update(context: Context, params: Params) -> object:
    """Change `fields` of the deal `id`."""
    return await entities.update_entity(context, _KIND, params)


@method("crm.deal.delete", scope="crm")
async def deal_delete(context: Context, params: Params) -> object:
    """Delete the deal `id`."""
    return await entities.delete_entity(context, _KIND, params)
