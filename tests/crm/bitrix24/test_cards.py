"""Who sees the card of a call, and when."""

import msgspec
import pytest
from stories import TERMS, asked, incoming, kinds, news, outgoing, over, run, talk

from cordboard.flow.questions import FindUsers, Hide, Register, Show
from cordboard.settings import Cards

RINGS = news(incoming(talk("101"), talk("102")))
TALKS = news(incoming(talk("101", "ended"), talk("102", "talking", accepted=True), after=3, answered=True))


def terms(mode="ringing", outgoing=None, **modes):
    users = {user.lstrip("u"): mode for user, mode in modes.items()}
    return msgspec.structs.replace(TERMS, cards=Cards(mode=mode, outgoing=outgoing, debounce=0.0), card_modes=users)


def shown(played):
    first = [question.params["USER_ID"] for question in asked(played, Register) if question.params["SHOW"]]
    return [*first, *(user for question in asked(played, Show) for user in question.users)]


MODES = {
    "everybody while it rings": (terms(), [2, 3]),
    "only who answers": (terms("answer"), [3]),
    "nobody": (terms("never"), []),
    "all but one": (terms(u2="never"), [3]),
    "one alone": (terms("never", u2="ringing"), [2]),
    "one sooner than the others": (terms("answer", u2="ringing"), [2, 3]),
}


@pytest.mark.parametrize(("wanted", "expected"), MODES.values(), ids=MODES)
def test_each_user_sees_cards_as_the_settings_say(wanted, expected):
    assert expected == sorted(shown(run([RINGS, TALKS], wanted)))


def test_where_nobody_sees_cards_nobody_is_looked_for_because_of_them():
    questions = asked(run([RINGS, TALKS], terms("never")), FindUsers)

    assert [("101", "102")] == [question.numbers for question in questions]  # for the registration


OUTGOING = [("ringing", [2], [2]), ("answer", [], [2]), ("never", [], [])]


@pytest.mark.parametrize(("mode", "dialled", "answered"), OUTGOING)
def test_outgoing_calls_have_a_mode_of_their_own(mode, dialled, answered):
    dials = news(outgoing(talk("79161234567")))
    talks = news(outgoing(talk("79161234567", "talking", accepted=True), after=3, answered=True))

    seen = [shown(run(told, terms("never", outgoing=mode))) for told in ([dials], [dials, talks])]

    assert [dialled, answered] == seen


def test_a_card_that_waits_for_the_answer_is_hidden_at_the_end():
    ends = over(incoming(talk("102", "ended", accepted=True), after=9, answered=True, result=200, last_speaker="c101"))

    assert [(3,)] == [question.users for question in asked(run([RINGS, TALKS, ends], terms("answer")), Hide)]
    assert Show in kinds(run([RINGS, TALKS], terms("answer")))
