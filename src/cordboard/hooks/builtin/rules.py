"""Rules: the part of the settings that our own customizations read."""

from __future__ import annotations

import msgspec

from cordboard.settings import Line, Numbers, Register


class Rules(msgspec.Struct, frozen=True):
    """What the settings say."""

    numbers: Numbers = Numbers()
    register: Register = Register()
    lines: tuple[Line, ...] = ()
    record_name: str = ""
