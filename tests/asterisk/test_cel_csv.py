"""CSV files of Channel Event Logging, whole and damaged, in every form that sites write."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import cordboard.demo
from cordboard.asterisk.cel_csv import CsvRows, NoCel
from cordboard.calls.cel import CelEvent

CAPTURES = Path(cordboard.demo.__file__).parent / "captures"
DATABASES = Path(__file__).parent.parent / "captures" / "asterisk22-databases"
ANSWERED = (CAPTURES / "asterisk22" / "in-answered" / "cel.csv").read_text(encoding="utf-8")


def read(text: str, rows: CsvRows | None = None, piece: int = 1 << 20) -> list[CelEvent]:
    rows = rows or CsvRows()
    found = [event for at in range(0, len(text), piece) for event in rows.feed(text[at : at + piece])]
    return found + rows.finish()


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*/*/cel.csv")), ids=lambda path: path.parent.name)
def test_every_row_of_a_capture_is_read_field_for_field(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    events = read(text)

    expected = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["extra"] for row in expected] == [event.extra for event in events]
    assert [row["cid_name"] for row in expected] == [event.cid_name for event in events]
    assert [row["eventtime"].replace(".", "") for row in expected] == [str(event.eventtime) for event in events]


@pytest.mark.parametrize("piece", [1, 7, 100])
def test_pieces_of_any_length_give_the_same_events(piece: int) -> None:
    assert read(ANSWERED) == read(ANSWERED, piece=piece)


@pytest.mark.parametrize("name", ["mariadb_cel_microseconds", "postgresql_cel", "sqlite_cel"])
def test_local_times_with_microseconds_equal_epoch_times(name: str) -> None:
    expected = read((DATABASES / "cel.csv").read_text(encoding="utf-8"))

    events = read((DATABASES / f"{name}.csv").read_text(encoding="utf-8"))

    assert [event.eventtime for event in expected] == [event.eventtime for event in events]


def test_local_times_in_whole_seconds_are_cut_and_the_zone_is_found_from_the_uniqueids() -> None:
    expected = [event.eventtime // 1_000_000 for event in read((DATABASES / "cel.csv").read_text(encoding="utf-8"))]
    text = (DATABASES / "mariadb_cel_freepbx_layout.csv").read_text(encoding="utf-8")
    moscow = text.replace("2026-11-21 23:", "2026-11-22 02:")

    rows = CsvRows()
    found = [event.eventtime // 1_000_000 for event in read(moscow, rows)]

    assert expected == found
    assert rows.clock.utc_offset == 3 * 3600


def test_in_the_hour_that_comes_twice_the_uniqueid_decides() -> None:
    head = "eventtype,eventtime,uniqueid,linkedid\n"
    first, second = 1792888200, 1792891800
    row = '"CHAN_START","2026-10-25 02:30:00","{0}.1","{0}.1"\n'

    events = read(head + row.format(first) + row.format(second), CsvRows(timezone="Europe/Berlin"))

    assert [first, second] == [event.eventtime // 1_000_000 for event in events]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_any_separator_and_columns_from_the_settings(separator: str) -> None:
    rows = list(csv.reader(io.StringIO(ANSWERED, newline="")))
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows[1:])

    events = read(out.getvalue(), CsvRows(columns=rows[0]))

    assert read(ANSWERED) == events


def test_broken_and_cut_lines_are_told_by_number_and_the_rest_is_read() -> None:
    lines = ANSWERED.splitlines(keepends=True)
    lines[3] = lines[3][:40] + "\n"
    lines[6] = '"HANGUP","yesterday",' + lines[6].split(",", 2)[2]
    lines[-1] = lines[-1][:60]

    rows = CsvRows()
    events = read("".join(lines), rows)

    assert [4, 7, 19] == [line.number for line in rows.broken]
    assert "eventtime 'yesterday'" in rows.broken[1].reason
    assert len(lines) - 4 == len(events)


def test_a_last_line_without_a_line_break_is_a_row_if_it_is_whole() -> None:
    assert read(ANSWERED) == read(ANSWERED.rstrip("\n"))


def test_a_field_may_hold_a_line_break() -> None:
    head = "eventtype,eventtime,uniqueid,linkedid,userfield\n"
    row = '"{}","1795304271.944487","1795304271.0","1795304271.0","{}"\n'

    events = read(head + row.format("ONE", "two\nlines") + row.format("TWO", ""), piece=90)

    assert [("ONE", "two\nlines"), ("TWO", "")] == [(event.eventtype, event.userfield) for event in events]


@pytest.mark.parametrize(
    "text", ["", "hello\n", "a,b,c\n1,2,3\n", '{"eventtype": "ANSWER"}\n', "eventtype,eventtime,cid_num,uniqueid\n"]
)
def test_what_is_no_cel_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(NoCel):
        read(text)
