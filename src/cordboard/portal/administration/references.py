"""The lists that leads and deals choose from: sources, stages of leads, pipelines of deals and their stages.

In:   a connection in a transaction, what a form says. Out: rows; `Refused` names the field and the sentence.

The surprise: an item's id stands in every lead and deal and never changes; only its name and place do. Stages of a
pipeline beside the default one carry its number in their ids: `C3:NEW`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, select, update

from cordboard.portal.administration.refused import N_, Refused
from cordboard.portal.rest.stages import reference_of_pipeline
from cordboard.portal.tables import deal, lead, pipeline, status

__all__ = [
    "Reference",
    "list_items",
    "list_references",
    "move_up",
    "remove_item",
    "remove_pipeline",
    "save_item",
    "save_pipeline",
]

LONGEST_NAME = 100
LEAD_STAGES, DEAL_STAGES, SOURCES = "STATUS", "DEAL_STAGE", "SOURCE"
STEP = 10


@dataclass(frozen=True, slots=True)
class Reference:
    """One of the lists."""

    #: SOURCE, STATUS, DEAL_STAGE, DEAL_STAGE_3
    name: str
    #: of a pipeline somebody named; empty for the others
    title: str = ""
    #: the pipeline whose stages these are; 0 for the default one, None for other lists
    pipeline_id: int | None = None

    @property
    def has_stages(self) -> bool:
        """Whether its items end something or not."""
        return self.name != SOURCES


def list_references(connection: Connection) -> list[Reference]:
    """Sources, stages of leads, and the stages of each pipeline."""
    rows = connection.execute(select(pipeline).order_by(pipeline.c.sort, pipeline.c.id)).all()
    more = [Reference(reference_of_pipeline(row.id), row.name, row.id) for row in rows]
    return [Reference(SOURCES), Reference(LEAD_STAGES), Reference(DEAL_STAGES, "", 0), *more]


def list_items(connection: Connection, reference: str) -> list[Any]:
    """The items of a list in their order, each with how many leads or deals have it."""
    counted = used(reference)
    query = select(status, counted.label("used")).where(status.c.entity_id == reference)
    return list(connection.execute(query.order_by(status.c.sort, status.c.id)))


def used(reference: str) -> Any:
    """How many leads or deals have the item of the row."""
    if reference == SOURCES:
        leads = select(func.count()).select_from(lead).where(lead.c.source_id == status.c.status_id)
        deals = select(func.count()).select_from(deal).where(deal.c.source_id == status.c.status_id)
        return leads.scalar_subquery() + deals.scalar_subquery()
    if reference == LEAD_STAGES:
        return select(func.count()).select_from(lead).where(lead.c.status_id == status.c.status_id).scalar_subquery()
    return select(func.count()).select_from(deal).where(deal.c.stage_id == status.c.status_id).scalar_subquery()


def save_item(connection: Connection, reference: str, item_id: int, name: str, semantics: str) -> None:
    """Write an item, new (`item_id` 0, at the end of those in work) or known (only its name)."""
    found = next((one for one in list_references(connection) if one.name == reference), None)
    if found is None or not name:
        raise Refused(name=N_("Write a name."))
    if item_id:
        mine = (status.c.id == item_id, status.c.entity_id == reference)
        connection.execute(update(status).where(*mine).values(name=name[:LONGEST_NAME]))
        return
    items = list_items(connection, reference)
    semantics = ("F" if semantics == "F" else "P") if found.has_stages else ""
    before = [row.sort for row in items if row.semantics == semantics or not found.has_stages]
    place = max(before, default=0) + 1
    prefix = f"C{found.pipeline_id}:" if found.pipeline_id else ""
    values = {"entity_id": reference, "status_id": f"{prefix}UC_{secrets.token_hex(3).upper()}", "sort": place}
    values |= {"name": name[:LONGEST_NAME], "name_init": "", "system": False, "semantics": semantics}
    connection.execute(insert(status).values(category_id=found.pipeline_id or None, **values))
    number_anew(connection, reference)


def move_up(connection: Connection, reference: str, item_id: int) -> None:
    """Let an item change places with the one above it, where both are in work or both ends."""
    items = list_items(connection, reference)
    place = next((number for number, row in enumerate(items) if row.id == item_id), 0)
    if not place or items[place].semantics != items[place - 1].semantics:
        return
    above, mine = items[place - 1], items[place]
    connection.execute(update(status).where(status.c.id == mine.id).values(sort=above.sort))
    connection.execute(update(status).where(status.c.id == above.id).values(sort=mine.sort))
    if above.sort == mine.sort:
        connection.execute(update(status).where(status.c.id == above.id).values(sort=mine.sort + 1))
    number_anew(connection, reference)


def number_anew(connection: Connection, reference: str) -> None:
    """Ten, twenty, thirty …: so that the next one fits between."""
    rows = connection.execute(
        select(status.c.id).where(status.c.entity_id == reference).order_by(status.c.sort, status.c.id)
    )
    for number, item_id in enumerate(rows.scalars().all(), start=1):
        connection.execute(update(status).where(status.c.id == item_id).values(sort=number * STEP))


def remove_item(connection: Connection, reference: str, item_id: int) -> None:
    """Take an item away that nothing has and that every portal does not need."""
    row = next((one for one in list_items(connection, reference) if one.id == item_id), None)
    if row is None:
        return
    if row.system:
        raise Refused(item=N_("Programs rely on this one, so it stays. It can be renamed."))
    if row.used:
        raise Refused(item=N_("Leads or deals have it. Move them first."))
    connection.execute(delete(status).where(status.c.id == item_id))


def save_pipeline(connection: Connection, pipeline_id: int, name: str, now: int) -> int:
    """Name a pipeline; a new one (`pipeline_id` 0) begins with the stages of the default one."""
    if not name:
        raise Refused(pipeline=N_("Write a name."))
    if pipeline_id:
        named = update(pipeline).where(pipeline.c.id == pipeline_id)
        connection.execute(named.values(name=name[:LONGEST_NAME]))
        return pipeline_id
    added = connection.execute(insert(pipeline).values(name=name[:LONGEST_NAME], created_at=now)).inserted_primary_key
    made = int(cast("tuple[int]", added)[0])
    for row in connection.execute(select(status).where(status.c.entity_id == DEAL_STAGES)).all():
        values = {"entity_id": reference_of_pipeline(made), "status_id": f"C{made}:{row.status_id}", "sort": row.sort}
        values |= {"name": row.name, "name_init": row.name_init, "system": row.system, "semantics": row.semantics}
        connection.execute(insert(status).values(category_id=made, color=row.color, **values))
    return made


def remove_pipeline(connection: Connection, pipeline_id: int) -> None:
    """Take a pipeline away that no deal is in, with its stages."""
    if connection.execute(select(deal.c.id).where(deal.c.category_id == pipeline_id).limit(1)).first() is not None:
        raise Refused(pipeline=N_("Deals are in this pipeline. Move them first."))
    connection.execute(delete(status).where(status.c.entity_id == reference_of_pipeline(pipeline_id)))
    connection.execute(delete(pipeline).where(pipeline.c.id == pipeline_id))
