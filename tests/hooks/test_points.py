"""Every point through the real flow of a captured call: one customization that changes, one that cancels, one that
fails; each in another language, so that every runner serves every kind of point."""

import json

import jsonschema_rs
import pytest
from tests.hooks.calls import bare, replayed, tell
from tests.hooks.conftest import needs_php

from cordboard.cli.schema import schema_text
from cordboard.flow.after_finish import AttachRecord, CreateTask, MakeRecording, TellPart
from cordboard.flow.questions import Finish, ReadFacts, Register, Registered, RunHook, Show, Update
from cordboard.hooks.specs import POINTS
from cordboard.settings import Numbers, Replace
from cordboard.settings import Register as RegisterSettings

pytestmark = pytest.mark.anyio

#: what `printf` or `echo` says in each language
LANGUAGES = {
    "python": "#!/usr/bin/env python3\nimport sys\nfor line in sys.stdin: print({answer!r}, flush=True)\n",
    "shell": "#!/bin/sh\nread -r question\nprintf '%s\\n' '{answer}'\n",
    "node": "#!/usr/bin/env node\nrequire('readline').createInterface({{input: process.stdin}})"
    ".on('line', () => console.log('{answer}'));\n",
    "php": "<?php\necho '{answer}';\n",
    "function": "import json\ndef answer(payload):\n    return json.loads({answer!r})\n",
}


def install(folder, point, language, data, state="success"):
    """A customization that always gives one answer."""
    answer = json.dumps({"data": data, "state": state})
    text = LANGUAGES[language].format(answer=answer)
    if language == "function":
        folder.file(f"{point}_rules.py", text)
        folder.hook(point, python=f"{point}_rules.py:answer")
    elif language == "php":
        folder.file(f"{point}.php", text)
    else:
        folder.program(point, text)
    return folder.customizations()


def languages():
    return [pytest.param(language, marks=needs_php if language == "php" else ()) for language in LANGUAGES]


# --- point → a customization's data, and what must be seen of it in what the portal is asked --------------------------


def without_call(told):
    return told.asked(Register) == [] and told.outcome.status in {"unwanted", "cancelled"}


CHANGES = {
    "need_registration": ({"result": False}, without_call),
    "process_user_phone": ({"phone": "103"}, lambda told: told.params(Register)[0]["USER_ID"] == 4),
    "process_client_phone": (
        {"phone": "89161234567"},
        lambda told: told.params(Register)[0]["PHONE_NUMBER"] == "89161234567",
    ),
    "process_registration_params": (
        {"CRM_SOURCE": "WEB"},
        lambda told: told.params(Register)[0]["CRM_SOURCE"] == "WEB",
    ),
    "customize_show_call_card": ({"USER_ID": [9]}, lambda told: told.asked(Show) == [Show("call-1", (9,))]),
    "process_final_params": ({"USER_ID": 456}, lambda told: told.params(Finish)[0]["USER_ID"] == 456),
    "process_record_file_path": (
        {"path": "/records/in.mp3"},
        lambda told: told.asked(MakeRecording) == [MakeRecording("/records/in.mp3")],
    ),
    "customize_attach_record_url": (
        {"FILENAME": "Anna.wav"},
        lambda told: told.params(AttachRecord)[0]["FILENAME"] == "Anna.wav",
    ),
    "process_task_creation_params": (
        {"DEADLINE": "2026-11-25T18:00:00+03:00", "GROUP_ID": 4},
        lambda told: (
            told.params(CreateTask)[0] | {"DEADLINE": "2026-11-25T18:00:00+03:00", "GROUP_ID": 4}
            == told.params(CreateTask)[0]
        ),
    ),
    "customize_entity": (
        {"TITLE": "new"},
        lambda told: told.asked(Update) == [Update("contact", "797", {"TITLE": "new"})],
    ),
    "customize_activity": (
        {"SUBJECT": "new"},
        lambda told: told.asked(Update) == [Update("activity", "55", {"SUBJECT": "new"})],
    ),
}
CANCELS = {
    "process_registration_params": without_call,
    "customize_show_call_card": lambda told: told.asked(Show) == [] and told.params(Register)[0]["SHOW"] == 0,
    "process_final_params": lambda told: told.asked(Finish) == [] and told.outcome.status == "cancelled",
    "process_record_file_path": lambda told: told.asked(MakeRecording) + told.asked(AttachRecord) == [],
    "customize_attach_record_url": lambda told: told.asked(AttachRecord) == [],
    "process_task_creation_params": lambda told: told.asked(CreateTask) == [],
    "customize_entity": lambda told: told.asked(Update) == [],
    "customize_activity": lambda told: told.asked(Update) == [],
}


