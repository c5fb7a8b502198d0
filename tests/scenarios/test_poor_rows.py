"""What the rows of poor sites still tell, and that the model says what it could not know."""

from pathlib import Path

import pytest
from documented import with_table
from judge import FOLDERS, events_of, name_of
from poor import PAGE, POVERTY, table, told, wrong

#: what no site may lose, however poor its rows
NAMED = {"direction", "who was asked", "answered or not", "by whom", "calls that became one", "client", "our line"}
#: the one number that no row has, where a mobile is rung without a trace of its number
MOBILE = {("no applications", "asterisk22/in-mobile-answers"), ("nothing of it", "asterisk22/in-mobile-answers")}
#: a program that overwrites the number of a callback's client overwrites the only one there is
CALLBACKS = {"asterisk22/callback-customer-first", "live/callback-unanswered"}


def test_the_page_says_what_is_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_table(page, table()) == page, "python tests/scenarios/poor.py --write, and look at the difference"


@pytest.mark.parametrize("name", POVERTY)
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_people_direction_and_answer_are_right_wherever_the_rows_allow(folder: Path, name: str) -> None:
    lost = {fact for _, fact in wrong(folder, name)} & NAMED

    if (name, name_of(folder)) in MOBILE:
        assert {"who was asked", "by whom"} == lost
    elif name == "`cid_num` overwritten" and name_of(folder) in CALLBACKS:
        assert {"client"} == lost
    else:
        assert set() == lost


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_whole_rows_leave_no_doubt(folder: Path) -> None:
    _, _, doubts = told(events_of(folder), POVERTY["all rows"])

    assert {} == doubts


@pytest.mark.parametrize(
    ("scenario", "name", "words"),
    [
        ("out-wrong-number", "no Dial rows", "79990000000 is a guess"),
        ("in-mobile-answers", "no applications", "nothing tells it"),
        ("in-ivr-missed", "no applications", "an empty queue or a room looks like a menu"),
        ("in-busy", "no `extra`", "no hang-up cause in any row"),
        ("pickup-group", "no `extra`", "who picked up is not in the row"),
        ("park-retrieved", "no `extra`", "who took the parked call"),
        ("in-answered", "no `extra`", "told by who sees whom"),
        ("in-answered", "FreePBX's table", "times are whole seconds"),
    ],
)
def test_what_the_rows_do_not_tell_is_said(scenario: str, name: str, words: str) -> None:
    folder = next(folder for folder in FOLDERS if name_of(folder) == f"asterisk22/{scenario}")

    _, _, doubts = told(events_of(folder), POVERTY[name])

    assert any(words in doubt for doubt in doubts), doubts
