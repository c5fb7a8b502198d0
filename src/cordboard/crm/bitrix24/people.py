"""People: who in the portal a call belongs to, and who should see its card.

In:   a situation, the settings. Out: user ids of the portal; each number is asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.questions import FindUsers, NeedUser, Question
from cordboard.flow.situation import Situation

Ask = Generator[Question, Any, Any]
AskUser = Generator[Question, Any, int]
Rewrite = Callable[[str], Generator[Question, Any, str]]


class People:
    """The employees of one call."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.users: dict[str, int] = {}
        #: a number after the site's rules: under it the user is looked for
        self.rewrite: Rewrite = as_it_is
        self._looked_for: set[str] = set()

    def look_for(self, numbers: Iterable[str]) -> Ask:
        """Ask for the users of numbers not asked for before."""
        new = tuple(dict.fromkeys(number for number in numbers if number and number not in self._looked_for))
        if new:
            self._looked_for.update(new)
            written: dict[str, str] = {}
            for number in new:
                written[number] = yield from self.rewrite(number)
            found: dict[str, int] = yield FindUsers(tuple(dict.fromkeys(written.values())))
            self.users.update({number: found[rewritten] for number, rewritten in written.items() if rewritten in found})

    def first_of(self, numbers: Iterable[str]) -> AskUser:
        """The user of the first number that has one; 0 for nobody."""
        numbers = tuple(numbers)
        yield from self.look_for(numbers)
        return next((self.users[number] for number in numbers if number in self.users), 0)

    def of_registration(self, situation: Situation) -> AskUser:
        """USER_ID of register (decisions 8): who was asked first and has a user, the line's first, the default."""
        numbers = asked_numbers(situation)
        if user := (yield from self.first_of(numbers)):
            return user
        line = self.terms.line(situation.line)
        first = (line.first_responsible or "") if line is not None else ""
        if user := (yield from self.first_of((first,))):
            return user
        if self.terms.default_user:
            return self.terms.default_user
        return (yield NeedUser(numbers, situation.line))

    def of_missed(self, situation: Situation, clients: AskUser) -> AskUser:
        """Whose a missed call is, by the settings of its line or of all; `clients` asks for the client's responsible.

        Where there is none it is the one whose telephone rang last, and then the default user; 0 for nobody.
        """
        line, missed = self.terms.line(situation.line), self.terms.missed
        whose = (line.missed_responsible if line is not None else None) or missed.responsible
        user = 0
        if whose == "entity":
            user = yield from clients
        elif whose not in {"last", "default"}:
            user = yield from self.first_of((whose,))
        if not user and whose != "default":
            user = yield from self.of_finish(situation)
        return user or missed.default_user or self.terms.default_user

    def of_finish(self, situation: Situation) -> AskUser:
        """Who is credited: the last speaker, of a call without one whoever's phone rang last; 0 for nobody."""
        if situation.direction != "incoming":
            last = situation.conversation(situation.last_speaker)
            numbers = [last.number] if last is not None and last.is_local and situation.client != last.number else []
            numbers.append(situation.caller)
        elif situation.last_speaker:
            last = situation.conversation(situation.last_speaker)
            numbers = [last.number] if last is not None else []
        else:
            numbers = [talk.number for talk in reversed(situation.conversations)]
        return (yield from self.first_of(numbers))

    def who_see_the_card(self, situation: Situation) -> Generator[Question, Any, set[int]]:
        """Users who should see the card now; nobody once the call has ended."""
        if situation.ended or self.terms.shows_no_cards:
            return set()
        # the other end of an outgoing call is the client; of an incoming one it may be an employee's mobile phone
        asked = [talk for talk in situation.conversations if talk.is_local or situation.direction == "incoming"]
        talks = {talk.number: talk.state == "talking" for talk in asked if talk.state != "ended"}
        if situation.direction != "incoming":
            talks[situation.caller] = situation.answered
        yield from self.look_for(talks)
        users = {user: is_talking for number, is_talking in talks.items() if (user := self.users.get(number))}
        return {user for user, is_talking in users.items() if self.sees(user, situation, is_talking=is_talking)}

    def sees(self, user: int, situation: Situation, *, is_talking: bool) -> bool:
        """Whether a user sees the card while their telephone rings, or talks."""
        cards = self.terms.cards
        mode = (cards.outgoing if situation.direction != "incoming" else None) or cards.mode
        mode = self.terms.card_modes.get(str(user), mode)
        return mode == "ringing" or (mode == "answer" and is_talking)


def as_it_is(number: str) -> Generator[Question, Any, str]:
    """No site's rules: the number stays."""
    yield from ()
    return number


def asked_numbers(situation: Situation) -> tuple[str, ...]:
    """The extensions a call asked for, in order."""
    if situation.direction == "incoming":
        return tuple(talk.number for talk in situation.conversations)
    return (situation.caller,) if situation.caller else ()
