"""What follows a finished call: whose a missed one is, what reminds of it, its recording."""

import msgspec
import pytest
from stories import ANSWERS, TERMS, asked, incoming, kinds, news, outgoing, over, run, talk

from cordboard.crm.bitrix24.flows import call_flow, known_from
from cordboard.flow.after_finish import (
    AttachRecord,
    CloseReminder,
    CompleteTask,
    CreateTask,
    FindRecording,
    FindReminders,
    Found,
    KeepReminder,
    Made,
    MakeRecording,
    Missing,
    Notify,
    OpenReminder,
    Reminder,
    TaskCreated,
    Unnotify,
)
from cordboard.flow.journal import resume
from cordboard.flow.play import play
from cordboard.flow.questions import (
    Done,
    Facts,
    Finish,
    Finished,
    Hide,
    NotFound,
    ReadFacts,
    Refused,
    Register,
    Registered,
    Sight,
)
from cordboard.settings import Hours, Line, Missed

MARK = "main-1700000000.1"
RESPONSIBLE = 7

MORE = {
    ReadFacts: Facts(entity={"ID": "7", "ASSIGNED_BY_ID": str(RESPONSIBLE)}),
    OpenReminder: lambda question: Reminder(question.mark),
    CreateTask: TaskCreated("55"),
    Notify: Done(),
    KeepReminder: False,
    FindReminders: (),
    CompleteTask: Done(),
    Unnotify: Done(),
    CloseReminder: Done(),
    FindRecording: Found("/monitor/in.wav"),
    MakeRecording: Made("/monitor/in.wav", "in.wav"),
    AttachRecord: Done(),
}


def terms(*, recordings="", lines=(), hours=None, **missed):
    return msgspec.structs.replace(
        TERMS, missed=Missed(**missed), recordings=recordings, lines=lines, hours=hours or Hours()
    )


def missed_call(**more):
    return [
        news(incoming(talk("101"))),
        over(incoming(talk("101", "ended"), talk("102", "ended"), after=20, result=480, **more)),
    ]


ANSWERED = [
    news(incoming(talk("101"))),
    over(
        incoming(
            talk("101", "ended", accepted=True),
            after=7,
            answered=True,
            result=200,
            talk_seconds=5,
            last_speaker="c101",
            records=("in.wav",),
        )
    ),
]


def finish_user(played):
    return asked(played, Finish)[0].params["USER_ID"]


# --- whose a missed call is ----------------------------------------------------------------------------------------

WHOSE = {
    "entity": ({"responsible": "entity"}, (), RESPONSIBLE),
    "last": ({"responsible": "last"}, (), 3),
    "default": ({"responsible": "default"}, (), 1),
    "default of missed calls": ({"responsible": "default", "default_user": 4}, (), 4),
    "a line's own": ({"responsible": "last"}, ("entity",), RESPONSIBLE),
    "a line's extension": ({}, ("103",), 4),
    "an extension without a user": ({}, ("199",), 3),
    "another line's": ({"responsible": "last"}, ("",), 3),
}


@pytest.mark.parametrize(("missed", "line", "expected"), WHOSE.values(), ids=WHOSE)
def test_a_missed_call_is_whose_the_settings_say(missed, line, expected):
    lines = tuple(Line(number="74951000001" if whose else "7495", missed_responsible=whose) for whose in line)

    played = run(missed_call(), terms(task=False, lines=lines, **missed), MORE)

    assert expected == finish_user(played)


def test_an_unknown_client_has_no_responsible_and_the_last_telephone_counts():
    played = run(missed_call(), terms(task=False), MORE, register=Registered("call-1"))

    assert (3, []) == (finish_user(played), asked(played, ReadFacts))


def test_a_client_that_this_call_made_has_no_responsible_of_their_own():
    made = Registered("call-1", "lead", "9", created_lead_id="9")

    assert 3 == finish_user(run(missed_call(), terms(task=False), MORE, register=made))


