"""Parameters that several methods read alike."""

from __future__ import annotations

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_map, named
from cordboard.portal.rest.registry import Params

__all__ = ["read_fields"]


def read_fields(params: Params) -> dict[str, object]:
    """`fields` in any spelling, its names in upper case; refused where it is no object."""
    sent = named(params, "fields")
    if not isinstance(sent, dict | list):
        raise errors.failure("Parameter 'fields' must be array.")
    fields = as_map(named(params, "fields"))
    return {name.strip().upper(): value for name, value in fields.items()}
