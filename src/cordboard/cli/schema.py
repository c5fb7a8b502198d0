"""`cordboard schema`: the JSON Schema of an object others rely on.

Out:  the schema on standard output; the same texts are published as `docs/reference/{call_full,hooks}.schema.json`.
"""

import json
import sys
from typing import Any, cast

import msgspec

from cordboard.calls.snapshot import CallFull

VERSION = "1"
#: the payloads and answers of all points in one
HOOKS = "hooks"


def objects() -> dict[str, Any]:
    """Each object by its name: `call_full`, and payload and answer of each point."""
    from cordboard.hooks.specs import POINTS

    payloads = {f"{point.name}.payload": point.payload for point in POINTS.values()}
    answers = {f"{point.name}.answer": point.answer for point in POINTS.values()}
    return {"call_full": CallFull, **payloads, **answers}


def schema_text(name: str) -> str:
    """Return the schema of an object as indented JSON."""
    known = objects()
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name, "version": VERSION}
    if name == HOOKS:
        names = [one for one in known if one != "call_full"]
        schemas, parts = msgspec.json.schema_components([known[one] for one in names])
        schema: dict[str, Any] = {**about, "properties": dict(zip(names, schemas, strict=True)), "$defs": parts}
        text = json.dumps(schema, indent=2, ensure_ascii=False).replace("#/components/schemas/", "#/$defs/")
        return text + "\n"
    schema = {**about, **msgspec.json.schema(known[name])}
    # a payload may hold more than we name: the CRM has more fields
    return json.dumps(_closed(schema) if name == "call_full" else schema, indent=2, ensure_ascii=False) + "\n"


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
        Which object: call_full, hooks (all of them), or such as need_registration.payload, need_registration.answer.
    """
    if name not in (known := [*objects(), HOOKS]):
        print(f"cordboard schema: there is no object {name!r}; there is {', '.join(known)}", file=sys.stderr)
        return 2
    sys.stdout.write(schema_text(name))
    return 0
