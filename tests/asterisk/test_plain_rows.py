"""Plain rows are read as the `csv` module reads them, or not at all."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.asterisk.plain_rows import PlainRows
from cordboard.calls.cel import CelEvent

COLUMNS = ["eventtype", "eventtime", "uniqueid", "linkedid", "cid_name", "amaflags", "extra"]
texts = st.text(st.sampled_from('a1,"\\{}[]: \t\u0000ю\u2028'), max_size=9)


def as_written(*fields: str) -> str:
    """A line as `${CSV_QUOTE(…)}` writes it."""
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields)


def read(*lines: str, columns: list[str] = COLUMNS) -> list[CelEvent]:
    return PlainRows(columns).read(lines, lambda text, uniqueid, started: int(text))


def expected(line: str) -> CelEvent:
    [row] = csv.reader([line])
    named = dict(zip(COLUMNS, row, strict=True))
    return CelEvent(
        row[0], int(row[1]), row[2], row[3], cid_name=named["cid_name"], extra=named["extra"]
    )  # fmt: skip


@settings(max_examples=500)
@given(texts, texts)
def test_whatever_stands_in_a_field_is_read_rightly_or_refused(name: str, extra: str) -> None:
    line = as_written("HANGUP", "17", "1.1", "1.0", name, "3", "{" + extra if "{" in extra else extra)
    try:
        [event] = read(line)
    except ValueError:
        return

    assert expected(line) == event


def test_a_name_with_a_backslash_and_an_extra_with_quotation_marks_are_plain() -> None:
    line = as_written(
        "HANGUP", "17", "1.1", "1.0", "C:\\new", "3", '{"hangupcause":16,"hangupsource":"","text":"\\"x\\""}'
    )

    assert [expected(line)] == read(line)


@pytest.mark.parametrize(
    "lines",
    [
        [as_written("HANGUP", "17", "1.1", "1.0", 'OOO "Romashka"', "3", "")],
        [as_written("HANGUP", "17", "1.1", "", "Eva", "3", "")],
        [as_written("HANGUP", "17", "1.1", "1.0", "Eva", "3")],
        [as_written("HANGUP", "17", "1.1", "1.0", "Eva", "3", "", "more")],
        ['"HANGUP","17","1.1","1.0","two', 'lines","3",""'],
        ["HANGUP,17,1.1,1.0,Eva,3,"],
        ['"HANGUP","17","1.1","1.0","Eva",3,""'],
        ['"HANGUP";"17";"1.1";"1.0";"Eva";"3";""'],
        ['"HANGUP","17","1.1","1.0","Eva","3","{""hangup'],
        [""],
    ],
    ids=["quoted", "no linkedid", "short", "long", "line break", "bare", "number", "separator", "cut", "empty"],
)
def test_what_is_not_plain_is_refused_as_a_whole(lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(as_written("ANSWER", "16", "1.1", "1.0", "Eva", "3", ""), *lines)
