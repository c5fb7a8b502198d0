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


def test_each_rule_shows_its_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "cordboard.toml"
    rules = """
[numbers]
prefixes = ["+7"]
[[numbers.replace]]
pattern = '^\\+7(\\d{10})$'
substitution = "8$1"
[[numbers.replace]]
pattern = "^8900"
substitution = "${0}-"
applies = "both"
[[numbers.replace]]
pattern = "^1"
substitution = "2"
applies = "user"
"""
    config.write_text(rules.replace("\\\\", "\\"), encoding="utf-8")

    assert 0 == number("+79001234567", config=config)
    client = json.loads(capsys.readouterr().out)
    assert 0 == number("101", config=config)
    user = json.loads(capsys.readouterr().out)

    assert ["9001234567", "89001234567", "8900-1234567"] == [step["after"] for step in client["steps"][1:]]
    assert "8900-1234567" == client["number"]["custom"]
    assert ("numbers.replace[2] ^1 → 2", "201") == (user["steps"][-1]["rule"], user["number"]["custom"])
