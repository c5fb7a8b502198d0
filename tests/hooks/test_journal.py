"""Customizations and the journal: a flow brought back at any moment asks the same, and knows what was cancelled."""

import pytest
from tests.hooks.calls import tell
from tests.hooks.test_points import install

from cordboard.crm.bitrix24.flows import call_flow, known_from
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.journal import Record, encode_answer, encode_question, known_pairs, resume
from cordboard.flow.questions import RunHook
from cordboard.hooks.specs import POINTS
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Numbers

pytestmark = pytest.mark.anyio

NUMBERS = Numbers(prefixes=("+7", "7", "8"), internal=(r"^\d{3}$",))
NOTHING = {
    "need_registration": {"result": True},
    "process_user_phone": {"phone": "102"},
    "process_client_phone": {"phone": "89161234567"},
    "process_record_file_path": {"path": "/records/x.wav"},
}


def records_of(told):
    """The journal of a call that was told to its end."""
    return [Record(*encode_question(question), answer=encode_answer(answer)) for question, answer in told.pairs]


@pytest.mark.parametrize("capture", ["in-answered", "in-group-answered", "out-answered", "in-caller-gives-up"])
async def test_a_flow_brought_back_after_any_answer_asks_the_next_question_again(folder, capture):
    for point in POINTS:
        made = install(folder, point, "function", NOTHING.get(point, {"TITLE": "x"}))

    told = await tell(capture, made, numbers=NUMBERS)
    records = records_of(told)

    assert len({question.point for question in told.asked(RunHook)}) >= 8
    terms = Terms("main", "portal", 1, numbers=NUMBERS, recordings="content", points=made.points_of("portal"))
    for length in range(len(records)):
        resumed = resume(call_flow(terms), records[:length])
        assert not resumed.superseded
        assert encode_question(resumed.question) == (records[length].kind, records[length].question)
    assert told.outcome == resume(call_flow(terms), records).outcome


async def test_an_upgrade_in_the_middle_of_a_call_does_not_undo_a_cancelled_registration(folder):
    made = install(folder, "process_registration_params", "function", [])
    told = await tell("in-answered", made)
    cancelled = next(n for n, (question, _) in enumerate(told.pairs, 1) if isinstance(question, RunHook))

    known = known_from(known_pairs(records_of(told)[:cancelled]))

    assert {"process_registration_params": "the call is not registered"} == known.cancelled


async def test_a_run_in_the_journal_says_what_went_in_what_came_out_and_how_long_it_took(folder):
    folder.program(
        "final.sh",
        '#!/bin/sh\nread -r x\necho why >&2\nsleep 0.05\necho \'{"data": {"USER_ID": 3}, "state": "success"}\'\n',
    )
    folder.hook("process_final_params", run=("final.sh",))

    told = await tell("in-answered", folder.customizations())

    question, answer = next(pair for pair in known_pairs(records_of(told)) if isinstance(pair[0], RunHook))
    [run] = answer.runs
    assert ("call-1", 2) == (question.payload["CALL_ID"], question.payload["USER_ID"])
    assert ("hook[0] final.sh", "changed", "why\n") == (run.entry, run.outcome, run.log)
    assert {"data": {"USER_ID": 3}, "state": "success"} == run.out
    assert run.milliseconds >= 50
    assert NumberingPlan().number(question.payload["call_full"]["channel"]["id"])
