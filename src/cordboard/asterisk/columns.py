"""Columns: which column of a file, a table or a JSON object is which field of `CelEvent`.

In:   the names as the site has them, in any case. Out: the names of `CelEvent`, in the same order.

The surprise: one field has many names. Old FreePBX tables say `eventextra`, `cel_custom` of Asterisk 20.19 and 22.9
says `cidnum` and `acctcode`, and its newest form `num` and `bridgepeer`. An alias counts only where the true name is
absent: an old FreePBX table has `channel` (of the CDR) beside `channame`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cordboard.calls.cel import CelEvent

FIELDS = CelEvent.__struct_fields__

#: without these no call can be followed
NEEDED = ("eventtype", "eventtime", "uniqueid", "linkedid")

ALIASES = {
    "acctcode": "accountcode",
    "ani": "cid_ani",
    "bridgepeer": "peer",
    "callerid_name": "cid_name",
    "callerid_num": "cid_num",
    "channel": "channame",
    "cidani": "cid_ani",
    "ciddnid": "cid_dnid",
    "cidname": "cid_name",
    "cidnum": "cid_num",
    "cidrdnis": "cid_rdnis",
    "dnid": "cid_dnid",
    "eventextra": "extra",
    "name": "cid_name",
    "num": "cid_num",
    "peeracct": "peeraccount",
    "rdnis": "cid_rdnis",
}


def field_names(columns: Iterable[str]) -> list[str]:
    """The field of each column; a column that is no field of ours keeps its own name in small letters."""
    names = [column.strip().lower() for column in columns]
    there = set(names)
    return [name if ALIASES.get(name, name) in there else ALIASES.get(name, name) for name in names]


def missing_fields(columns: Iterable[str]) -> list[str]:
    """The needed fields that no column gives."""
    there = set(field_names(columns))
    return [name for name in NEEDED if name not in there]
