"""Drawing: the parts of documents that are made from the tables of the code.

In:   the text of `calls/README.md`. Out: the same text with its pictures drawn anew.
`python -m cordboard.calls.drawing` writes them; a test says when they are stale.
"""

import re
from pathlib import Path

from cordboard.calls.states import draw
from cordboard.calls.tracker import EFFECTS

README = Path(__file__).with_name("README.md")
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
        text = re.sub(f"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)", lambda m, part=part: f"{m[1]}{part}\n<!-- /{name} -->", text, flags=re.DOTALL)
    return text


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
