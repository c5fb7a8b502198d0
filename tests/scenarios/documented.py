"""Documented: a document with a table in it that a script measures, and a test that finds it stale.

In:   the document, what measures. Out: the document with the table of today.
"""

from collections.abc import Callable
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2] / "docs" / "explanation"
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->"


def with_table(page: str, table: str) -> str:
    """The page with this table in its place."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}{table}{end}{after}"


def main(arguments: list[str], page: Path, table: Callable[[], str]) -> int:
    """Print the table, or with `--write` put it into its document."""
    if "--write" in arguments:
        page.write_text(with_table(page.read_text(encoding="utf-8"), table()), encoding="utf-8")
    else:
        print(table())
    return 0
