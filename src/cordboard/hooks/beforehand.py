"""Beforehand: the two points that are asked before there is a call, by whoever is about to make or to route one.

In:   what AMI's Originate would get; or who would be rung, when the dial plan asks for the responsible person.
Out:  the same after the customizations; None where one of them cancelled.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from cordboard.calls.snapshot import EntityFull, UserFull
from cordboard.hooks.answers import Customized, Params


class Originate(msgspec.Struct, frozen=True):
    """What goes into AMI's Originate, all of it as text."""

    channel: str
    context: str
    extension: str
    priority: str = "1"
    caller_id: str = ""
    #: what the CRM sent, as JSON
    request_data: str = ""


class Distribution(msgspec.Struct, frozen=True):
    """Who would be rung: "" is the default route."""

    extension: str
    entity_name: str = ""


class Hooks(Protocol):
    """The customizations of a site."""

    async def ask(
        self, point: str, payload: Params, *, crm: str | None = None, linkedid: str = "", dry: bool = False
    ) -> Customized: ...


async def customize_originate(hooks: Hooks, originate: Originate, crm: str) -> Originate | None:
    """`process_originate_params`; None: the call is not originated."""
    asked = msgspec.structs.asdict(originate)
    answer = await hooks.ask("process_originate_params", {"params": asked}, crm=crm)
    if answer.cancelled:
        return None
    # what a customization took away is empty, as it would be in the request itself
    return Originate(**{key: str(answer.params.get(key, "")) for key in asked})


async def customize_distribution(
    hooks: Hooks,
    found: Distribution,
    crm: str,
    *,
    phone: str,
    trunk: str,
    user: UserFull | None = None,
    entity: EntityFull | None = None,
) -> Distribution | None:
    """`customize_autodistribution`; None: the call takes the default route."""
    beside: dict[str, Any] = {"phone": phone, "trunk": trunk, "user": user, "entity": entity}
    answer = await hooks.ask("customize_autodistribution", {**msgspec.structs.asdict(found), **beside}, crm=crm)
    if answer.cancelled:
        return None
    return Distribution(str(answer.params.get("extension", "")), str(answer.params.get("entity_name", "")))
