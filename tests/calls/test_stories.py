"""Stories beyond the captured ones: each is a reason of a rule."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

Tell = Callable[..., Any]

RINGS_101 = """
0.00 CHAN_START trunk-a/0 A exten=74951000001 num=79161234567
0.01 CHAN_START 101/1 A exten=s num=101
"""
TALKS_WITH_101 = (
    RINGS_101
    + """
2.00 ANSWER 101/1 A
2.00 ANSWER trunk-a/0 A
2.00 BRIDGE_ENTER 101/1 A bridge=b1
2.01 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=101/1
"""
)


def test_a_consultation_that_comes_back_does_not_credit_the_colleague(tell: Tell) -> None:
    told = tell(
        TALKS_WITH_101
        + """
        7.00 CHAN_START L102/0;1 A exten=102
        7.00 CHAN_START L102/0;2 A exten=102
        7.00 BRIDGE_ENTER L102/0;1 A bridge=b2
        7.00 BRIDGE_EXIT 101/1 A bridge=b1 with=trunk-a/0
        7.00 BRIDGE_ENTER 101/1 A bridge=b2 with=L102/0;1
        7.01 CHAN_START 102/2 A exten=s num=102
        8.00 ANSWER 102/2 A
        8.00 BRIDGE_ENTER 102/2 A bridge=b3
        8.00 BRIDGE_ENTER L102/0;2 A bridge=b3 with=102/2
        9.00 BRIDGE_EXIT 102/2 A bridge=b3
        9.00 HANGUP 102/2 A cause=16 by=102/2
        9.00 HANGUP L102/0;2 A cause=16
        9.00 HANGUP L102/0;1 A cause=16
        9.01 BRIDGE_EXIT 101/1 A bridge=b2
        9.01 BRIDGE_ENTER 101/1 A bridge=b1 with=trunk-a/0
        12.00 HANGUP 101/1 A by=trunk-a/0
        12.00 HANGUP trunk-a/0 A by=trunk-a/0
        """
    )

    assert [("101", True, "79161234567", "incoming"), ("102", False, "101", "local")] == told.people
    assert ("101", 200) == (told.call["channel"]["to"]["original"], told.call["result"])
    assert 7 == told.facts.talk_seconds  # 2 to 7 and 9 to 12: the consultation is not the client's


def test_a_customer_joined_into_an_older_call_of_colleagues_makes_it_incoming(tell: Tell) -> None:
    told = tell("""
        0.0 CHAN_START 101/0 A exten=102 num=101
        0.1 CHAN_START 102/1 A exten=s num=102
        1.0 ANSWER 102/1 A
        1.0 BRIDGE_ENTER 102/1 A bridge=b1
        1.0 BRIDGE_ENTER 101/0 A bridge=b1 with=102/1
        5.0 CHAN_START trunk-a/2 B exten=74951000001 num=79161234567
        5.1 CHAN_START 101/3 B exten=s num=101
        6.0 ANSWER 101/3 B
        6.0 BRIDGE_ENTER 101/3 B bridge=b2
        6.0 BRIDGE_ENTER trunk-a/2 B bridge=b2 with=101/3
        9.0 BRIDGE_EXIT trunk-a/2 B bridge=b2 with=101/3
        9.0 BRIDGE_EXIT 101/0 A bridge=b1 with=102/1
        9.0 BRIDGE_ENTER trunk-a/2 A bridge=b1 with=102/1
        9.1 HANGUP 101/3 B
        9.1 HANGUP 101/0 A
        14.0 HANGUP 102/1 A by=102/1
        14.0 HANGUP trunk-a/2 A by=102/1
    """)

    channel = told.call["channel"]
    assert ("incoming", "79161234567", "74951000001", "102") == (
        channel["type"], channel["from"]["original"], channel["trunk"]["original"], channel["to"]["original"],
    )  # fmt: skip
    assert [("102", True), ("101", True)] == [person[:2] for person in told.people]
    assert ["1700000005.2"] == told.facts.absorbed
    assert 8 == told.facts.talk_seconds  # 6 to 9 and 9 to 14: what the colleagues said before is not the client's


def test_a_transfer_that_comes_back_rings_the_transferer_by_a_call_of_its_own_and_is_theirs_again(tell: Tell) -> None:
    told = tell(
        TALKS_WITH_101
        + """
        5.00 CHAN_START L102/0;1 A exten=102
        5.00 CHAN_START L102/0;2 A exten=102
        5.00 BRIDGE_ENTER L102/0;1 A bridge=b1 with=101/1,trunk-a/0
        5.01 CHAN_START 102/2 A exten=s num=102
        5.50 BRIDGE_EXIT 101/1 A bridge=b1
        5.50 HANGUP 101/1 A by=101/1
        9.00 HANGUP 102/2 A cause=0
        9.00 BRIDGE_EXIT L102/0;1 A bridge=b1 with=trunk-a/0
        9.00 HANGUP L102/0;2 A cause=0
        9.00 HANGUP L102/0;1 A cause=0
        9.01 CHAN_START 101/3 B exten=s num=101
        9.50 ANSWER 101/3 B app=AppDial2
        9.50 BRIDGE_ENTER 101/3 B bridge=b1 with=trunk-a/0
        12.00 HANGUP 101/3 A by=trunk-a/0
        12.00 HANGUP trunk-a/0 A by=trunk-a/0
        """
    )

    assert ["101", "102", "101"] == [number for number, *_ in told.people]
    assert [True, False, True] == [answered for _, answered, *_ in told.people]
    assert ("101", 200, 5) == (told.call["channel"]["to"]["original"], told.call["result"], told.facts.talk_seconds)


def test_a_consultation_with_an_outside_number_on_a_second_line_joins_at_the_meeting(tell: Tell) -> None:
    told = tell(
        TALKS_WITH_101
        + """
        4.0 CHAN_START 101/2 B exten=89037654321 num=101
        4.1 CHAN_START trunk-a/3 B exten=s
        5.0 ANSWER trunk-a/3 B num=79037654321
        5.0 BRIDGE_ENTER trunk-a/3 B bridge=b2
        5.0 BRIDGE_ENTER 101/2 B bridge=b2 with=trunk-a/3
        8.0 BRIDGE_EXIT trunk-a/0 A bridge=b1 with=101/1
        8.0 BRIDGE_EXIT 101/2 B bridge=b2 with=trunk-a/3
        8.0 BRIDGE_ENTER trunk-a/0 A bridge=b2 with=trunk-a/3
        8.1 HANGUP 101/2 B
        8.1 HANGUP 101/1 A
        12.0 HANGUP trunk-a/3 A by=trunk-a/0
        12.0 HANGUP trunk-a/0 A by=trunk-a/0
        """
    )

    merged = next(stage for stage in told.stages if stage.name == "merged")
    assert ("outgoing", "79037654321") == (merged.call_full().channel.type, merged.call_full().channel.to.original)
    assert ("incoming", 200) == (told.call["channel"]["type"], told.call["result"])
    assert ["79037654321"] == [person[0] for person in told.people if person[0] != "101"]


def test_the_caller_who_leaves_while_the_second_phone_of_a_hunt_rings_gave_up(tell: Tell) -> None:
    told = tell(
        RINGS_101
        + """
        3.0 HANGUP 101/1 A cause=0
        3.0 CHAN_START 102/2 A exten=s num=102
        5.0 HANGUP 102/2 A cause=127
        5.0 HANGUP trunk-a/0 A cause=127 by=trunk-a/0
        """
    )

    assert 487 == told.call["result"]


@pytest.mark.parametrize(
    ("cause", "result"),
    [
        (1, 404),
        (17, 486),
        (18, 408),
        (19, 480),
        (21, 603),
        (22, 410),
        (28, 484),
        (34, 503),
        (38, 503),
        (57, 403),
        (58, 488),
        (102, 504),
        (127, 500),
        (0, 480),
    ],
)
def test_a_refusal_is_told_by_the_called_channels_cause(tell: Tell, cause: int, result: int) -> None:
    told = tell(f"""
        0.0 CHAN_START 101/0 A exten=89161234567 num=101
        0.1 CHAN_START trunk-a/1 A exten=s
        0.5 HANGUP trunk-a/1 A cause={cause} by=trunk-a/1
        0.6 HANGUP 101/0 A cause=34 by=101/0
    """)

    assert ("outgoing", result) == (told.call["channel"]["type"], told.call["result"])


def test_two_parked_callers_in_one_parking_place_do_not_meet(tell: Tell) -> None:
    told = tell("""
        0.0 CHAN_START trunk-a/0 A exten=74951000001 num=79161111111
        0.0 CHAN_START trunk-a/1 B exten=74951000001 num=79162222222
        1.0 PARK_START trunk-a/0 A
        1.0 BRIDGE_ENTER trunk-a/0 A bridge=lot tech=holding_bridge
        2.0 PARK_START trunk-a/1 B
        2.0 BRIDGE_ENTER trunk-a/1 B bridge=lot tech=holding_bridge with=trunk-a/0
        3.0 HANGUP trunk-a/0 A by=trunk-a/0
        4.0 HANGUP trunk-a/1 B by=trunk-a/1
    """)

    assert 2 == len(told.ended)
    assert [False, False] == [call["channel"]["was_answered"] for call in told.ended]


def test_a_conference_room_answers_without_a_conversation_and_merges_nothing(tell: Tell) -> None:
    told = tell("""
        0.0 CHAN_START 101/0 A exten=8000 num=101
        0.0 ANSWER 101/0 A app=Answer
        0.0 APP_START 101/0 A app=ConfBridge data=team
        0.0 BRIDGE_ENTER 101/0 A bridge=room tech=softmix
        1.0 CHAN_START trunk-a/1 B exten=74951000013 num=79161234567
        1.0 ANSWER trunk-a/1 B app=Answer
        1.0 APP_START trunk-a/1 B app=ConfBridge data=team
        1.0 BRIDGE_ENTER trunk-a/1 B bridge=room tech=softmix with=101/0
        5.0 BRIDGE_EXIT trunk-a/1 B bridge=room tech=softmix with=101/0
        5.0 HANGUP trunk-a/1 B by=trunk-a/1
        6.0 HANGUP 101/0 A by=101/0
    """)

    client, service = told.ended
    assert (True, 200, {}, False) == (
        client["channel"]["was_answered"],
        client["result"],
        client["conversations"],
        client["is_ivr"],
    )
    assert "unknown" == service["channel"]["type"]
    assert 4 == told.facts.talk_seconds


def test_a_caller_who_leaves_a_queue_was_not_lost_in_a_menu(tell: Tell) -> None:
    told = tell("""
        0.0 CHAN_START trunk-a/0 A exten=74951000003 num=79161234567
        0.0 ANSWER trunk-a/0 A app=Answer
        0.1 APP_START trunk-a/0 A app=Queue data=sales,t
        9.0 HANGUP trunk-a/0 A cause=0 by=trunk-a/0
    """)

    assert (False, 487) == (told.call["is_ivr"], told.call["result"])


def test_the_partner_takes_the_callers_place_when_a_local_call_is_handed_over(tell: Tell) -> None:
    told = tell("""
        0.0 CHAN_START 101/0 A exten=102 num=101
        0.1 CHAN_START 102/1 A exten=s num=102
        1.0 ANSWER 102/1 A
        1.0 BRIDGE_ENTER 102/1 A bridge=b1
        1.0 BRIDGE_ENTER 101/0 A bridge=b1 with=102/1
        3.0 BLINDTRANSFER 101/0 A
        3.0 BRIDGE_EXIT 101/0 A bridge=b1
        3.0 BRIDGE_EXIT 102/1 A bridge=b1
        3.0 HANGUP 101/0 A
        3.1 CHAN_START 103/2 A exten=s num=103
        4.0 ANSWER 103/2 A
        4.0 BRIDGE_ENTER 103/2 A bridge=b2
        4.0 BRIDGE_ENTER 102/1 A bridge=b2 with=103/2
        6.0 HANGUP 103/2 A by=103/2
        6.0 HANGUP 102/1 A by=103/2
    """)

    assert [("102", True), ("103", True)] == [person[:2] for person in told.people]
    assert "local" == told.call["channel"]["type"]


def test_linkedid_end_does_not_end_a_call_whose_channel_lives_on(tell: Tell) -> None:
    told = tell(TALKS_WITH_101 + "3.0 LINKEDID_END 101/1 A")

    assert [] == told.ended
    assert {"1700000000.0"} == set(told.tracker.calls)


def test_a_click_to_call_nobody_took_is_outgoing_to_the_number_it_was_told_in_advance(tell: Tell) -> None:
    told = tell(
        """
        0.0 CHAN_START 101/0 A exten=s num=101
        5.0 HANGUP 101/0 A cause=19
        """,
        expect=("101", "79161234567"),
    )

    channel = told.call["channel"]
    assert ("outgoing", "101", "79161234567") == (
        channel["type"],
        channel["from"]["original"],
        channel["to"]["original"],
    )
    assert ({}, 480) == (told.call["conversations"], told.call["result"])


def test_a_callback_is_outgoing_from_the_employee_to_the_client(tell: Tell) -> None:
    told = tell(
        """
        0.0 CHAN_START trunk-a/0 A exten=s
        2.0 ANSWER trunk-a/0 A app=AppDial2 num=79037654321
        2.0 CHAN_START 102/1 A exten=s num=102
        3.0 ANSWER 102/1 A
        3.0 BRIDGE_ENTER 102/1 A bridge=b1
        3.0 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=102/1
        6.0 HANGUP 102/1 A by=trunk-a/0
        6.0 HANGUP trunk-a/0 A by=trunk-a/0
        """,
        lines={"trunk-a": "74951000001"},
    )

    channel = told.call["channel"]
    assert ("outgoing", "102", "79037654321", "74951000001") == (
        channel["type"], channel["from"]["original"], channel["to"]["original"], channel["trunk"]["original"],
    )  # fmt: skip
    assert [("102", True, "79037654321", "outgoing")] == told.people
    assert told.facts.callback


def test_the_number_of_an_outgoing_line_is_configured_or_the_replaced_caller_id_and_never_the_trunks_name(
    tell: Tell,
) -> None:
    story = """
        0.0 CHAN_START 102/0 A exten=9979031112233 num=102
        0.0 APP_START 102/0 A app=Dial data=PJSIP/79031112233@trunk-b,12 num={shown}
        0.1 CHAN_START trunk-b/1 A exten=s
        1.0 HANGUP trunk-b/1 A cause=17 by=trunk-b/1
        1.0 HANGUP 102/0 A
    """

    replaced = tell(story.format(shown="74952000001")).call["channel"]
    unknown = tell(story.format(shown="102")).call["channel"]
    configured = tell(story.format(shown="102"), lines={"trunk-b": "74953000001"}).call["channel"]

    assert ["74952000001", "", "74953000001"] == [
        channel["trunk"]["original"] for channel in (replaced, unknown, configured)
    ]
    assert "79031112233" == replaced["to"]["original"]


def test_a_system_name_in_front_of_the_ids_changes_nothing(tell: Tell) -> None:
    plain = tell(TALKS_WITH_101 + "5.0 HANGUP 101/1 A\n5.0 HANGUP trunk-a/0 A")
    named = tell(TALKS_WITH_101 + "5.0 HANGUP 101/1 A\n5.0 HANGUP trunk-a/0 A", prefix="pbx-north-1-")

    assert "pbx-north-1-1700000000.0" == named.call["channel"]["id"]
    assert plain.people == named.people


def test_a_stage_shows_the_call_as_it_was_although_it_went_on(tell: Tell) -> None:
    told = tell(TALKS_WITH_101 + "5.0 HANGUP 101/1 A\n5.0 HANGUP trunk-a/0 A")

    states = [(stage.name, stage.call_full().channel.state, stage.facts().place) for stage in told.stages]
    assert [
        ("conversation_requested", "ringing", "ringing"),
        ("conversation_accepted", "talking", "talking"),
        ("conversation_ended", "talking", "talking"),
        ("call_ended", "ended", "ended"),
    ] == states


@pytest.mark.parametrize(("menu", "expected"), [("", "ringing"), ("0.005 ANSWER trunk-a/0 A\n", "menu")])
def test_after_its_only_telephone_stopped_the_client_is_in_a_menu_only_if_there_was_one(
    tell: Tell, menu: str, expected: str
) -> None:
    arrives, rings = RINGS_101.strip().splitlines()
    told = tell(f"{arrives}\n{menu}{rings}\n9.0 HANGUP 101/1 A cause=19\n12.0 HANGUP trunk-a/0 A")

    assert ["ringing", expected, "ended"] == [stage.facts().place for stage in told.stages]


def test_facts_and_call_full_can_be_written_and_read_again(tell: Tell) -> None:
    told = tell(TALKS_WITH_101 + "5.0 HANGUP 101/1 A\n5.0 HANGUP trunk-a/0 A")

    for picture in (told.stages[-1].call_full(), told.stages[-1].facts()):
        assert picture == msgspec.json.decode(msgspec.json.encode(picture), type=type(picture))


def test_a_parked_conversation_is_told_as_parked_until_somebody_takes_the_call(tell: Tell) -> None:
    told = tell(
        TALKS_WITH_101
        + """
        4.0 BRIDGE_EXIT trunk-a/0 A bridge=b1 with=101/1
        4.0 PARK_START trunk-a/0 A
        4.0 BRIDGE_ENTER trunk-a/0 A bridge=lot tech=holding_bridge
        6.0 HANGUP 101/1 A
        7.0 CHAN_START 102/2 B exten=701 num=102
        7.1 ANSWER 102/2 B
        7.1 PARK_END trunk-a/0 A taker=102/2
        7.1 BRIDGE_EXIT trunk-a/0 A bridge=lot tech=holding_bridge
        7.1 BRIDGE_ENTER trunk-a/0 A bridge=b3
        7.1 LINKEDID_END 102/2 B
        7.11 BRIDGE_ENTER 102/2 A bridge=b3 with=trunk-a/0
        9.0 HANGUP 102/2 A by=trunk-a/0
        9.0 HANGUP trunk-a/0 A by=trunk-a/0
        """
    )

    changes = [(change.old, change.new, change.rule) for change in told.changes if change.path.endswith("is_parked")]
    left = next(stage for stage in told.stages if stage.name == "conversation_ended")
    assert [(False, True, "parking"), (True, False, "parking")] == changes
    assert ("", True) == (
        left.call_full().active_conversation_id,
        left.call_full().conversations["1700000000.1"].is_parked,
    )
    assert [("101", True), ("102", True)] == [person[:2] for person in told.people]
    assert "102" == told.call["channel"]["to"]["original"]
    assert 3 == told.facts.talk_seconds


def test_a_pickup_moves_the_call_to_the_picker_and_says_nothing_about_the_phone_that_rang(tell: Tell) -> None:
    told = tell(
        RINGS_101
        + """
        2.0 CHAN_START 103/2 B exten=*8 num=103
        2.0 ANSWER 103/2 B
        2.0 PICKUP 101/1 A taker=103/2
        2.0 HANGUP 101/1 A
        2.0 BRIDGE_ENTER 103/2 B bridge=b1
        2.0 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=103/2
        5.0 HANGUP trunk-a/0 A by=trunk-a/0
        5.0 HANGUP 103/2 A by=trunk-a/0
        """
    )

    names = [(stage.name, stage.conversation or stage.absorbed) for stage in told.stages]
    assert [("101", False), ("103", True)] == [person[:2] for person in told.people]
    assert ("merged", "1700000002.2") in names
    assert ("conversation_accepted", "1700000002.2") in names
    assert 1 == names.count(("conversation_requested", "1700000002.2"))


def test_a_callback_through_local_rings_the_client_first_and_is_the_employees_conversation(tell: Tell) -> None:
    told = tell(
        """
        0.0 CHAN_START L79037654321/0;1 A exten=79037654321
        0.0 CHAN_START L79037654321/0;2 A exten=79037654321
        0.0 APP_START L79037654321/0;2 A app=Dial data=PJSIP/79037654321@trunk-a,12
        0.1 CHAN_START trunk-a/1 A exten=s
        2.0 ANSWER trunk-a/1 A num=79037654321
        2.0 ANSWER L79037654321/0;2 A
        2.0 ANSWER L79037654321/0;1 A
        2.0 BRIDGE_ENTER trunk-a/1 A bridge=b1
        2.0 BRIDGE_ENTER L79037654321/0;2 A bridge=b1 with=trunk-a/1
        2.1 CHAN_START 102/2 A exten=s num=102
        4.0 ANSWER 102/2 A
        4.0 BRIDGE_ENTER 102/2 A bridge=b2
        4.0 BRIDGE_ENTER L79037654321/0;1 A bridge=b2 with=102/2
        7.0 HANGUP 102/2 A by=102/2
        7.0 HANGUP L79037654321/0;1 A
        7.0 HANGUP L79037654321/0;2 A
        7.0 HANGUP trunk-a/1 A by=102/2
        """
    )

    channel = told.call["channel"]
    assert ("outgoing", "102", "79037654321", 200) == (
        channel["type"], channel["from"]["original"], channel["to"]["original"], told.call["result"],
    )  # fmt: skip
    assert [("102", True, "79037654321", "outgoing")] == told.people


def test_an_anonymous_callers_number_that_comes_later_is_taken(tell: Tell) -> None:
    told = tell("""
        0.0 CHAN_START trunk-a/0 A exten=74951000001
        0.1 APP_START trunk-a/0 A app=Playback num=79161234567
        1.0 HANGUP trunk-a/0 A by=trunk-a/0
    """)

    assert "79161234567" == told.call["channel"]["from"]["original"]


def test_a_transfer_finished_while_the_colleague_still_rings_is_accepted_when_they_hear_the_client(tell: Tell) -> None:
    told = tell(
        TALKS_WITH_101
        + """
        7.00 CHAN_START L102/0;1 A exten=102
        7.00 CHAN_START L102/0;2 A exten=102
        7.00 BRIDGE_ENTER L102/0;1 A bridge=b2
        7.00 BRIDGE_EXIT 101/1 A bridge=b1 with=trunk-a/0
        7.00 BRIDGE_ENTER 101/1 A bridge=b2 with=L102/0;1
        7.01 CHAN_START 102/2 A exten=s num=102
        8.00 BRIDGE_EXIT 101/1 A bridge=b2
        8.00 BRIDGE_EXIT L102/0;1 A bridge=b2
        8.00 BRIDGE_ENTER L102/0;1 A bridge=b1 with=trunk-a/0
        8.00 HANGUP 101/1 A
        10.0 ANSWER 102/2 A
        10.0 BRIDGE_ENTER 102/2 A bridge=b3
        10.0 BRIDGE_ENTER L102/0;2 A bridge=b3 with=102/2
        13.0 HANGUP 102/2 A by=trunk-a/0
        13.0 HANGUP L102/0;2 A
        13.0 HANGUP L102/0;1 A
        13.0 HANGUP trunk-a/0 A by=trunk-a/0
        """
    )

    accepted = [stage.at // 1_000_000 - 1_700_000_000 for stage in told.stages if stage.name == "conversation_accepted"]
    assert [("101", True, "79161234567", "incoming"), ("102", True, "79161234567", "incoming")] == told.people
    assert [2, 10] == accepted
    joined = next(stage for stage in told.stages if stage.name == "conversation_ended").call_full()
    assert ("79161234567", "incoming") == (
        joined.conversations["1700000007.4"].channel.from_.original, joined.conversations["1700000007.4"].channel.type,
    )  # fmt: skip
    assert 7 == told.facts.talk_seconds  # whole seconds of 4.99 and 3.00
