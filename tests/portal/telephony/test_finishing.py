"""Codes, the missed list and the activity of a finished call."""

import pytest

from cordboard.portal.telephony.finishing import activity_values, effective_code, is_missed


@pytest.mark.parametrize(
    ("sent", "duration", "code"), [("", 5, "200"), ("", 0, "304"), ("486", 0, "486"), ("my own", 3, "my own")]
)
def test_the_code_is_as_sent_or_follows_from_the_talk(sent: str, duration: int, code: str) -> None:
    assert code == effective_code(sent, duration)


@pytest.mark.parametrize(("kind", "missed"), [(1, False), (2, True), (3, True), (4, False), (5, False)])
def test_only_incoming_calls_are_missed_and_only_by_304(kind: int, missed: bool) -> None:
    assert missed == is_missed(kind, "304")
    assert not is_missed(kind, "486")


@pytest.mark.parametrize(
    ("kind", "completed", "flagged", "stream"),
    [(1, True, False, 4), (2, False, True, 4), (3, True, False, 4), (4, False, True, 4), (5, True, False, 4)],
)
def test_an_unanswered_call_makes_the_activity_of_its_type(
    kind: int, completed: bool, flagged: bool, stream: int
) -> None:
    values = activity_values(kind=kind, number="+7 900 123-45-67", start=0, duration=0, code="304", vote=0)

    expected = (completed, {"MISSED_CALL": True} if flagged else {}, stream)
    assert expected == (values["completed"], values["settings"], values["result_stream"])


@pytest.mark.parametrize(("vote", "mark"), [(0, 0), (1, 1), (2, 1), (3, 3), (4, 2), (5, 2)])
def test_a_vote_becomes_a_mark(vote: int, mark: int) -> None:
    values = activity_values(kind=2, number="1", start=0, duration=9, code="200", vote=vote)

    assert (mark, 1, 9_000_000) == (values["result_mark"], values["result_stream"], values["end_time"])
