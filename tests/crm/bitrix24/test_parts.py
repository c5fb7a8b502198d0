"""Each employee's talk as a call of its own."""

import msgspec
from stories import START, TERMS, asked, incoming, kinds, news, outgoing, over, run, talk

from cordboard.crm.bitrix24.flows import known_from
from cordboard.flow.after_finish import TellPart
from cordboard.flow.questions import Done, Finish, Register
from cordboard.settings import Register as RegisterSettings

WANTED = msgspec.structs.replace(TERMS, register=RegisterSettings(separate_conversations=True))
SECOND = 1_000_000


def talked(number, since, seconds):
    return msgspec.structs.replace(
        talk(number, "ended", accepted=True), talk_seconds=seconds, talked_from=START + since * SECOND
    )


def told(*talks, call=incoming, last):
    seconds = sum(one.talk_seconds for one in talks)
    ended = call(*talks, after=40, answered=True, result=200, talk_seconds=seconds, last_speaker=f"c{last}")
    return [news(call(talk(talks[0].number))), over(ended)]


TRANSFERRED = told(talked("101", 2, 10), talked("102", 20, 15), last="102")


def played(story=TRANSFERRED, terms=WANTED):
    return run(story, terms, {TellPart: Done()})


def test_after_a_transfer_each_employee_has_their_own_call_and_duration():
    whole = played()

    finish = asked(whole, Finish)[0].params
    part = asked(whole, TellPart)[0]
    assert [Register, Finish, TellPart] == kinds(whole)
    assert (2, 10) == (finish["USER_ID"], finish["DURATION"])
    assert ("main-1700000000.1-2", 3, 3, 0, 0, "2023-11-15T01:13:40+03:00") == (
        part.mark,
        *(part.register[name] for name in ("USER_ID", "TYPE", "SHOW", "CRM_CREATE", "CALL_START_DATE")),
    )
    assert {"USER_ID": 3, "DURATION": 15, "STATUS_CODE": "200", "ADD_TO_CHAT": 0} == part.finish


def test_by_default_the_whole_call_belongs_to_the_last_speaker():
    whole = played(terms=TERMS)

    finish = asked(whole, Finish)[0].params
    assert ([], 3, 25) == (asked(whole, TellPart), finish["USER_ID"], finish["DURATION"])


def test_who_talked_twice_has_one_part_of_both():
    whole = played(told(talked("101", 2, 10), talked("102", 20, 5), talked("101", 30, 4), last="101"))

    assert (14, [5]) == (
        asked(whole, Finish)[0].params["DURATION"],
        [part.finish["DURATION"] for part in asked(whole, TellPart)],
    )


def test_one_employee_alone_is_one_call():
    assert [] == asked(played(told(talked("101", 2, 10), last="101")), TellPart)


def test_an_outgoing_call_that_was_passed_on_has_parts_too():
    client, colleague = talked("79161234567", 2, 10), talked("103", 20, 5)

    whole = played(told(client, colleague, call=outgoing, last="103"))

    assert [(4, 1)] == [(part.register["USER_ID"], part.register["TYPE"]) for part in asked(whole, TellPart)]
    assert 2 == asked(whole, Finish)[0].params["USER_ID"]


def test_a_part_that_was_told_is_known_to_a_superseded_run():
    assert {"main-1700000000.1-2"} == known_from(played().pairs).parts
