"""Captured calls, told to the real flow of a portal, with the real customizations of a folder."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec

import cordboard
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.snapshot import UserFull
from cordboard.calls.tracker import CallTracker
from cordboard.crm.bitrix24.flows import call_flow
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.after_finish import (
    AttachRecord,
    CloseReminder,
    CreateTask,
    FindRecording,
    FindReminders,
    Found,
    KeepReminder,
    Made,
    MakeRecording,
    OpenReminder,
    Reminder,
    TaskCreated,
    TellPart,
)
from cordboard.flow.journal import decode_answer, decode_question, encode_answer, encode_question
from cordboard.flow.questions import (
    Done,
    Facts,
    FindUsers,
    Finish,
    Finished,
    Hide,
    LookForFinished,
    NextStages,
    ReadFacts,
    ReadUsers,
    Register,
    Registered,
    RunHook,
    Show,
    Sight,
    TakeOver,
    Update,
)
from cordboard.flow.situation import News, situation_of
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import load

CAPTURES = Path(cordboard.__file__).parent / "demo/captures/asterisk22"
SETTINGS = Path(__file__).parents[2] / "docs/explanation/example.toml"

USERS = {"101": 2, "102": 3, "103": 4}
ROWS = {
    "entity": {
        "ID": "797",
        "NAME": "Anna",
        "LAST_NAME": "Petrova",
        "ASSIGNED_BY_ID": "4",
        "PHONE": [{"VALUE": "8 916 123-45-67"}],
    },
    "deal": {"ID": "31", "TITLE": "Boat", "ASSIGNED_BY_ID": "3"},
    "activity": {"ID": "55", "SUBJECT": "Incoming call", "DESCRIPTION": "", "RESPONSIBLE_ID": "2"},
}


def user(id):
    return UserFull(f"u{id}@example.org", str(id), f"User {id}", [f"10{id - 1}"], "Manager", {"ID": str(id)})


def facts(question):
    commands = {
        "entity": question.entity_id,
        "deal": question.deal_id or question.entity_id,
        "activity": question.activity_id,
    }
    return Facts(**{name: ROWS[name] for name, id in commands.items() if id})


ANSWERS = {
    FindUsers: lambda question: {number: USERS[number] for number in question.numbers if number in USERS},
    ReadUsers: lambda question: {str(id): user(id) for id in question.ids},
    Register: Registered(id="call-1", entity_type="contact", entity_id="797"),
    Show: Done(),
    Hide: Done(),
    Finish: Finished(activity_id="55"),
    LookForFinished: Sight.FOUND,
    TakeOver: None,
    ReadFacts: facts,
    Update: Done(),
    FindRecording: Found("/records/in.wav"),
    MakeRecording: lambda question: Made(question.path, Path(question.path).name, ""),
    AttachRecord: Done(),
    OpenReminder: lambda question: Reminder(question.mark),
    CreateTask: TaskCreated("77"),
    KeepReminder: False,
    FindReminders: (),
    CloseReminder: Done(),
    TellPart: Done(),
}


def stages_of(capture):
    """The stages of a captured call, each with `call_full` as it was then."""
    settings = load(SETTINGS)
    pbx = settings.pbx[0]
    plan = NumberingPlan(settings.numbers.prefixes, settings.numbers.internal, pbx.trunks, pbx.lines)
    tracker = CallTracker(plan, timezone="UTC")
    rows = CsvRows(timezone="UTC")
    text = (CAPTURES / capture / "cel.csv").read_text(encoding="utf-8")
    for event in [*rows.feed(text), *rows.finish()]:
        yield from tracker.feed(event).stages


def news_of(capture):
    """The same stages as a flow is told them."""
    for stage in stages_of(capture):
        situation = situation_of(stage.linkedid, stage.at, stage.call_full(), stage.facts())
        name = str(stage.name)
        yield News(situation, (name,), final=name == "call_ended", call_full=stage.call_full())


def replayed(capture):
    """What `cordboard replay --every stage` prints of it: stage and `call_full`, in order."""
    return replayed_rows(CAPTURES / capture / "cel.csv", SETTINGS)


def replayed_rows(rows, config):
    command = [Path(sys.executable).with_name("cordboard"), "replay", rows, "--every", "stage", "--config", config]
    run = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
    return [(line["stage"], line["call_full"]) for line in map(json.loads, run.stdout.splitlines())]


#: what differs from call to call of a connection, and from `replay`
FACTS = {"user", "entity", "deal", "registration", "record", "custom"}


def bare(value):
    """An object without the keys that only a connection knows, and with `processed` as `ended`."""
    if isinstance(value, dict):
        return {key: bare(part) for key, part in value.items() if key not in FACTS}
    if isinstance(value, list):
        return [bare(part) for part in value]
    return "ended" if value == "processed" else value


class Told:
    """A call after its flow has ended."""

    def __init__(self):
        self.pairs = []
        self.outcome = None

    def asked(self, kind):
        return [question for question, _ in self.pairs if isinstance(question, kind)]

    def params(self, kind):
        return [question.params for question in self.asked(kind)]

    def runs(self, point):
        return [
            run
            for question, answer in self.pairs
            if isinstance(question, RunHook) and question.point == point
            for run in answer.runs
        ]

    def payloads(self, point):
        """As a program reads them."""
        return [json.loads(msgspec.json.encode(hook.payload)) for hook in self.asked(RunHook) if hook.point == point]


async def tell(capture, made, *, answers=None, **terms):
    """Drive the flow of a captured call to its end; customizations are really asked."""
    told, news, known = Told(), news_of(capture), {**ANSWERS, **(answers or {})}
    terms = {"numbers": load(SETTINGS).numbers, "recordings": "content", **terms}
    flow = call_flow(Terms("main", "portal", 1, points=made.points_of("portal"), **terms))
    try:
        question = next(flow)
        while True:
            # through the journal and back, as in life
            answer = decode_answer(question, encode_answer(await answer_to(question, news, made, known)))
            assert decode_question(*encode_question(question)) is not None
            told.pairs.append((question, answer))
            question = flow.send(answer)
    except StopIteration as end:
        told.outcome = end.value
    return told


async def answer_to(question, news, made, known):
    if isinstance(question, NextStages):
        # a wait is over with nothing new: the next stage comes later than any patience
        return next(news)
    if isinstance(question, RunHook):
        return await made.ask(question.point, question.payload, crm="portal", linkedid="1795304271.0")
    given = known[type(question)]
    return given(question) if callable(given) else given
