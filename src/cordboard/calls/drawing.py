"""Drawing: the parts of documents that are made from the tables of the code.

In:   the text of a page. Out: the same text with its pictures drawn anew.
`python -m cordboard.calls.drawing`, in the root of the tree, writes them; a test says when they are stale.
"""

from pathlib import Path

from cordboard.calls.states import draw
from cordboard.calls.tracker import EFFECTS

README = Path(__file__).with_name("README.md")
#: of the source tree, from its root
STATES_PAGE = "docs/explanation/call-states.md"
SCHEMA = "docs/reference/call_full.schema.json"


def effects_table() -> str:
    """Return which event wakes which rule, as a table."""
    rows = ["| event | rule |", "| --- | --- |"]
    for event, rule in sorted(EFFECTS.items()):
        place = rule.__module__.rpartition(".")[2]
        name = f"{place}.{rule.__name__}".replace("tracker._", "answer.")
        rows.append(f"| {event} | `{name}` |")
    return "\n".join(rows)


def drawn(text: str) -> str:
    """Return the text with its marked parts made from today's tables."""
    parts = {"states": f"```mermaid\n{draw()}\n```", "effects": effects_table()}
    for name, part in parts.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not end:
            continue
        text = f"{before}{begin}{part}\n{end}{after}"
    return text


if __name__ == "__main__":
    for page in (README, Path(STATES_PAGE)):
        page.write_text(drawn(page.read_text(encoding="utf-8")), encoding="utf-8")
