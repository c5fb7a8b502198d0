"""Table: what all tables of the settings have in common."""

from __future__ import annotations

import msgspec


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of the file; an unknown key is an error, since it is nearly always a typing mistake."""
