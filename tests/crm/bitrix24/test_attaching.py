"""A recording on its way to a portal that does not take it at once."""

import base64

import pytest

from cordboard.crm.base import CrmFailing, RequestRefused, ScopeMissing
from cordboard.crm.bitrix24 import after_finish
from cordboard.crm.bitrix24.after_finish import ask, tags_of
from cordboard.flow.after_finish import AttachRecord, CreateTask, Notify, TaskCreated
from cordboard.flow.questions import Done, Refused

pytestmark = pytest.mark.anyio

PARAMS = {"CALL_ID": "call-1", "FILENAME": "in.wav"}


class Portal:
    """Answers by method, and keeps what it was asked and sent."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []
        self.uploaded = []

    async def call(self, method, params):
        self.asked.append((method.rpartition(".")[2], params))
        answer = self.answers.get(method.rpartition(".")[2], {"FILE_ID": 7})
        if callable(answer):
            answer = answer(params)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def upload(self, address, field, name, content):
        self.uploaded.append((address, field, name, content))


async def read(path):
    return b"sound" if path == "/monitor/in.wav" else None


async def asked(portal, question, *, again=False):
    return await ask(portal, question, read, again=again)


async def test_the_content_is_part_of_the_request():
    portal = Portal()

    assert Done() == await asked(portal, AttachRecord(PARAMS, "/monitor/in.wav"))
    assert b"sound" == base64.b64decode(portal.asked[0][1]["FILE_CONTENT"])


async def test_a_file_that_went_away_meanwhile_is_told():
    assert Refused("the file is gone") == await asked(Portal(), AttachRecord(PARAMS, "/monitor/gone.wav"))


def cut_off(params):
    if "FILE_CONTENT" in params:
        return RequestRefused("File content is empty.")
    return {"uploadUrl": "https://portal.example/upload", "fieldName": "file"}


@pytest.mark.parametrize(
    ("largest", "by_upload", "answer"), [(99, False, cut_off), (2, False, cut_off), (99, True, cut_off)]
)
async def test_what_is_too_large_for_a_request_goes_by_upload(monkeypatch, largest, by_upload, answer):
    monkeypatch.setattr(after_finish, "LARGEST_CONTENT", largest)
    portal = Portal(attachRecord=answer)

    assert Done() == await asked(portal, AttachRecord(PARAMS, "/monitor/in.wav", by_upload))
    assert [("https://portal.example/upload", "file", "in.wav", b"sound")] == portal.uploaded


async def test_a_portal_that_gives_no_address_is_told():
    refused = await asked(Portal(attachRecord=True), AttachRecord(PARAMS, "/monitor/in.wav", by_upload=True))

    assert Refused("the portal gave no address to send the file to") == refused


@pytest.mark.parametrize("words", after_finish.PASSING)
async def test_a_refusal_that_passes_is_tried_again(words):
    with pytest.raises(CrmFailing):
        await asked(Portal(attachRecord=RequestRefused(words)), AttachRecord({**PARAMS, "RECORD_URL": "https://pbx/x"}))


async def test_a_refusal_that_stays_is_kept_in_the_portals_words():
    words = "Server returns HTTP error code 404"

    refused = await asked(
        Portal(attachRecord=RequestRefused(words)), AttachRecord({**PARAMS, "RECORD_URL": "https://x"})
    )

    assert Refused(words) == refused


TASK = CreateTask({"TITLE": "Call back", "RESPONSIBLE_ID": 2}, "main-1.1")


async def test_a_task_is_looked_for_only_where_it_may_have_been_made_already():
    for tags in (["main-1.1"], {"5": {"id": 5, "title": "main-1.1"}}):
        portal = Portal(list={"tasks": [{"id": "8", "tags": []}, {"id": "7", "tags": tags}]}, add={"task": {"id": "9"}})

        assert [TaskCreated("9"), TaskCreated("7")] == [
            await asked(portal, TASK),
            await asked(portal, TASK, again=True),
        ]
        assert ["add", "list"] == [method for method, _ in portal.asked]


async def test_a_lost_task_that_was_never_made_is_made():
    portal = Portal(list={"tasks": []}, add={"task": {"id": "9"}})

    assert TaskCreated("9") == await asked(portal, TASK, again=True)
    assert {"TITLE": "Call back", "RESPONSIBLE_ID": 2, "TAGS": ["main-1.1"]} == portal.asked[-1][1]["fields"]


async def test_a_missing_scope_stops_no_connection():
    missing = ScopeMissing("tasks.task.add: The request requires higher privileges")

    assert Refused(str(missing)) == await asked(Portal(add=missing), TASK)
    assert Refused(str(missing)) == await asked(Portal(add=missing), Notify({"USER_ID": 2}))


def test_tags_that_are_no_tags_are_none():
    assert [set(), set(), {"a"}] == [tags_of(None), tags_of("a"), tags_of(["a"])]
