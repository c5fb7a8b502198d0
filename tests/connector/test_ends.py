"""What is written down of an ended call."""

import msgspec
import pytest

from cordboard.connector.ends import with_heard_records
from cordboard.connector.journal import Ended
from cordboard.flow.situation import Situation


def end(*records):
    situation = Situation("1.1", 9, "2024-01-01T00:00:00+00:00", "incoming", records=records)
    return Ended("1.1", "ledger", 1, 9, situation, b"{}", b"{}", None)


ENDS = {
    "told by neither": (end(), end(), ()),
    "heard alone": (end(), end("a.wav"), ("a.wav",)),
    "written alone": (end("a.wav"), end(), ("a.wav",)),
    "told by both": (end("a.wav"), end("/monitor/a.wav", "b.wav"), ("a.wav",)),
    "nobody listened": (end("a.wav"), None, ("a.wav",)),
}


@pytest.mark.parametrize(("ledger", "live", "expected"), ENDS.values(), ids=ENDS)
def test_the_ledgers_recordings_count_and_those_only_heard_where_it_names_none(ledger, live, expected):
    ended = with_heard_records(ledger, live)

    assert expected == ended.situation.records
    assert ledger == msgspec.structs.replace(ended, situation=ledger.situation)