def test_a_client_without_a_responsible_and_no_telephone_that_rang_leave_the_default_user():
    menu = [over(incoming(after=9, result=487))]

    assert 1 == finish_user(run(menu, terms(task=False), MORE | {ReadFacts: Facts(entity={"ID": "7"})}))


def test_an_answered_call_asks_for_no_responsible():
    assert [Register, Finish] == kinds(run(ANSWERED, terms(task=False), MORE))


# --- reminders -----------------------------------------------------------------------------------------------------


def test_a_missed_call_makes_one_task_for_whose_it_is_linked_to_the_client():
    played = run(missed_call(), terms(), MORE)

    task = asked(played, CreateTask)[0]
    assert {
        "TITLE": "Call back 79161234567",
        "DESCRIPTION": "79161234567 → 74951000001, 2023-11-15T01:13:20+03:00",
        "RESPONSIBLE_ID": RESPONSIBLE,
        "DEADLINE": "2023-11-15T02:13:40+03:00",
        "UF_CRM_TASK": ["C_7"],
    } == task.params
    assert [Register, ReadFacts, Hide, Finish, OpenReminder, CreateTask, KeepReminder] == kinds(played)
    assert MARK == task.mark


def test_the_deadline_lies_within_the_working_hours():
    played = run(missed_call(), terms(hours=Hours(mon_fri="09:00-18:00")), MORE)

    assert "2023-11-15T10:00:00+03:00" == asked(played, CreateTask)[0].params["DEADLINE"]


def test_a_client_who_calls_again_in_vain_gets_no_second_task():
    played = run(missed_call(), terms(), MORE | {OpenReminder: Reminder("main-1.0", "54")})

    assert [] == asked(played, CreateTask)


def test_a_talk_with_the_client_in_either_direction_completes_the_task():
    open_one = MORE | {FindReminders: (Reminder("main-1.0", "54", 2),)}
    called_back = [
        news(outgoing(talk("79161234567"))),
        over(outgoing(talk("79161234567", "ended", accepted=True), after=9, result=200, talk_seconds=6)),
    ]

    for told in (ANSWERED, called_back):
        played = run(told, terms(), open_one)

        undone = [question for question in played.asked if type(question) in {CompleteTask, Unnotify, CloseReminder}]
        assert [CompleteTask("54"), Unnotify("cordboard-missed-main-1.0"), CloseReminder("main-1.0")] == undone


def test_a_call_back_that_nobody_answered_leaves_the_task():
    told = [news(outgoing(talk("79161234567"))), over(outgoing(talk("79161234567", "ended"), after=9, result=480))]

    assert [] == asked(run(told, terms(), MORE), FindReminders)


def test_who_was_reached_while_the_task_was_made_needs_it_no_more():
    played = run(missed_call(), terms(), MORE | {KeepReminder: True})

    assert [CompleteTask("55"), CloseReminder(MARK)] == [
        question for question in played.asked if type(question) in {CompleteTask, CloseReminder}
    ]


def test_a_portal_that_lets_us_make_no_tasks_keeps_no_reminder():
    refused = MORE | {CreateTask: Refused("The request requires higher privileges")}

    played = run(missed_call(), terms(), refused)

    assert ([CloseReminder(MARK)], []) == (asked(played, CloseReminder), asked(played, KeepReminder))
    assert "finished" == played.outcome.status


def test_a_notice_is_told_instead_of_a_task_or_beside_it():
    lines = (Line(number="+74951000001", name="Sales"),)
    wanted = terms(task=False, notice=True, title="{line}: {client} at {time}", lines=lines)

    notice = asked(run(missed_call(), wanted, MORE), Notify)[0].params

    assert {
        "USER_ID": RESPONSIBLE,
        "MESSAGE": "Sales: 79161234567 at 01:13",
        "TAG": f"cordboard-missed-{MARK}",
    } == notice


