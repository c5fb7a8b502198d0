"""`crm.company.*`: companies over REST, by the field table.

The surprise: `TITLE` is the only field that must be there.
"""

from __future__ import annotations

from cordboard.portal.rest import entities
from cordboard.portal.rest.registry import Context, Params, method

_KIND = "COMPANY"


@method("crm.company.fields", scope="crm")
async def company_fields(context: Context, params: Params) -> object:
    """Every field with type and title."""
    return entities.describe(_KIND)


@method("crm.company.get", scope="crm")
async def company_get(context: Context, params: Params) -> object:
    """One company by `id`."""
    return await entities.get(context, _KIND, params)


@method("crm.company.list", scope="crm")
async def company_list(context: Context, params: Params) -> object:
    """Companies by `filter`, with `select` and `order`."""
    return await entities.list_page(context, _KIND, params)


@method("crm.company.add", scope="crm")
async def company_add(context: Context, params: Params) -> object:
    """A new company from `fields`; answers its id."""
    return await entities.add(context, _KIND, params)


@method("crm.company.update", scope="crm")
async def company_update(context: Context, params: Params) -> object:
    """Change `fields` of the company `id`."""
    return await entities.update_entity(context, _KIND, params)


@method("crm.company.delete", scope="crm")
async def company_delete(context: Context, params: Params) -> object:
    """Delete the company `id`."""
    return await entities.delete_entity(context, _KIND, params)
