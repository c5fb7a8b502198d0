"""What is wrong with a form, by field; each sentence is a key of the catalogue."""

from __future__ import annotations

__all__ = ["N_", "Refused"]


class Refused(Exception):
    """A form that makes no sense yet; nothing was written."""

    def __init__(self, **errors: str) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def N_(text: str) -> str:
    return text