#: where the point is not asked about an answered call
CAPTURES = {"process_task_creation_params": "in-caller-gives-up"}


def capture_of(point):
    return CAPTURES.get(point, "in-answered")


def untouched(told):
    """What is asked of a call without customizations."""
    if told.asked(CreateTask):
        task = told.params(CreateTask)[0]
        assert (4, "finished") == (task["RESPONSIBLE_ID"], told.outcome.status)
        assert "GROUP_ID" not in task
        return
    register, finish = told.params(Register)[0], told.params(Finish)[0]
    assert (2, "79161234567") == (register["USER_ID"], register["PHONE_NUMBER"])
    assert "CRM_SOURCE" not in register
    assert (2, "200", "finished") == (finish["USER_ID"], finish["STATUS_CODE"], told.outcome.status)
    assert not told.asked(Update)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("point", CHANGES)
async def test_a_customization_changes_what_the_portal_is_asked(folder, point, language):
    data, is_seen = CHANGES[point]
    made = install(folder, point, language, data)

    told = await tell(capture_of(point), made)

    assert is_seen(told), [str(question) for question, _ in told.pairs]
    assert "changed" in {run.outcome for run in told.runs(point)}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("point", CANCELS)
async def test_empty_data_cancels_and_the_later_steps_cope(folder, point, language):
    made = install(folder, point, language, [])

    told = await tell(capture_of(point), made)

    assert CANCELS[point](told), [str(question) for question, _ in told.pairs]
    assert {"cancelled"} == {run.outcome for run in told.runs(point)}
    assert f"cancelled by customization, {point}" in told.outcome.words


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("point", CHANGES)
async def test_a_customization_that_fails_leaves_the_call_as_it_was(folder, point, language):
    made = install(folder, point, language, CHANGES[point][0], state="error")

    told = await tell(capture_of(point), made)

    untouched(told)
    assert {"failed"} == {run.outcome for run in told.runs(point)}
    assert made.entries[0].outcomes["failed"] == len(told.runs(point)) > 0


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("point", sorted(set(CHANGES) - set(CANCELS)))
async def test_where_nothing_can_be_cancelled_empty_data_leaves_the_call_as_it_was(folder, point, language):
    made = install(folder, point, language, [])

    told = await tell("in-answered", made)

    untouched(told)
    assert {"failed" if point == "need_registration" else "unchanged"} == {run.outcome for run in told.runs(point)}


async def test_each_part_of_a_call_with_several_employees_is_asked_about(folder):
    install(folder, "process_registration_params", "function", {"CRM_SOURCE": "WEB"})
    made = install(folder, "process_final_params", "function", {"COMMENT": "x"})
    rules = Numbers(replace=(Replace(pattern="^7", substitution="8"),), internal=(r"^\d{3}$",))
    settings = RegisterSettings(separate_conversations=True)

    told = await tell("transfer-blind-refer", made, register=settings, numbers=rules)

    [part] = told.asked(TellPart)
    assert ("WEB", "89161234567") == (part.register["CRM_SOURCE"], part.register["PHONE_NUMBER"])
    assert "x" == part.finish["COMMENT"]


async def test_a_task_names_the_client_by_the_number_after_the_rules(folder):
    rules = Numbers(replace=(Replace(pattern="^7", substitution="8"),))

    told = await tell("in-caller-gives-up", folder.customizations(), numbers=rules)

    assert "89161234567" in told.params(CreateTask)[0]["TITLE"]


@pytest.mark.parametrize("language", languages())
async def test_post_registration_is_told_of_a_registration_and_changes_nothing(folder, language):
    made = install(folder, "post_registration", language, {"anything": 1})

    told = await tell("in-answered", made)

    untouched(told)
    [payload] = told.payloads("post_registration")
    assert ("call-1", "conversation_requested") == (
        payload["call_full"]["registration"]["id"],
        payload["call_stage"],
    )
    kinds = [type(question) for question, _ in told.pairs]
    assert kinds.index(Register) < kinds.index(RunHook)


