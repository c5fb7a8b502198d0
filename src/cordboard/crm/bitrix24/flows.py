"""Flows: what a Bitrix24 portal is asked about one call, from its first ring to its finish.

In:   the settings (`Terms`), and the facts an earlier, superseded run has left (`Known`, normally empty).
Out:  questions, one at a time; at the end an `Outcome`.

    register    at the first conversation requested; a call that never had one is registered at its end
    show, hide  whenever the users who should see the card differ from those who do, collapsed to the present
    finish      once, at the end of the call, with the one who talked last

The surprise: a flow knows no time. Where a moment's patience saves requests it asks `NextStages(within=…)`, and an
answer that is `quiet` says that this time has passed with nothing new.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import msgspec

from cordboard.crm.bitrix24 import mapping
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.questions import (
    FindUsers,
    Finish,
    Finished,
    Flow,
    Hide,
    LookForFinished,
    NeedUser,
    NextStages,
    NotFound,
    Outcome,
    Params,
    Question,
    Refused,
    Register,
    Registered,
    Show,
    Sight,
    TakeOver,
)
from cordboard.flow.situation import News, Situation

#: changes with every change of what is asked; kept with each run
FLOW_VERSION = 2

#: seconds in which the phones that lost a call stop one after the other: hidden by one request
HIDE_SETTLES = 0.2
#: seconds a card stays after the live end while the deciding lane has not spoken yet
LINGER = 2.0

UNKNOWN_USER = "User is not found or is not active"

Ask = Generator[Question, Any, Any]


class Known(msgspec.Struct, omit_defaults=True):
    """The facts of a call in this portal: what must survive when a run is superseded."""

    registered: Registered | None = None
    #: parameters of the last register sent; asked again unchanged when its answer was lost
    params: Params | None = None
    user: int = 0
    shown: set[int] = msgspec.field(default_factory=set[int])
    #: absorbed calls whose registration was already taken care of
    taken: set[str] = msgspec.field(default_factory=set[str])
    finished: Finished | None = None
    refused: str = ""


def call_flow(terms: Terms, known: Known | None = None) -> Flow:
    """Everything one portal is asked about one call."""
    call = CallInPortal(terms, known or Known())
    if call.known.finished is not None:
        return call.outcome("finished")
    if call.known.registered is None and call.known.params is not None:
        yield from call.ask_register(call.known.params)
    within = 0.0
    while True:
        news: News = yield NextStages(within)
        situation = mapping.seen_by_crm(news.situation)
        if news.absorbed_by:
            return call.left_to_survivor(situation)
        for linkedid in news.absorbed:
            yield from call.take_over(linkedid, situation)
        if news.final:
            return (yield from call.conclude(situation))
        if situation.conversations and not situation.ended:
            yield from call.register(situation, fresh=news.fresh)
        within = yield from call.bring_cards_up_to_date(news, situation)


class CallInPortal:
    """One call in one portal: the steps of the flow and what it knows."""

    def __init__(self, terms: Terms, known: Known) -> None:
        self.terms = terms
        self.known = known
        self.users: dict[str, int] = {}
        self.looked_for: set[str] = set()
        #: time of the call's last card that was put on a screen, in the PBX's microseconds
        self.card_at = 0

    # --- register -------------------------------------------------------------------------------------------------

    def register(self, situation: Situation, *, fresh: bool) -> Ask:
        """Tell the portal of the call, once, if the settings want it there."""
        if self.known.registered or self.known.refused or not mapping.is_wanted(situation, self.terms):
            return
        user = yield from self.first_user(situation)
        seers = yield from self.seers(situation)
        show = fresh and user in seers
        yield from self.ask_register(mapping.register_params(situation, user, self.terms, show=show))
        if show and self.known.registered:
            self.card_at = situation.at

    def ask_register(self, params: Params) -> Ask:
        answer = yield Register(params)
        if isinstance(answer, Refused) and UNKNOWN_USER in answer.words and self.default_differs(params):
            params = {**params, "USER_ID": self.terms.default_user, "SHOW": 0}
            answer = yield Register(params)
        learn_register(self.known, params, answer)

    def default_differs(self, params: Params) -> bool:
        return self.terms.default_user not in {0, params["USER_ID"]}

    def first_user(self, situation: Situation) -> Generator[Question, Any, int]:
        """USER_ID of register (decisions 8): who was asked first and has a user, the line's first, the default."""
        numbers = self.asked_numbers(situation)
        yield from self.look_for(numbers)
        if user := next((self.users[number] for number in numbers if number in self.users), 0):
            return user
        line = self.terms.line(situation.line)
        if line is not None and line.first_responsible:
            yield from self.look_for((line.first_responsible,))
            if user := self.users.get(line.first_responsible, 0):
                return user
        if self.terms.default_user:
            return self.terms.default_user
        return (yield NeedUser(numbers, situation.line))

    def asked_numbers(self, situation: Situation) -> tuple[str, ...]:
        if situation.direction == "incoming":
            return tuple(talk.number for talk in situation.conversations)
        return (situation.caller,) if situation.caller else ()

    def look_for(self, numbers: Iterable[str]) -> Ask:
        """Ask for the users of numbers not asked for before."""
        new = tuple(dict.fromkeys(number for number in numbers if number and number not in self.looked_for))
        if new:
            self.looked_for.update(new)
            self.users.update((yield FindUsers(new)))

    # --- cards ----------------------------------------------------------------------------------------------------

    def bring_cards_up_to_date(self, news: News, situation: Situation) -> Generator[Question, Any, float]:
        """Show and hide; returns how many seconds to wait for more before the rest is done (0: nothing is left)."""
        if self.known.registered is None:
            return 0.0
        if situation.ended and not news.quiet and self.known.shown:
            return LINGER
        seers = yield from self.seers(situation)
        shown = self.known.shown
        to_show, to_hide = sorted(seers - shown) if news.fresh else [], sorted(shown - seers)
        wait = 0.0
        if to_show:
            wait = 0.0 if news.quiet else self.still_settling(situation)
            if not wait:
                yield from self.show(to_show)
                self.card_at = situation.at
        if to_hide:
            if news.quiet:
                yield from self.hide(to_hide)
            else:
                wait = min(wait, HIDE_SETTLES) if wait else HIDE_SETTLES
        return wait

    def still_settling(self, situation: Situation) -> float:
        """Seconds until more cards may follow the last one: phones of a group begin to ring together."""
        passed = (situation.at - self.card_at) / 1_000_000
        return round(max(self.terms.cards.debounce - max(passed, 0.0), 0.0), 3) if self.card_at else 0.0

    def seers(self, situation: Situation) -> Generator[Question, Any, set[int]]:
        """Users who should see the card now; nobody once the call has ended."""
        mode = self.terms.cards.mode
        if mode == "never" or situation.ended:
            return set()
        states = {"ringing", "talking"} if mode == "ringing" else {"talking"}
        # the other end of an outgoing call is the client; of an incoming one it may be an employee's mobile phone
        asked = [talk for talk in situation.conversations if talk.is_local or situation.direction == "incoming"]
        numbers = [talk.number for talk in asked if talk.state in states]
        if situation.direction != "incoming" and (mode == "ringing" or situation.answered):
            numbers.append(situation.caller)
        yield from self.look_for(numbers)
        return {self.users[number] for number in numbers if number in self.users}

    def show(self, users: list[int]) -> Ask:
        assert self.known.registered is not None
        yield Show(self.known.registered.id, tuple(users))
        self.known.shown |= set(users)

    def hide(self, users: list[int]) -> Ask:
        assert self.known.registered is not None
        yield Hide(self.known.registered.id, tuple(users))
        self.known.shown -= set(users)

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
            user = (yield from self.speaker(left.situation)) or left.user
            yield Finish(mapping.parted_params(left.situation, left.registered.id, user))

    # --- the end --------------------------------------------------------------------------------------------------

    def conclude(self, situation: Situation) -> Generator[Question, Any, Outcome]:
        """The call is over and everything about it is known."""
        yield from self.register(situation, fresh=False)
        if self.known.registered is None:
            return self.outcome("refused" if self.known.refused else "unwanted")
        user = (yield from self.speaker(situation)) or self.known.user
        if hidden := sorted(self.known.shown - {user}):
            yield from self.hide(hidden)
        return (yield from self.finish(situation, user))

    def speaker(self, situation: Situation) -> Generator[Question, Any, int]:
        """Who is credited: the last speaker, of a missed call the one whose phone rang last; 0 for nobody."""
        if situation.direction != "incoming":
            last = situation.conversation(situation.last_speaker)
            numbers = [last.number] if last is not None and last.is_local and situation.client != last.number else []
            numbers.append(situation.caller)
        elif situation.last_speaker:
            last = situation.conversation(situation.last_speaker)
            numbers = [last.number] if last is not None else []
        else:
            numbers = [talk.number for talk in reversed(situation.conversations)]
        yield from self.look_for(numbers)
        return next((self.users[number] for number in numbers if number in self.users), 0)

    def finish(self, situation: Situation, user: int) -> Generator[Question, Any, Outcome]:
        """Finish once; where the portal does not know the call, find out why (decisions 10)."""
        answer = yield from self.ask_finish(situation, user)
        if not isinstance(answer, NotFound):
            return self.closed(answer)
        assert self.known.registered is not None
        sight = yield LookForFinished(self.known.registered.id)
        if sight == Sight.FOUND:
            return self.outcome("finished")
        if sight == Sight.UNKNOWN:
            return self.outcome("finished", words="the portal does not know the call and would not let us look for it")
        self.known.registered = None
        yield from self.ask_register(mapping.register_params(situation, user, self.terms, show=False))
        if self.known.registered is None:
            return self.outcome("refused")
        answer = yield from self.ask_finish(situation, user)
        return self.closed(answer)

    def ask_finish(self, situation: Situation, user: int) -> Ask:
        assert self.known.registered is not None
        call_id = self.known.registered.id
        answer = yield Finish(mapping.finish_params(situation, call_id, user, self.terms))
        for stand_in in dict.fromkeys((self.known.user, self.terms.default_user)):
            if not (isinstance(answer, Refused) and UNKNOWN_USER in answer.words):
                break
            if stand_in not in {0, user}:
                answer = yield Finish(mapping.finish_params(situation, call_id, stand_in, self.terms))
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
            words=words or known.refused,
            registered=known.registered,
            user=known.user,
        )


