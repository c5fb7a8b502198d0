"""Objects: what a portal holds, in the form that customizations know from `call_full`.

In:   rows of `crm.contact.get` and its like, the answer of `register`, the numbering rules.
Out:  `EntityFull`, `RegistrationFull`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from cordboard.calls.snapshot import EntityFull, RegistrationFull, UserFull
from cordboard.flow.questions import Finished, Params, Registered
from cordboard.numbers.plan import NumberingPlan

#: fields of a row that can be its name, in order
TITLES = ("TITLE", "SUBJECT")


@lru_cache(8)
def plan_of(prefixes: tuple[str, ...], internal: tuple[str, ...]) -> NumberingPlan:
    """The numbering rules of a site, once."""
    return NumberingPlan(prefixes, internal)


def object_full(
    kind: str, row: Params, plan: NumberingPlan, responsible: UserFull | None, *, is_new: bool = False
) -> EntityFull:
    """A contact, company, lead, deal or activity; only the first three have numbers of their own."""
    return EntityFull(
        id=str(row.get("ID") or ""),
        is_new=is_new,
        name=name_of(row),
        phones=[plan.number(number) for number in numbers_of(row)] if kind in {"contact", "company", "lead"} else [],
        raw=row,
        responsible=responsible,
        responsible_id=responsible_of(row),
        type=kind,
    )


def name_of(row: Params) -> str:
    title = next((str(row[field]) for field in TITLES if row.get(field)), "")
    return title or " ".join(str(row[field]) for field in ("NAME", "SECOND_NAME", "LAST_NAME") if row.get(field))


def numbers_of(row: Params) -> list[str]:
    """The multifield PHONE: rows with a VALUE each."""
    given: Any = row.get("PHONE")
    rows = cast("list[Any]", given) if isinstance(given, list) else []
    values = (cast("Params", one).get("VALUE") for one in rows if isinstance(one, dict))
    return [str(value) for value in values if value]


def responsible_of(row: Params) -> str:
    """Of an entity ASSIGNED_BY_ID, of an activity RESPONSIBLE_ID."""
    return str(row.get("ASSIGNED_BY_ID") or row.get("RESPONSIBLE_ID") or "")


def registration_full(registered: Registered, finished: Finished | None, responsible: int) -> RegistrationFull:
    return RegistrationFull(
        activity_id=finished.activity_id if finished else "",
        created_company_id=registered.created_company_id,
        created_contact_id=registered.created_contact_id,
        created_deal_id=registered.created_deal_id,
        created_lead_id=registered.created_lead_id,
        entity_id=registered.entity_id,
        entity_type=registered.entity_type,
        id=registered.id,
        responsible_id=str(responsible or ""),
    )


def is_new(registered: Registered) -> bool:
    """Whether the registration itself made the entity it used."""
    made = (registered.created_lead_id, registered.created_contact_id, registered.created_company_id)
    return bool(registered.entity_id) and registered.entity_id in made
