"""`cordboard schema`: the JSON Schema of an object others rely on.

Out:  the schema on standard output; the same text is published in `docs/reference/call_full.schema.json`.
"""

import json
import sys
from typing import Any, cast

import msgspec

from cordboard.calls.snapshot import CallFull

VERSION = "1"
OBJECTS: dict[str, Any] = {"call_full": CallFull}


def schema_text(name: str) -> str:
    """Return the schema of an object as indented JSON."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "version": VERSION,
        **msgspec.json.schema(OBJECTS[name]),
    }
    return json.dumps(_closed(schema), indent=2, ensure_ascii=False) + "\n"


def _closed(node: Any) -> Any:
    """Every object with named keys has these keys and no other."""
    if isinstance(node, dict):
        found = {key: _closed(value) for key, value in cast("dict[str, Any]", node).items()}
        return {**found, "additionalProperties": False} if "properties" in found else found
    return [_closed(part) for part in cast("list[Any]", node)] if isinstance(node, list) else node


def schema(name: str) -> int:
    """Print the JSON Schema of an object.

    Parameters
    ----------
    name
        Which object: call_full.
    """
    if name not in OBJECTS:
        print(f"cordboard schema: there is no object {name!r}; there is {', '.join(OBJECTS)}", file=sys.stderr)
        return 2
    sys.stdout.write(schema_text(name))
    return 0