def learn_register(known: Known, params: Params, answer: Registered | Refused | None) -> None:
    """What a register and its answer teach: also used to read a superseded run."""
    known.params, known.user = params, int(params["USER_ID"])
    match answer:
        case Registered():
            known.registered, known.refused = answer, ""
            if params["SHOW"]:
                known.shown.add(known.user)
        case Refused(words):
            known.refused, known.params = words, None
        case None:
            pass


def known_from(pairs: Iterable[tuple[Question, Any]]) -> Known:
    """The facts in the questions and answers of a superseded run."""
    known = Known()
    for question, answer in pairs:
        match question, answer:
            case Register(params), _:
                known.registered = None
                learn_register(known, params, answer)
            case Show(_, users), answer if answer is not None:
                known.shown |= set(users)
            case Hide(_, users), answer if answer is not None:
                known.shown -= set(users)
            case TakeOver(linkedid), answer if answer is not None or linkedid:
                known.taken.add(linkedid)
                if answer is not None and known.registered is None and answer.registered is not None:
                    known.registered, known.user = answer.registered, answer.user
                    known.shown = set(answer.shown)
            case Finish(params), Finished() if is_own(known, params):
                known.finished = answer
            case _:
                pass
    return known


def is_own(known: Known, params: Params) -> bool:
    """A finish of this call's own registration, not of an absorbed one's."""
    return known.registered is not None and params["CALL_ID"] == known.registered.id
