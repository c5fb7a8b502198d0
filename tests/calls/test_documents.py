"""What is drawn or printed from the code is fresh, and the documented example fits the published schema.

`python -m cordboard.calls.drawing` writes the generated parts anew.
"""

import json
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest

from cordboard.calls.drawing import README, SCHEMA, STATES_PAGE, drawn
from cordboard.calls.snapshot import CallFull
from cordboard.cli.schema import schema, schema_text

ROOT = Path(__file__).parents[2]
EXAMPLE = json.loads((Path(__file__).parent / "fixtures" / "call_full_talking.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [README, ROOT / STATES_PAGE], ids=["README.md", "call-states.md"])
def test_the_pictures_are_drawn_from_todays_tables(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert drawn(text) == text


def test_the_published_schema_is_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == schema("call_full")

    assert (ROOT / SCHEMA).read_text(encoding="utf-8") == capsys.readouterr().out


def test_the_documented_example_fits_the_schema() -> None:
    validator = jsonschema_rs.validator_for(json.loads(schema_text("call_full")))

    assert [] == [error.message for error in validator.iter_errors(EXAMPLE["call_full"])]


def test_the_schema_refuses_a_missing_and_an_unknown_key() -> None:
    validator = jsonschema_rs.validator_for(json.loads(schema_text("call_full")))
    full = EXAMPLE["call_full"]

    assert not validator.is_valid({key: value for key, value in full.items() if key != "record"})
    assert not validator.is_valid({**full, "more": 1})


def test_the_documented_example_is_read_and_written_back_the_same_with_its_keys_in_order() -> None:
    full = msgspec.convert(EXAMPLE["call_full"], CallFull)

    assert (
        json.dumps(EXAMPLE["call_full"], ensure_ascii=False, separators=(",", ":"))
        == msgspec.json.encode(full).decode()
    )


def test_an_object_that_does_not_exist_is_refused_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == schema("nothing")

    assert "call_full" in capsys.readouterr().err