def test_nobody_can_call_back_a_number_that_was_withheld():
    told = [over(msgspec.structs.replace(incoming(talk("101", "ended"), after=9, result=480), client=""))]

    assert [] == asked(run(told, terms(), MORE), OpenReminder)


# --- the recording -------------------------------------------------------------------------------------------------


def test_the_recording_is_attached_after_the_finish():
    played = run(ANSWERED, terms(task=False, recordings="content"), MORE)

    assert [Register, Finish, FindRecording, MakeRecording, AttachRecord] == kinds(played)
    assert (("in.wav",), ("c101",), "79161234567", "101") == (
        asked(played, FindRecording)[0].files,
        asked(played, FindRecording)[0].uniqueids,
        asked(played, FindRecording)[0].source,
        asked(played, FindRecording)[0].destination,
    )
    attached = asked(played, AttachRecord)[0]
    assert ({"CALL_ID": "call-1", "FILENAME": "in.wav"}, "/monitor/in.wav", False) == (
        attached.params,
        attached.path,
        attached.by_upload,
    )
    assert ("finished", "") == (played.outcome.status, played.outcome.words)


def test_a_link_goes_in_the_place_of_the_file():
    linked = MORE | {MakeRecording: Made("/monitor/in.wav", "in.wav", "https://pbx.example/records/x/in.wav")}

    attached = asked(run(ANSWERED, terms(task=False, recordings="url"), linked), AttachRecord)[0]

    assert ("https://pbx.example/records/x/in.wav", "") == (attached.params["RECORD_URL"], attached.path)


WRONG = {
    "never came": ({FindRecording: Missing("in.wav holds no sound")}, "no recording: in.wav holds no sound"),
    "no WAV": ({MakeRecording: Missing("it cannot be converted")}, "no recording: it cannot be converted"),
    "refused": ({AttachRecord: Refused("Wrong file extension")}, "the recording was refused: Wrong file extension"),
    "a part": (
        {FindRecording: Found("/monitor/in.wav", "b.wav is not in")},
        "the recording is not whole: b.wav is not in",
    ),
}


@pytest.mark.parametrize(("answers", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_recording_is_told_and_the_call_stays_finished(answers, words):
    played = run(ANSWERED, terms(task=False, recordings="content"), MORE | answers)

    assert ("finished", words) == (played.outcome.status, played.outcome.words)


def test_a_call_that_nobody_answered_has_no_recording():
    assert [] == asked(run(missed_call(), terms(recordings="content"), MORE), FindRecording)


def test_a_finish_that_was_found_in_the_statistics_is_followed_by_the_recording():
    played = run(ANSWERED, terms(task=False, recordings="content"), MORE, finish=NotFound(), look=Sight.FOUND)

    assert 1 == len(asked(played, AttachRecord))


# --- restarts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [missed_call(), ANSWERED], ids=["missed", "answered"])
def test_killed_after_any_answer_the_flow_goes_on_with_the_same_questions(told):
    from test_flows import records_of

    wanted = terms(notice=True, recordings="content")
    pairs = run(told, wanted, MORE).pairs
    records = records_of(pairs)

    for killed_after in range(len(records) + 1):
        resumed = resume(call_flow(wanted), records[:killed_after])

        assert not resumed.superseded
        assert (pairs[killed_after][0] if killed_after < len(records) else None) == resumed.question


def test_a_run_superseded_after_the_finish_still_brings_the_recording_and_once():
    wanted = terms(task=False, recordings="content")
    pairs = run(ANSWERED, wanted, MORE).pairs
    finished = next(place for place, (question, _) in enumerate(pairs) if isinstance(question, Finish)) + 1

    rests = [play(call_flow(wanted, known_from(part)), ANSWERED, ANSWERS | MORE) for part in (pairs[:finished], pairs)]

    assert [[FindRecording, MakeRecording, AttachRecord], []] == [kinds(rest) for rest in rests]
    assert Finished("55") == known_from(pairs).finished
