"""`cordboard number`: what the numbering rules make of a number."""

import json
from pathlib import Path

import pytest

from cordboard.cli.number import number


def test_a_number_is_shown_with_the_prefix_that_was_taken_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "cordboard.toml"
    config.write_text('[numbers]\nprefixes = ["+7", "8"]\n', encoding="utf-8")

    assert 0 == number("+7 900 123-45-67", config=config)

    shown = json.loads(capsys.readouterr().out)
    assert ("+7", "9001234567") == (shown["prefix"], shown["number"]["base"])
    assert ["9001234567", "+79001234567", "89001234567"] == shown["number"]["variants"]
