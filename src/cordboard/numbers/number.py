"""Number: one telephone number with everything a CRM may ask about it.

Out:  the five keys of `call_full`, in alphabetical order.
"""

import msgspec


class Number(msgspec.Struct, frozen=True):
    """A telephone number as `call_full` shows it."""

    base: str  #: without the prefix of the numbering plan
    custom: str  #: after autosubstitution or a customization; "" = none
    is_local: bool  #: an internal number
    original: str  #: exactly as Asterisk gave it
    variants: tuple[str, ...]  #: base, then prefix + base for each configured prefix

    @property
    def spoken(self) -> str:
        """The number to use outside: `custom` first, else `original`."""
        return self.custom or self.original


EMPTY = Number("", "", False, "", ())
