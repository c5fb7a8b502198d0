"""One call as a real Asterisk wrote it at once in every form that `cel_custom.conf` can ask for, and that file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cordboard.asterisk.cel_csv import CsvRows, NoCel
from cordboard.asterisk.cel_custom_conf import read_conf, written_by
from cordboard.asterisk.cel_json import JsonRows
from cordboard.asterisk.csv_form import Form
from cordboard.calls.cel import CelEvent
from cordboard.calls.tracker import CallTracker
from cordboard.cli.replay import run
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Cel, Pbx

FORMS = Path(__file__).parent.parent / "captures" / "cel-forms"
CONF = FORMS / "cel_custom.conf"
FILES = sorted(path for path in FORMS.glob("cel*") if path.suffix in (".csv", ".tsv", ".json"))
NAME = r"ООО \"Ромашка\", отдел 2"  # the backslashes are Asterisk's own: it keeps a SIP name as it came

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def told(path: Path, cel: Cel) -> dict[str, Any]:
    out = io.BytesIO()
    tracker = CallTracker(NumberingPlan(["+7", "7", "8"], [r"^\d{3}$"]), timezone="UTC")
    assert 0 == run([str(path)], tracker, Pbx(timezone="UTC", cel=cel), "end", "ledger", out.write)
    lines = (msgspec.json.decode(line) for line in out.getvalue().splitlines())
    return {line["linkedid"]: line["call_full"] for line in lines}


def events_of(path: Path) -> list[CelEvent]:
    written = read_conf(str(CONF), path.name)
    rows = JsonRows("UTC") if path.suffix == ".json" else CsvRows(written.columns, "UTC", form=written.form)
    events = [*rows.feed(path.read_text(encoding="utf-8")), *rows.finish()]
    assert [] == rows.broken
    return events


@each_file
def test_every_form_tells_the_same_call(path: Path) -> None:
    expected = told(FORMS / "cel.csv", Cel(url="", columns_from=str(CONF)))

    assert 1 == len(expected)
    assert expected == told(path, Cel(url="", columns_from=str(CONF)))


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix != ".json"], ids=lambda path: path.name)
def test_separator_and_quotation_marks_are_found_where_only_the_columns_are_named(path: Path) -> None:
    columns = read_conf(str(CONF), path.name).columns

    assert told(FORMS / "cel.csv", Cel(url="", columns_from=str(CONF))) == told(path, Cel(url="", columns=columns))


@each_file
def test_a_name_with_quotation_marks_and_a_comma_is_read_as_asterisk_has_it(path: Path) -> None:
    first = events_of(path)[0]

    assert first.cid_name == ("" if path.name == "cel-numbers.json" else NAME)
    assert "79161020001" == first.cid_num


@each_file
def test_extra_is_the_same_object_in_every_form(path: Path) -> None:
    expected = [event.extra for event in events_of(FORMS / "cel.csv")]

    assert expected == [event.extra for event in events_of(path)]
    assert any("bridge_id" in extra for extra in expected)


def test_a_mapping_of_functions_names_its_columns_in_order() -> None:
    text = """
    [mappings]
    ; Master.csv => ${CSV_QUOTE(${eventtype})}
    /var/log/cel/Site.csv => ${eventtype}\\;"${eventtime}"\\;${CALLERID(number)}\\;${CHANNEL(peer)}\\;${QUOTE(${X})}\\;x
    """

    written = written_by(text, "Site.csv")

    assert ("eventtype", "eventtime", "cid_num", "peer", "x") == written.columns
    assert Form(";") == written.form


def test_a_file_under_another_name_is_the_only_one_that_is_told_of() -> None:
    text = (
        "[cel_master.csv]\nseparator_character = |\nfields = EventType , EventTime(%F %T^noquote),UniqueID,LinkedID\n"
    )

    written = written_by(text, "mounted.csv")

    assert ("eventtype", "eventtime", "uniqueid", "linkedid") == written.columns
    assert Form("|") == written.form


def test_a_conf_that_tells_nothing_of_the_file_says_of_which_it_does() -> None:
    with pytest.raises(NoCel, match=r"cel.csv, cel.json, .* not of Master.csv"):
        read_conf(str(CONF), "Master.csv")


def test_a_conf_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gone.conf \(columns_from\) cannot be read: No such file"):
        read_conf(str(tmp_path / "gone.conf"), "cel.csv")
