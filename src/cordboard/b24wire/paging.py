"""Paging of lists: fifty rows, `start`, `next` and `total`.

In:   a start offset as asked for, the rows found, the number of rows there are.
Out:  a ``Page`` for the envelope.

The surprise: ``start=-1`` is no offset but the fast way: up to fifty rows, nothing counted, `total` 0 and no `next`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PAGE_SIZE", "UNCOUNTED", "Page", "offset_of", "page"]

PAGE_SIZE = 50
#: The `start` that asks for rows without counting.
UNCOUNTED = -1


@dataclass(frozen=True, slots=True)
class Page:
    """A method's result with what the envelope says beside it."""

    result: object
    #: All rows that match, 0 when not counted.
    total: int
    #: Offset of the next page, None on the last.
    next: int | None = None


def offset_of(start: int) -> int:
    """The first row's offset for a `start` as asked for."""
    return max(start, 0)


def page(rows: list[object], start: int, total: int, result: object = None) -> Page:
    """The page of `rows` found at `start`; `result` when the rows are nested (`{"items": rows}`)."""
    shown = rows if result is None else result
    if start == UNCOUNTED:
        return Page(shown, 0)
    following = offset_of(start) + len(rows)
    return Page(shown, total, following if rows and following < total else None)
