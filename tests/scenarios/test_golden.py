"""The golden `call_full` of every capture at each stage: unchanged, the same from both sources, and true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from golden import GOLDEN, golden_file, golden_lines, whole_lines
from judge import FOLDERS, name_of, played, truths, wrong_facts

from cordboard.cli.schema import schema_text

SCHEMA = jsonschema_rs.validator_for(json.loads(schema_text("call_full")))


def kept(folder: Path) -> list[dict[str, Any]]:
    return json.loads(golden_file(folder).read_text(encoding="utf-8"))


def cut_to_seconds(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`at` as a source without fractions of a second has it; the times of `call_full` are whole seconds anyway."""
    return [line | {"at": line["at"][:19] + line["at"][-6:]} for line in lines]


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_stage_of_a_capture_is_told_as_it_was_reviewed(folder: Path) -> None:
    expected = kept(folder)

    found = golden_lines(folder)

    assert expected == found, "if it is right: python tests/scenarios/golden.py --write, and review the difference"


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_ami_rows_tell_every_stage_as_the_file_does(folder: Path) -> None:
    expected = cut_to_seconds(kept(folder))

    found = golden_lines(folder, "ami.log")

    assert expected == found


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_the_golden_calls_are_what_the_telephones_measured(folder: Path) -> None:
    lines = [line for line in whole_lines(kept(folder)) if line["stage"] == "call_ended"]

    assert [] == [f"{call['linkedid']}: {fact}" for call in truths(folder) for fact in wrong_facts(call, lines)]


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_picture_fits_the_published_schema_with_its_keys_in_order(folder: Path) -> None:
    pictures = [line["call_full"] for line in played(folder, "cel.csv", "ledger", "stage")]

    assert [] == [error.message for full in pictures for error in SCHEMA.iter_errors(full)]
    assert [] == [keys for full in pictures for keys in keys_of(full) if keys != sorted(keys)]


def keys_of(value: Any, path: str = "") -> Iterator[list[str]]:
    """The keys of every object whose keys are ours: not of `extra`, and not the ids of conversations."""
    if isinstance(value, dict):
        if path not in ("conversations", "extra"):
            yield list(value)
        for key, part in value.items():
            yield from keys_of(part, key)


def test_no_golden_file_outlives_its_capture() -> None:
    assert {golden_file(folder) for folder in FOLDERS} == set(GOLDEN.glob("*/*.json"))
