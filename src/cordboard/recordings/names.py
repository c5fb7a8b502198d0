"""Names: how the recording of a call may be called, where no row names it.

Pure. In: the template of the settings, the facts of the call. Out: patterns below the folders, the likeliest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from cordboard.flow.after_finish import FindRecording


def patterns(template: str, call: FindRecording) -> Iterator[str]:
    """The template filled in: for the call itself, then for each of its conversations.

    >>> call = FindRecording((), "1.1", ("1.2",), "2024-03-05T10:00:07+03:00", "79161234567", "101", 0)
    >>> list(patterns("{year}/{month}/*-{uniqueid}.*", call))
    ['2024/03/*-1.1.*', '2024/03/*-1.2.*']
    """
    start = datetime.fromisoformat(call.start)
    told = set[str]()
    for uniqueid in (call.linkedid, *call.uniqueids):
        values = {
            "year": f"{start:%Y}",
            "month": f"{start:%m}",
            "day": f"{start:%d}",
            "hour": f"{start:%H}",
            "minute": f"{start:%M}",
            "second": f"{start:%S}",
            "linkedid": call.linkedid,
            "uniqueid": uniqueid,
            "src": call.source,
            "dst": call.destination,
        }
        pattern = re.sub(r"{([^{}]*)}", lambda word: literal(values.get(word[1], word[0])), template)  # noqa: B023
        if pattern not in told:
            told.add(pattern)
            yield pattern


def literal(value: str) -> str:
    """A value that stands for itself in a pattern and for no folder."""
    return re.sub(r"([*?\[])", r"[\1]", value.replace("/", "_"))
