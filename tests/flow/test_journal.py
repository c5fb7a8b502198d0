"""Questions and answers as they are kept."""

from cordboard.flow.journal import Record, decode_question, encode_answer, encode_question, known_pairs, resume
from cordboard.flow.questions import FindUsers, NextStages, Outcome, Refused, Register, Registered


def little_flow():
    users = yield FindUsers(("101",))
    answer = yield Register({"USER_ID": users["101"]})
    return Outcome("finished" if isinstance(answer, Registered) else "refused")


def record(question, answer=None, *, sent=False):
    return Record(*encode_question(question), sent, None if answer is None else encode_answer(answer))


FOUND = record(FindUsers(("101",)), {"101": 2})


def test_a_flow_goes_on_at_the_question_that_was_sent_and_not_answered():
    resumed = resume(little_flow(), [FOUND, record(Register({"USER_ID": 2}), sent=True)])

    assert (Register({"USER_ID": 2}), True, 1) == (resumed.question, resumed.sent, resumed.answered)


def test_a_flow_with_all_its_answers_ends_as_it_ended():
    resumed = resume(little_flow(), [FOUND, record(Register({"USER_ID": 2}), Refused("no"))])

    assert Outcome("refused") == resumed.outcome


def test_another_question_than_the_recorded_one_supersedes_the_run():
    resumed = resume(little_flow(), [FOUND, record(Register({"USER_ID": 3}), Refused("no"))])

    assert (True, None) == (resumed.superseded, resumed.question)


def test_records_behind_the_end_supersede_the_run():
    registered = record(Register({"USER_ID": 2}), Registered("call-1"))

    assert resume(little_flow(), [FOUND, registered, record(NextStages())]).superseded


def test_an_answer_of_another_version_supersedes_the_run():
    foreign = Record(*encode_question(FindUsers(("101",))), answer=b'["101"]')

    assert resume(little_flow(), [foreign]).superseded


def test_records_this_version_cannot_read_are_passed_over():
    strange = Record("AskTheOracle", b"{}", answer=b"42")

    assert [(FindUsers(("101",)), {"101": 2})] == list(known_pairs([strange, FOUND]))
    assert decode_question("Register", b'{"other": 1}') is None
