"""Ledgers: from the address of a source to the one that follows it. One shape for all (`source.py`).

In:   the address as the settings have it: a path, `file://…`, or a database URL.
Out:  a ledger, not begun. ValueError with a sentence where the address is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cordboard.asterisk.address import TABLES, is_table
from cordboard.asterisk.csv_follower import CsvFollower, JsonFollower
from cordboard.asterisk.local_time import Utc
from cordboard.asterisk.source import Ledger

JSON_ENDS = (".json", ".jsonl", ".ndjson")
FILES = frozenset({"", "file", "csv", "json", "jsonl"})


def ledger_for(
    url: str, columns: Sequence[str] = (), start: str = "now", *,
    columns_from: str = "", timezone: str | None = None, utc: Utc = "auto",
) -> Ledger:  # fmt: skip
    """The follower of a table, of JSON lines (by the file's name or `json://`), else of a CSV file."""
    if is_table(url):
        from cordboard.asterisk.table_follower import TableFollower  # SQLAlchemy is heavy, and files need none of it

        return TableFollower(url, start, timezone=timezone, utc=utc)
    address = urlsplit(url)
    if address.scheme not in FILES:
        raise ValueError(f"{address.scheme}:// cannot be followed; give a file's path or {', '.join(sorted(TABLES))}")
    path = Path(unquote(address.path)) if address.scheme else Path(url)
    if address.scheme in {"json", "jsonl"} or (address.scheme != "csv" and path.name.endswith(JSON_ENDS)):
        return JsonFollower(path, (), start, timezone=timezone, utc=utc)
    return CsvFollower(path, columns, start, columns_from=columns_from, timezone=timezone, utc=utc)