async def test_several_customizations_get_each_the_result_of_the_one_before_and_a_cancel_ends_the_row(folder):
    adds = '#!/bin/sh\nread -r question\ncase "$question" in *\'"COMMENT":"a"\'*) more=b;; *) more=a;; esac\n'
    folder.program("adds.sh", adds + 'printf \'{"data": {"COMMENT": "%s"}, "state": "success"}\' "$more"\n')
    folder.program("cancels.sh", '#!/bin/sh\nread -r question\necho \'{"data": [], "state": "success"}\'\n')
    point = "process_final_params"
    folder.hook(point, run=("cancels.sh",), order=300)
    folder.hook(point, run=("adds.sh",), order=200)
    folder.hook(point, run=("adds.sh",), order=100)
    folder.hook(point, run=("adds.sh",), order=400)

    told = await tell("in-answered", folder.customizations())

    runs = told.runs(point)
    assert ["adds.sh", "adds.sh", "cancels.sh"] == [run.entry.split()[-1] for run in runs]
    assert [{"COMMENT": "a"}, {"COMMENT": "b"}, []] == [run.out["data"] for run in runs]


async def test_a_customization_of_another_connection_is_not_asked(folder):
    folder.program("need.sh", LANGUAGES["shell"].format(answer='{"data": {"result": false}, "state": "success"}'))
    folder.hook("need_registration", run=("need.sh",), crm="other")

    told = await tell("in-answered", folder.customizations())

    untouched(told)
    assert not told.asked(RunHook)


@pytest.mark.parametrize("switch", [{"enabled": False}, {"off": ("need_registration",)}])
async def test_customizations_are_switched_off_as_a_whole_or_by_point(folder, switch):
    folder.program(
        "need_registration", LANGUAGES["shell"].format(answer='{"data": {"result": false}, "state": "success"}')
    )

    told = await tell("in-answered", folder.customizations(**switch))

    untouched(told)
    assert not told.asked(RunHook)


async def test_a_call_left_out_at_one_stage_is_told_at_the_next(folder):
    text = """#!/bin/sh
read -r question
case "$question" in *conversation_requested*) result=false;; *) result=true;; esac
printf '{"data": {"result": %s}, "state": "success"}' $result
"""
    folder.program("need_registration", text)

    told = await tell("in-answered", folder.customizations())

    stages = [payload["call_stage"] for payload in told.payloads("need_registration")]
    assert ["conversation_requested", "conversation_accepted", "conversation_ended", "call_ended"] == stages
    kinds = [type(question) for question, _ in told.pairs]
    assert kinds.index(Register) > kinds.index(RunHook)
    untouched(told)


SAME = [
    "in-answered",
    "in-group-answered",
    "in-caller-gives-up",
    "out-answered",
    "transfer-blind-refer",
    "park-retrieved",
    "in-queue-answered",
]


@pytest.mark.parametrize("capture", SAME)
async def test_call_full_of_a_customization_is_the_object_that_replay_prints_at_that_stage(folder, capture):
    """Every stage of the call is one at which `need_registration` is asked."""
    made = install(folder, "need_registration", "function", {"result": True})

    told = await tell(capture, made)

    payloads = told.payloads("need_registration")
    printed = [(stage, full) for stage, full in replayed(capture) if stage != "merged"]
    assert [stage for stage, _ in printed] == [payload["call_stage"] for payload in payloads]
    for (_, full), payload in zip(printed, payloads, strict=True):
        assert bare(full) == bare(payload["call_full"])


async def test_call_full_holds_what_the_portal_knows_of_the_call(folder):
    made = install(folder, "process_final_params", "function", {"COMMENT": "x"})

    told = await tell("in-answered", made)

    [payload] = told.payloads("process_final_params")
    full = payload["call_full"]
    [talk] = full["conversations"].values()
    assert ("2", "User 2", ["101"]) == (talk["user"]["id"], talk["user"]["name"], talk["user"]["phones"])
    assert ("797", "contact", "Anna Petrova", "4") == tuple(
        full["entity"][key] for key in ("id", "type", "name", "responsible_id")
    )
    assert ("9161234567", "User 4") == (full["entity"]["phones"][0]["base"], full["entity"]["responsible"]["name"])
    assert ("31", "Boat", "deal") == tuple(full["deal"][key] for key in ("id", "name", "type"))
    assert ("call-1", "contact", "797", "2") == tuple(
        full["registration"][key] for key in ("id", "entity_type", "entity_id", "responsible_id")
    )
    assert "CALL_ID" in payload
    assert "call_stage" not in payload


