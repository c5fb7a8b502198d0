"""Stages of leads and deals: what a new stage says about the outcome.

In:   the columns about to be written. Out: the same with semantics, closing date and who moved it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from cordboard.portal.tables import status

__all__ = ["apply_stage", "reference_of_pipeline"]


def reference_of_pipeline(category_id: int) -> str:
    """The reference list that holds a pipeline's stages."""
    return f"DEAL_STAGE_{category_id}" if category_id else "DEAL_STAGE"


def apply_stage(connection: Connection, kind: str, values: dict[str, Any], user_id: int, now: int) -> None:
    """Complete `values` where they set a stage; a deal in another pipeline begins with that one's first."""
    if kind == "DEAL":
        category = values.get("category_id") or 0
        if category and not values.get("stage_id"):
            values["stage_id"] = f"C{category}:NEW"
        _apply(connection, values, "stage_id", f"DEAL_STAGE_{_pipeline(values)}", user_id, now)
    elif kind == "LEAD":
        _apply(connection, values, "status_id", "STATUS", user_id, now)


def _pipeline(values: dict[str, Any]) -> str:
    """The pipeline a stage's id names: `C3:NEW` → 3; a plain one is the default's."""
    prefix = str(values.get("stage_id", "")).partition(":")[0]
    return prefix[1:] if prefix[:1] == "C" and prefix[1:].isdigit() else ""


def _apply(connection: Connection, values: dict[str, Any], column: str, reference: str, user_id: int, now: int) -> None:
    stage = values.get(column)
    if not stage:
        values.pop(column, None)
        return
    reference = reference.rstrip("_")
    known = (status.c.entity_id == reference, status.c.status_id == stage)
    semantics = connection.execute(select(status.c.semantics).where(*known)).scalar()
    outcome = semantics if semantics in ("S", "F") else "P"
    prefix = "status" if column == "status_id" else "stage"
    values[f"{prefix}_semantic_id"] = outcome
    values |= {"moved_by_id": user_id, "moved_time": now}
    if column == "status_id":
        values["date_closed"] = None if outcome == "P" else now
    else:
        values["closed"] = outcome != "P"
