"""Telephone numbers of clients as Bitrix24 compares them: cleaning, and the key of the index.

In:   the text somebody typed. Out: the cleaned text (stored with calls) or the index key (found by).
The surprise: these are two treatments; ``8 (900) …`` is cleaned to ``8900…`` and indexed as ``7900…``, and a local
number of ten digits that begins with 8 is damaged on purpose, as the original does.
"""

from __future__ import annotations

import re

__all__ = ["clean", "index_key", "reversed_digits"]

_FOREIGN = re.compile(r"[^0-9#*+,;]")
_EXTENSION = re.compile(r"(\d+)[;#,][0-9#*+,;]*")
_LONG = 10


def clean(text: str) -> str:
    """Keep digits and `# * + , ;`."""
    return _FOREIGN.sub("", text)


def index_key(text: str) -> str:
    """The key under which a number is found."""
    if len(text) >= _LONG and text.startswith("+8"):
        text = "00" + text[1:]
    key = _FOREIGN.sub("", text).replace("+", "")
    if len(key) >= _LONG:
        key = _without_trunk_prefix(key)
    return _EXTENSION.sub(r"\1", key)


def reversed_digits(text: str) -> str:
    """All digits backwards: finds by last digits."""
    return "".join(reversed([letter for letter in text if letter.isdigit() and letter.isascii()]))


def _without_trunk_prefix(key: str) -> str:
    if key.startswith(("80", "81", "82")):
        return key
    for prefix, instead in (("00", ""), ("011", ""), ("8", "7"), ("0", "")):
        if key.startswith(prefix):
            return instead + key[len(prefix) :]
    return key