@pytest.mark.parametrize(("lead", "is_new"), [("797", True), ("", False)])
async def test_a_client_made_by_the_call_is_new_for_its_customization(folder, lead, is_new):
    made = install(folder, "customize_entity", "function", {"TITLE": "x"})
    registered = Registered(id="call-1", entity_type="lead", entity_id="797", created_lead_id=lead)

    told = await tell("in-answered", made, answers={Register: registered})

    [payload] = told.payloads("customize_entity")
    assert (is_new, is_new) == (payload["entity"]["is_new"], payload["call_full"]["entity"]["is_new"])


async def test_client_and_deal_are_not_read_for_points_that_do_not_need_them(folder):
    made = install(folder, "need_registration", "function", {"result": True})

    told = await tell("in-answered", made)

    assert not told.asked(ReadFacts)


@pytest.mark.parametrize("capture", ["in-answered", "in-caller-gives-up", "out-answered", "transfer-attended-refer"])
async def test_every_payload_is_of_its_published_schema(folder, capture):
    for point in POINTS:
        # one that fails changes nothing, so every point is reached
        made = install(folder, point, "function", None, state="error")

    told = await tell(capture, made)

    asked = {hook.point for hook in told.asked(RunHook)}
    assert len(asked) >= 5
    for point in asked:
        validator = jsonschema_rs.validator_for(json.loads(schema_text(f"{point}.payload")))
        for payload in told.payloads(point):
            assert [] == [f"{point}: {fault}" for fault in validator.iter_errors(payload)]


async def test_a_number_changed_by_a_customization_stands_in_call_full_as_custom(folder):
    install(folder, "process_client_phone", "function", {"phone": "89161234567"})
    made = install(folder, "process_final_params", "function", {"COMMENT": "x"})

    told = await tell("in-answered", made)

    number = told.payloads("process_final_params")[0]["call_full"]["channel"]["from"]
    assert ("79161234567", "89161234567") == (number["original"], number["custom"])


# --- our own, written as customizations ------------------------------------------------------------------------------


async def test_autoreplacement_runs_all_rules_in_order_before_numbers_are_used(folder):
    rules = (
        Replace(pattern=r"^7(\d{10})$", substitution="8$1"),
        Replace(pattern="^8916", substitution="${0}-"),
        Replace(pattern=r"^10(\d)$", substitution="10${1}", applies="user"),
        Replace(pattern="^101$", substitution="103", applies="user"),
    )

    told = await tell("in-answered", folder.customizations(), numbers=Numbers(replace=rules))

    register = told.params(Register)[0]
    assert (4, "8916-1234567") == (register["USER_ID"], register["PHONE_NUMBER"])


LISTS = [
    ({"skip_extensions": ("^101$",)}, 0),
    ({"skip_extensions": ("^102$",)}, 1),
    ({"only_extensions": ("^101$",)}, 1),
    ({"only_extensions": ("^102$",)}, 0),
    ({"skip_clients": ("161234567$",)}, 0),
    ({"skip_clients": ("^8916",)}, 1),
]


@pytest.mark.parametrize(("settings", "registered"), LISTS)
async def test_lists_decide_whose_calls_are_told(folder, settings, registered):
    told = await tell("in-answered", folder.customizations(), register=RegisterSettings(**settings))

    assert registered == len(told.asked(Register))


async def test_a_call_of_a_listed_extension_is_told_as_soon_as_it_goes_on_to_a_colleague(folder):
    settings = RegisterSettings(skip_extensions=("^101$",))

    told = await tell("in-hunt-second", folder.customizations(), register=settings)

    assert 1 == len(told.asked(Register))


async def test_a_recording_is_called_by_the_template_of_the_settings(folder):
    name = "{date} {time} {client} {extension}/{line}"

    told = await tell("in-answered", folder.customizations(), record_name=name)

    assert "2026-11-21 23-37-51 79161234567 101-74951000001.wav" == told.params(AttachRecord)[0]["FILENAME"]


def test_every_point_is_in_this_file():
    assert set(POINTS) - set(CHANGES) - {"post_registration"} == LATER


#: asked where there is no call yet
LATER = {"process_originate_params", "customize_autodistribution"}
