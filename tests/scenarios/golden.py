"""Golden: what the call model tells of each capture, stage by stage, kept as files that a person has read.

In:   a capture's folder.
Out:  `golden/<version>/<scenario>.json`: one line per stage; the first of a call with its whole `call_full`, the
      later ones with what changed since, by path. That is what a reviewer reads, and nothing is left out.

`python tests/scenarios/golden.py --write` writes them anew; without `--write` it names those that differ.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from judge import FOLDERS, name_of, played

GOLDEN = Path(__file__).parent / "golden"


def golden_file(folder: Path) -> Path:
    return GOLDEN / f"{name_of(folder)}.json"


def golden_lines(folder: Path, source: str = "cel.csv") -> list[dict[str, Any]]:
    """The stages of a capture, each call's first with its `call_full` and the others with what changed."""
    before: dict[str, dict[str, Any]] = {}
    return [shortened(line, before) for line in played(folder, source, "ledger", "stage")]


def shortened(line: dict[str, Any], before: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The line with what changed since `before`, which learns of it; an absorbed call is shown under its own id."""
    full = line.pop("call_full")
    key = full["channel"]["id"]
    now = dict(flat(full))
    if key not in before:
        before[key] = now
        return line | {"call_full": full}
    changed = {path: value for path, value in now.items() if before[key].get(path, ...) != value}
    before[key] = now
    return line | {"changed": changed}


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its path; ids have dots, so parts are joined by slashes; a number and an `extra` are one value."""
    if isinstance(value, dict) and value and "original" not in value and not path.endswith("/extra"):
        for key, part in value.items():
            yield from flat(part, f"{path}/{key}" if path else key)
    else:
        yield path, value


def whole_lines(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The lines of a golden file with their whole `call_full` again."""
    before: dict[str, Any] = {}
    for line in lines:
        if "call_full" in line:
            full = line["call_full"]
        else:
            key = line.get("absorbed") or line["linkedid"]
            full = json.loads(json.dumps(before[key]))
            for path, value in line["changed"].items():
                *parts, last = path.split("/")
                place = full
                for part in parts:
                    place = place.setdefault(part, {})
                place[last] = value
        before[full["channel"]["id"]] = full
        yield {key: value for key, value in line.items() if key != "changed"} | {"call_full": full}


def as_text(lines: list[dict[str, Any]]) -> str:
    """JSON with one stage per line."""
    rows = [json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for line in lines]
    return "[\n" + ",\n".join(rows) + "\n]\n"


def main(arguments: list[str]) -> int:
    stale = 0
    for folder in FOLDERS:
        path, text = golden_file(folder), as_text(golden_lines(folder))
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(path.relative_to(GOLDEN))
        if "--write" in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 0 if "--write" in arguments else min(stale, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
