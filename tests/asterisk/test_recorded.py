"""Recorded AMI streams: the rows in them are the rows of the file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import cordboard.demo
from cordboard.asterisk.ami.recorded import RecordedStream
from cordboard.asterisk.cel_csv import CsvRows

CAPTURES = Path(cordboard.demo.__file__).parent / "captures"


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*/*/ami.log")), ids=lambda path: path.parent.name)
def test_ami_gives_the_rows_of_the_file_in_whole_seconds(path: Path) -> None:
    rows = CsvRows()
    text = (path.parent / "cel.csv").read_text(encoding="utf-8")
    expected = [
        msgspec.structs.replace(row, eventtime=row.eventtime // 1_000_000 * 1_000_000)
        for row in rows.feed(text) + rows.finish()
    ]

    stream = RecordedStream()
    data = path.read_bytes()
    found = list(stream.events(data[at : at + 4096] for at in range(0, len(data), 4096)))

    assert expected == found
    assert [] == stream.broken


def test_a_cut_recording_is_told_by_line_and_the_rest_is_read() -> None:
    data = (CAPTURES / "asterisk22" / "in-answered" / "ami.log").read_bytes()
    lines = data.split(b"\r\n")
    broken_at = next(at for at, line in enumerate(lines) if line == b"Event: CEL") + 3
    lines[broken_at] = b"EventNa"
    cut = b"\r\n".join(lines[:-5])

    stream = RecordedStream()
    found = list(stream.events([cut]))

    assert [broken_at - 2, len(lines) - 5] == [stream.broken[0].number, pytest.approx(stream.broken[1].number, abs=30)]
    assert 18 - 2 == len(found)
