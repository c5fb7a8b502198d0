"""Switches: how the portal behaves where Bitrix24 leaves a choice, or where an integrator wants another one.

In:   a name and a value of any type, as a page, a command or a method sends it. Out: the value in its own type.
Names, types and first values are those of the table `[portal.switches]` of the settings; what somebody changes is kept
in the database and counts from then on.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from cordboard.portal.tables import setting
from cordboard.settings import Switches

__all__ = ["NAMES", "SwitchRefused", "checked", "read_switches", "write_switch"]

NAMES: tuple[str, ...] = Switches.__struct_fields__


class SwitchRefused(ValueError):
    """There is no such switch, or the value makes no sense for it; the message says which would."""


def checked(name: str, value: object) -> Any:
    """The value in the switch's own type; texts of a form (`true`, `3`) are understood."""
    if name not in NAMES:
        raise SwitchRefused(f"there is no switch {name}; there are {', '.join(NAMES)}")
    try:
        return getattr(msgspec.convert({name: value}, Switches, strict=False), name)
    except msgspec.ValidationError as error:
        raise SwitchRefused(f"{name}: {str(error).partition(' - at')[0]}") from error


def read_switches(connection: Connection) -> dict[str, Any]:
    """What was changed in this portal, by name; values that make no sense any more are left out."""
    found: dict[str, Any] = {}
    for row in connection.execute(select(setting.c.name, setting.c.value)):
        try:
            found[row.name] = checked(row.name, row.value)
        except SwitchRefused:  # written by another release, or by hand
            continue
    return found


def write_switch(connection: Connection, name: str, value: Any) -> None:
    """Keep a checked value."""
    connection.execute(delete(setting).where(setting.c.name == name))
    connection.execute(insert(setting).values(name=name, value=value))
