"""Builders for the stories of test_flows.py: a call told as a few situations."""

import msgspec

from cordboard.crm.bitrix24.flows import call_flow
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.play import play
from cordboard.flow.questions import (
    Done,
    FindUsers,
    Finish,
    Finished,
    Hide,
    LookForFinished,
    NeedUser,
    Register,
    Registered,
    Show,
    Sight,
    TakeOver,
)
from cordboard.flow.situation import Conversation, News, Situation
from cordboard.settings import Missed

USERS = {"101": 2, "102": 3, "103": 4}
#: what follows the finish is off; its own stories switch it on
TERMS = Terms(pbx="main", connection="portal", default_user=1, missed=Missed(responsible="last", task=False))
START = 1_700_000_000_000_000
SECOND = 1_000_000

ANSWERS = {
    FindUsers: lambda question: {number: USERS[number] for number in question.numbers if number in USERS},
    Register: Registered(id="call-1", entity_type="contact", entity_id="7"),
    Show: Done(),
    Hide: Done(),
    Finish: Finished(activity_id="55"),
    LookForFinished: Sight.FOUND,
    NeedUser: 9,
    TakeOver: None,
}


KINDS = {Register: "register", Finish: "finish", LookForFinished: "look", TakeOver: "take_over", FindUsers: "users"}


def run(told, terms=TERMS, more=None, **answers):
    """Play the flow; `answers` by the names of `KINDS`, `more` by kind."""
    given = ANSWERS | {kind: answers[name] for kind, name in KINDS.items() if name in answers} | (more or {})
    return play(call_flow(terms), told, given)


def kinds(played):
    return [type(question) for question in played.asked if not isinstance(question, FindUsers)]


def asked(played, kind):
    return [question for question in played.asked if isinstance(question, kind)]


def talk(number, state="ringing", *, accepted=False):
    return Conversation(id=f"c{number}", number=number, state=state, accepted=accepted, is_local=len(number) < 5)


def incoming(*conversations, after=0.0, **more):
    return Situation(
        linkedid="1700000000.1",
        at=START + int(after * SECOND),
        start="2023-11-15T01:13:20+03:00",
        direction="incoming",
        client="79161234567",
        line="74951000001",
        conversations=conversations,
        **more,
    )


def outgoing(*conversations, after=0.0, **more):
    return msgspec.structs.replace(incoming(*conversations, after=after, **more), direction="outgoing", caller="101")


def news(situation, *stages, **more):
    return News(situation, stages, **more)


def over(situation):
    """The deciding lane has ended the call."""
    return News(msgspec.structs.replace(situation, ended=True), ("call_ended",), final=True)


def quiet(situation):
    """Nothing happened while the flow was ready to wait."""
    return News(situation, quiet=True)
