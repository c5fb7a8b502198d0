"""Which captured calls the demo plays, with what is true of each.

In:   `playlist.toml` and the captures beside it. Out: `DemoCall`s, in the order of the list.
"""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from cordboard.asterisk.played_call import Script, read_script

HERE = Path(__file__).parent
CAPTURES = HERE / "captures"

#: directions that are registered in a CRM (`[register] local` is off by default)
REGISTERED = ("incoming", "outgoing")


class DemoCall(msgspec.Struct, frozen=True):
    """One captured call that can be played again and again."""

    name: str
    script: Script
    linkedid: str
    direction: str
    #: the client's number as the capture has it; empty in a local call
    client: str

    @property
    def is_registered(self) -> bool:
        """Whether the CRM is to know it."""
        return self.direction in REGISTERED


def read_playlist(path: Path = HERE / "playlist.toml") -> list[DemoCall]:
    """All calls of the list."""
    playlist = tomllib.loads(path.read_text(encoding="utf-8"))
    calls = [call for capture in playlist.get("captures", []) for call in whole_capture(capture)]
    for cut in playlist.get("cut", []):
        calls += cut_calls(cut["capture"], frozenset(cut["kinds"]))
    return calls


def whole_capture(capture: str) -> list[DemoCall]:
    """The calls of a capture of one scenario."""
    folder = CAPTURES / capture
    truth = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    return [call_of(capture, folder, call, call.get("absorbed", [])) for call in truth["call"]]


def cut_calls(capture: str, kinds: frozenset[str]) -> list[DemoCall]:
    """The calls of these kinds from a capture of many, by its table of truth."""
    folder = CAPTURES / capture
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in kinds]
    return [call_of(f"{capture}/{row['kind']}-{row['n']}", folder, row, []) for row in rows]


def call_of(name: str, folder: Path, truth: dict[str, Any], absorbed: list[str]) -> DemoCall:
    linkedid, direction = truth["linkedid"], truth["direction"]
    client = {"incoming": truth["caller"], "outgoing": truth.get("to") or truth["dialled"]}.get(direction, "")
    return DemoCall(name, read_script(folder, frozenset([linkedid, *absorbed])), linkedid, direction, client)
