"""The same three calls, as each back end of a real Asterisk stored them, are the same calls when they are replayed.

They stand in `captures/asterisk22-databases`; here they are put into real databases, and into JSON lines, as Asterisk
does it: row for row, in the same order.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import cel_servers as servers
import msgspec
import pytest
from cel_sources import Source, json_line

from cordboard.cli.replay import from_arguments

#: what the narrow table cannot know: without `exten`, `cid_dnid` and `appdata` nothing says what was dialled
UNKNOWN_TO_NARROW = {"to", "trunk"}


def calls_of(url: str, out: pytest.CaptureFixture[bytes]) -> list[dict[str, Any]]:
    assert 0 == from_arguments([url, "--every", "stage"])
    lines = [msgspec.json.decode(line) for line in out.readouterr().out.splitlines()]
    for line in lines:
        line["at"] = line["at"][:19]  # a whole second is all that FreePBX's table holds
    return lines


@pytest.mark.parametrize(
    "name", ["json", "json-asterisk", "sqlite", "postgresql", "mariadb-freepbx", "mariadb-wide", "mariadb-old-names"]
)
def test_every_wide_source_tells_the_same_calls(
    name: str, make: Callable[[str], Source], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, expected = make(name), make("csv")
    expected.write(expected.rows)

    source.write(source.rows)

    assert calls_of(expected.url, capsysbinary) == calls_of(source.url, capsysbinary)


def test_a_narrow_table_tells_the_same_people_and_times(
    make: Callable[[str], Source], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, wide = make("mariadb-microseconds"), make("csv")
    wide.write(wide.rows)

    source.write(source.rows)

    assert known(calls_of(wide.url, capsysbinary)) == known(calls_of(source.url, capsysbinary))


def known(value: Any) -> Any:
    """What is left of stages without the fields that a narrow table cannot know."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: known(field) for name, field in fields.items() if name not in UNKNOWN_TO_NARROW}
    return [known(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def test_the_zone_of_local_times_is_found_and_makes_the_same_moments(
    make: Callable[[str], Source], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, utc = make("mariadb-freepbx"), make("csv")
    utc.write(utc.rows)
    for row in source.rows:
        row["eventtime"] = str(datetime.fromisoformat(row["eventtime"]) + timedelta(hours=3))

    source.write(source.rows)

    moments = [(line["stage"], line["at"]) for line in calls_of(utc.url, capsysbinary)]
    assert [
        (stage, str(datetime.fromisoformat(at) + timedelta(hours=3)).replace(" ", "T")) for stage, at in moments
    ] == [(line["stage"], line["at"]) for line in calls_of(source.url, capsysbinary)]


def test_a_cut_object_is_told_by_its_line_and_the_one_behind_it_is_read(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [json_line(row) for row in servers.rows_of("cel.csv")]
    path = tmp_path / "cel.jsonl"
    path.write_text("\n".join([lines[0], lines[1][:80] + lines[2], *lines[3:], lines[3][:40]]), encoding="utf-8")

    code = from_arguments([str(path)])

    said = capsysbinary.readouterr()
    assert 6 == code
    assert [f"{path}:2: the object is cut", f"{path}:{len(lines)}: the object is cut"] == said.err.decode().splitlines()
    assert b"call_ended" in said.out


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("sqlite:///{folder}/nothing.db", 4, "unable to open database file"),
        ("sqlite:///{folder}/other.db", 2, "has no table with the columns eventtype"),
        ("sqlite:///{folder}/other.db?table=cel", 2, "has no table 'cel' (there: contact)"),
        ("mysql://reader:geheim@127.0.0.1:1/asteriskcdrdb", 4, "mysql://reader:***@127.0.0.1:1/asteriskcdrdb"),
        ("postgresql://reader:geheim@127.0.0.1:1/", 4, "the address names no database"),
        ("oracle://reader:geheim@127.0.0.1/x", 4, "oracle:// is no source"),
        ("{folder}/other.jsonl", 2, "no line of it is a CEL object"),
    ],
)
def test_what_cannot_be_read_is_told_by_the_exit_code_and_without_the_password(
    tmp_path: Path, url: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT)")
    (tmp_path / "other.jsonl").write_text('{"name": "soap"}\n', encoding="utf-8")

    assert code == from_arguments([url.format(folder=tmp_path)])

    said = capsys.readouterr().err
    assert words in said
    assert "geheim" not in said
    assert not (tmp_path / "nothing.db").exists()


def test_a_broken_row_is_told_by_its_id_and_the_rest_is_read(
    make: Callable[[str], Source], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = make("sqlite")
    source.write([*source.rows[:2], source.rows[2] | {"eventtime": "yesterday"}, *source.rows[3:]])

    assert 6 == from_arguments([source.url])

    said = capsysbinary.readouterr()
    assert f"{source.url}:3: eventtime 'yesterday' is neither" in said.err.decode()
    assert b"call_ended" in said.out
