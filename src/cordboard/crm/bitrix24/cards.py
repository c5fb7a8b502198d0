"""Cards: on whose screens the card of a call is, and on whose it should be.

In:   news of the call. Out: `Show` and `Hide`, collapsed to the present.

The surprise: a flow knows no time. Where a moment's patience saves requests it asks `NextStages(within=…)`, and an
answer that is `quiet` says that this time has passed with nothing new.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from cordboard.crm.bitrix24.customizing import Customizing
from cordboard.crm.bitrix24.known import Known
from cordboard.crm.bitrix24.people import Ask, People
from cordboard.flow.questions import Hide, Params, Question, Show
from cordboard.flow.situation import News, Situation

#: seconds in which the phones that lost a call stop one after the other: hidden by one request
HIDE_SETTLES = 0.2
#: seconds a card stays after the live end while the deciding lane has not spoken yet
LINGER = 2.0


class Cards:
    """The cards of one call."""

    def __init__(self, known: Known, people: People, customizing: Customizing) -> None:
        self.known = known
        self.people = people
        self.customizing = customizing
        #: users whom a customization keeps from the card, and those who see it in their place
        self.kept_from: set[int] = set()
        self.instead: set[int] = set()
        #: time of the call's last card that was put on a screen, in the PBX's microseconds
        self.last_at = 0

    def bring_up_to_date(self, news: News, situation: Situation) -> Generator[Question, Any, float]:
        """Show and hide; returns how many seconds to wait for more before the rest is done (0: nothing is left)."""
        if self.known.registered is None:
            return 0.0
        if situation.ended and not news.quiet and self.known.shown:
            return LINGER
        seers = self.customized((yield from self.people.who_see_the_card(situation)))
        shown = self.known.shown
        to_show, to_hide = sorted(seers - shown) if news.fresh else [], sorted(shown - seers)
        wait = 0.0
        if to_show:
            wait = 0.0 if news.quiet else self.still_settling(situation)
            if not wait:
                yield from self.show(to_show)
                self.last_at = situation.at
        if to_hide:
            if news.quiet:
                yield from self.hide(to_hide)
            else:
                wait = min(wait, HIDE_SETTLES) if wait else HIDE_SETTLES
        return wait

    def still_settling(self, situation: Situation) -> float:
        """Seconds until more cards may follow the last one: phones of a group begin to ring together."""
        passed = (situation.at - self.last_at) / 1_000_000
        return round(max(self.people.terms.cards.debounce - max(passed, 0.0), 0.0), 3) if self.last_at else 0.0

    def show(self, users: list[int]) -> Ask:
        """The request `telephony.externalCall.show`."""
        assert self.known.registered is not None
        asked: Params = {"CALL_ID": self.known.registered.id, "USER_ID": users}
        params = yield from self.customizing.ask("customize_show_call_card", asked)
        wanted: Any = params.get("USER_ID", []) if params is not None else []
        chosen = [wanted] if isinstance(wanted, int) else sorted(set(wanted))
        self.kept_from |= set(users) - set(chosen)
        self.instead |= set(chosen) - set(users)
        if chosen:
            yield Show(self.known.registered.id, tuple(chosen))
            self.known.shown |= set(chosen)

    def customized(self, seers: set[int]) -> set[int]:
        """Who sees the card after customizations; those who see it in others' place, as long as anybody should."""
        self.kept_from &= seers
        return (seers - self.kept_from) | (self.instead if seers else set())

    def hide(self, users: list[int]) -> Ask:
        """The request `telephony.externalCall.hide`."""
        assert self.known.registered is not None
        yield Hide(self.known.registered.id, tuple(users))
        self.known.shown -= set(users)
