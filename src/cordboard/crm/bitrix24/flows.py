"""Flows: what a Bitrix24 portal is asked about one call, from its first ring to its finish.

In:   the settings (`Terms`), and the facts an earlier, superseded run has left (`Known`, normally empty).
Out:  questions, one at a time; at the end an `Outcome`.

    register    at the first conversation requested; a call that never had one is registered at its end
    show, hide  whenever the users who should see the card differ from those who do (`cards.py`)
    finish      once, at the end of the call, with the one who talked last (`people.py`)
    then        what reminds of a missed client (`missed.py`), the recording (`recording.py`)

Each request leaves through one place: `ask_register`, `Cards.show`, `Cards.hide`, `ask_finish`.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Any

import msgspec

from cordboard.crm.bitrix24 import mapping, missed, recording
from cordboard.crm.bitrix24.cards import Cards
from cordboard.crm.bitrix24.customizing import Customizing
from cordboard.crm.bitrix24.known import Known, cancelled_words, known_from, known_of_click, learn_register, user_in
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.crm.bitrix24.objects import is_new, responsible_of
from cordboard.crm.bitrix24.parts import parts_of, tell_parts, with_first_part
from cordboard.crm.bitrix24.people import Ask, AskUser, People
from cordboard.crm.bitrix24.recording import Words
from cordboard.flow.questions import (
    Finish,
    Finished,
    Flow,
    Hide,
    LookForFinished,
    NextStages,
    NotFound,
    Outcome,
    Params,
    Question,
    Refused,
    Register,
    Sight,
    TakeOver,
)
from cordboard.flow.situation import News, Situation

__all__ = ["FLOW_VERSION", "Known", "call_flow", "known_from", "known_of_click"]

#: changes with every change of what is asked; kept with each run
FLOW_VERSION = 4

#: the point before register: without it there is no call in the portal
REGISTRATION = "process_registration_params"

UNKNOWN_USER = "User is not found or is not active"


def call_flow(terms: Terms, known: Known | None = None) -> Flow:
    """Everything one portal is asked about one call."""
    call = CallInPortal(terms, known or Known())
    if call.known.finished is not None:
        return (yield from call.goes_on_after_finish())
    if call.known.registered is None and call.known.params is not None:
        yield from call.ask_register(call.known.params)
    within = 0.0
    while True:
        news: News = yield NextStages(within)
        situation = mapping.seen_by_crm(news.situation)
        call.customizing.hear(news)
        if news.absorbed_by:
            return call.left_to_survivor(situation)
        for linkedid in news.absorbed:
            yield from call.take_over(linkedid, situation)
        if mapping.is_wanted(situation, terms):
            # asked at every stage, whether or not anything follows from it
            yield from call.customizing.is_needed()
        if news.final:
            return (yield from call.conclude(situation))
        if situation.conversations and not situation.ended:
            yield from call.register(situation, fresh=news.fresh)
        within = yield from call.cards.bring_up_to_date(news, situation)


class CallInPortal:
    """One call in one portal: the steps of the flow and what it knows."""

    def __init__(self, terms: Terms, known: Known) -> None:
        self.terms = terms
        self.known = known
        self.people = People(terms)
        self.customizing = Customizing(terms, known, self.people)
        self.people.rewrite = partial(self.customizing.phone, "process_user_phone")
        self.cards = Cards(known, self.people, self.customizing)

    # --- register -------------------------------------------------------------------------------------------------

    def register(self, situation: Situation, *, fresh: bool) -> Ask:
        """Tell the portal of the call, once, if the settings want it there."""
        if not mapping.is_wanted(situation, self.terms) or not (yield from self.customizing.is_needed()):
            return
        if self.known.registered or self.known.refused or REGISTRATION in self.known.cancelled:
            return
        situation = yield from self.with_customized_client(situation)
        user = yield from self.people.of_registration(situation)
        seers = yield from self.people.who_see_the_card(situation)
        # where customizations say who sees the card, it is shown by a request of its own, that has the call's id
        show = fresh and user in seers and not self.customizing.has("customize_show_call_card")
        asked = mapping.register_params(situation, user, self.terms, show=show)
        if self.known.is_callback:
            asked = mapping.as_callback(asked, self.known.entity)
        params = yield from self.customizing.ask(REGISTRATION, asked)
        if params is None:
            return
        yield from self.ask_register(params)
        if self.known.registered:
            self.cards.last_at = situation.at if show else self.cards.last_at
            yield from self.customizing.ask("post_registration", {})

    def with_customized_client(self, situation: Situation) -> Generator[Question, Any, Situation]:
        if situation.direction == "local":
            return situation
        client = yield from self.customizing.phone("process_client_phone", situation.client)
        return msgspec.structs.replace(situation, client=client)

    def ask_register(self, params: Params) -> Ask:
        answer = yield Register(params)
        if isinstance(answer, Refused) and UNKNOWN_USER in answer.words and self.default_differs(params):
            params = {**params, "USER_ID": self.terms.default_user, "SHOW": 0}
            answer = yield Register(params)
        learn_register(self.known, params, answer)

    def default_differs(self, params: Params) -> bool:
        return self.terms.default_user not in {0, user_in(params)}

    # --- two calls that became one -----------------------------------------------------------------------------------

    def left_to_survivor(self, situation: Situation) -> Outcome:
        return msgspec.structs.replace(
            self.outcome("moved"), shown=tuple(sorted(self.known.shown)), situation=situation
        )

    def take_over(self, linkedid: str, situation: Situation) -> Ask:
        """Take care of the registration of a call that became part of this one (decisions 2)."""
        if linkedid in self.known.taken:
            return
        self.known.taken.add(linkedid)
        left: Outcome | None = yield TakeOver(linkedid)
        if left is None or left.registered is None or left.situation is None:
            return
        if self.known.registered is None:
            self.known.registered, self.known.user = left.registered, left.user
            self.known.shown = set(left.shown)
            return
        if hidden := tuple(user for user in left.shown if user != left.user):
            yield Hide(left.registered.id, hidden)
        if mapping.same_number(left.situation.client, situation.client):
            yield Finish(mapping.cancelled_params(left.registered.id, left.user))
        else:
            user = (yield from self.people.of_finish(left.situation)) or left.user
            yield Finish(mapping.parted_params(left.situation, left.registered.id, user))

    # --- the end --------------------------------------------------------------------------------------------------

    def goes_on_after_finish(self) -> Generator[Question, Any, Outcome]:
        """The run was superseded after the finish: what follows it is done again, which has no second effect."""
        news: News = yield NextStages()
        while not news.final:
            news = yield NextStages()
        self.customizing.hear(news)
        words = yield from self.after_finish(mapping.seen_by_crm(news.situation), self.known.user)
        return self.outcome("finished", words)

    def conclude(self, situation: Situation) -> Generator[Question, Any, Outcome]:
        """The call is over and everything about it is known."""
        yield from self.register(situation, fresh=False)
        if self.known.registered is None:
            return self.not_registered()
        parts = yield from parts_of(situation, self.people)
        user = parts[0].user if parts else (yield from self.whose(situation)) or self.known.user
        if hidden := sorted(self.known.shown - {user}):
            yield from self.cards.hide(hidden)
        outcome = yield from self.finish(with_first_part(situation, parts), user)
        if self.known.finished is None:
            return msgspec.structs.replace(outcome, words=outcome.words or cancelled_words(self.known))
        self.customizing.finished()
        yield from self.customizing.update()
        words = yield from self.after_finish(situation, user)
        return msgspec.structs.replace(outcome, words=outcome.words or cancelled_words(self.known) or words)

    def whose(self, situation: Situation) -> AskUser:
        """USER_ID of finish: who talked last, or whose a missed call is; 0 for nobody."""
        if situation.direction != "incoming" or situation.result == 200:
            return (yield from self.people.of_finish(situation))
        return (yield from self.people.of_missed(situation, self.responsible_of_client()))

    def responsible_of_client(self) -> AskUser:
        """The user responsible for a client the portal knew before this call; 0 where there is none."""
        registered = self.known.registered
        if registered is None or is_new(registered):
            return 0
        facts = yield from self.customizing.facts()
        responsible = responsible_of(facts.entity) if facts.entity is not None else ""
        return int(responsible) if responsible.isdigit() else 0

    def after_finish(self, situation: Situation, user: int) -> Words:
        """What follows a finished call; words about what was left out."""
        assert self.known.registered is not None
        # in the CRM the client has the number after the site's rules; a file is named after the one that called
        told = yield from self.with_customized_client(situation)
        parts = yield from parts_of(told, self.people)
        yield from tell_parts(told, parts, self.known.parts, self.terms, self.customizing)
        yield from missed.follow_up(told, self.known.registered, user, self.terms, self.customizing)
        if self.known.recorded:
            return ""
        return (yield from recording.attach(situation, self.known.registered.id, self.terms, self.customizing))

    def not_registered(self) -> Outcome:
        if REGISTRATION in self.known.cancelled:
            return self.outcome("cancelled")
        return self.outcome("refused" if self.known.refused else "unwanted")

    def finish(self, situation: Situation, user: int) -> Generator[Question, Any, Outcome]:
        """Finish once; where the portal does not know the call, find out why (decisions 10)."""
        answer = yield from self.ask_finish(situation, user)
        if answer is None:
            return self.outcome("cancelled")
        if not isinstance(answer, NotFound):
            return self.closed(answer)
        assert self.known.registered is not None
        sight = yield LookForFinished(self.known.registered.id)
        if sight == Sight.FOUND:
            self.known.finished = Finished()
            return self.outcome("finished")
        if sight == Sight.UNKNOWN:
            return self.outcome("finished", words="the portal does not know the call and would not let us look for it")
        self.known.registered = None
        asked = self.known.params or mapping.register_params(situation, user, self.terms, show=False)
        yield from self.ask_register({**asked, "SHOW": 0})
        if self.known.registered is None:
            return self.outcome("refused")
        answer = yield from self.ask_finish(situation, user)
        return self.outcome("cancelled") if answer is None else self.closed(answer)

    def ask_finish(self, situation: Situation, user: int) -> Ask:
        assert self.known.registered is not None
        asked = mapping.finish_params(situation, self.known.registered.id, user, self.terms)
        params = yield from self.customizing.ask("process_final_params", asked)
        if params is None:
            return None
        answer = yield Finish(params)
        for stand_in in dict.fromkeys((self.known.user, self.terms.default_user)):
            if not (isinstance(answer, Refused) and UNKNOWN_USER in answer.words):
                break
            if stand_in not in {0, user_in(params)}:
                answer = yield Finish({**params, "USER_ID": stand_in})
        return answer

    def closed(self, answer: Finished | NotFound | Refused) -> Outcome:
        match answer:
            case Finished():
                self.known.finished = answer
                return self.outcome("finished")
            case Refused(words):
                return self.outcome("refused", words=words)
            case NotFound():
                return self.outcome("refused", words="the portal lost the call twice")

    def outcome(self, status: str, words: str = "") -> Outcome:
        known = self.known
        return Outcome(
            status=status,
            call_id=known.registered.id if known.registered else "",
            activity_id=known.finished.activity_id if known.finished else "",
            words=words or cancelled_words(known) or known.refused,
            registered=known.registered,
            user=known.user,
        )
