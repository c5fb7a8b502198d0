"""Story: how one real call is told, and what the people in it lived through.

In:   a team (office.py); the story's own coroutine, which makes telephones do things.
Out:  `Lived`, one per call as a person would count it: the truth. People and times come from the telephones' own log,
      never from Asterisk; what must follow from them (result, whose call it is) the story says by decisions.md.

    @story("Incoming call to the first of the team, answered; the customer hangs up")
    async def in_answered(team: Team, book: Book) -> None:
        anna, *_ = team.telephones
        call = await book.customer_calls(anna)
        at_anna = await call.rings(anna, 1)
        await at_anna.answer()
        async with call.together(anna):
            await asyncio.sleep(3)
        await call.origin.hang_up()
        call.ends(200, anna)
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dialog import Call
from office import Team
from telephone import Telephone

REFUSED = {486: "busy", 600: "busy", 603: "declined"}


@dataclass(frozen=True)
class Span:
    """Both were in one bridge, the keys of a transfer and hold included (decisions.md 6)."""

    one: str
    other: str
    start: float
    end: float


@dataclass
class Lived:
    """One call, as the people in it would tell it."""

    story: str
    origin: Call
    direction: str  #: incoming, outgoing, local
    caller: str
    dialled: str
    client: str = ""  #: the outside number, empty while colleagues are alone
    result: int = 0
    employees: tuple[str, ...] = ()  #: whose call it is in the end, as extensions; several where chance decides
    is_registered: bool = True
    legs: list[Call] = field(default_factory=list[Call])
    spans: list[Span] = field(default_factory=list[Span])
    marks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    linkedid: str = ""
    #: direction and client for the CRM, where they are not the call's: a local call that went on to the outside
    crm: tuple[str, str] = ("", "")

    async def rings(self, place: Telephone, seconds: float = 0, number: str = "") -> Call:
        """A telephone, or at the provider an outside number, begins to ring for this call."""
        leg = await place.next_call(number)
        self.legs.append(leg)
        return await leg.ring(seconds)

    async def arrives(self, place: Telephone, number: str = "") -> Call:
        """A telephone is called that does not ring, since it refuses at once."""
        leg = await place.next_call(number)
        self.legs.append(leg)
        return leg

    def mark(self, kind: str, by: Telephone, to: Telephone | str = "") -> None:
        to = to if isinstance(to, str) else to.name
        self.marks.append({"kind": kind, "epoch": time.time(), "by": by.name, "to": to})

    @asynccontextmanager
    async def together(self, other: Telephone | str, one: Telephone | None = None) -> AsyncIterator[None]:
        """The client (in a local call: `one`) is in one bridge with somebody while this lasts."""
        names = (one.name if one else self.client), (other if isinstance(other, str) else other.name)
        start = time.time()
        yield
        self.spans.append(Span(*names, start, time.time()))

    async def talk(
        self, leaving: Call, staying: Call, who: Telephone | str, seconds: float, *, one: Telephone | None = None
    ) -> None:
        """They talk from the answer on; then one of them hangs up."""
        await leaving.wait_connected()
        await staying.wait_connected()
        async with self.together(who, None if self.client else one or self.origin_telephone):
            await asyncio.sleep(seconds)
            hanging_up = asyncio.create_task(leaving.hang_up())
            await staying.wait_ended()
        await hanging_up

    @property
    def origin_telephone(self) -> Telephone:
        assert isinstance(self.origin.telephone, Telephone)
        return self.origin.telephone

    def absorbs(self, younger: "Lived") -> None:
        """The younger call merges into this one, and its client with it (decisions.md 2)."""
        if not self.client:
            self.direction, self.client = younger.direction, younger.client
            self.caller, self.dialled, self.is_registered = younger.caller, younger.dialled, bool(younger.client)
        # with the same client, or none, nothing is told of the younger one any more
        younger.is_registered = younger.client not in ("", self.client)
        self.legs += younger.legs
        if not younger.is_registered:
            self.spans += younger.spans

    def goes_on_with(self, outside: str) -> None:
        """A local call was sent to an outside number: for the CRM it is outgoing from then on (decisions.md 2)."""
        self.crm, self.is_registered = ("outgoing", outside), True

    def ends(self, result: int, *employees: Telephone) -> None:
        """The result by decisions.md 3, and whom the CRM must name: the last speaker, of a missed call the one whose
        telephone rang last, of an outgoing one who called; nobody: the default user."""
        self.result, self.employees = result, tuple(each.name for each in employees)

    # -- what follows from the telephones' log

    @property
    def rang(self) -> list[str]:
        legs = (leg for leg in self.legs if not leg.made_by_us and "ringing" in leg.times)
        return list(dict.fromkeys(number_of(leg) for leg in legs))

    @property
    def talks(self) -> list[Span]:
        """The spans of the client, in a local call all of them, in the order in which they began."""
        mine = [span for span in self.spans if self.client in ("", span.one, span.other)]
        return sorted(mine, key=lambda span: span.start)

    @property
    def answered_by(self) -> list[str]:
        others = [span.other for span in self.talks]
        people = [self.client, *others] if others and self.direction in ("outgoing", "callback") else others
        return [name for name in dict.fromkeys(people) if name != self.caller or self.direction == "callback"]

    @property
    def hangup_by(self) -> str:
        if {"hung-up", "cancelled"} & set(self.origin.times):
            return "caller"
        return "callee" if any({"hung-up", "rejected"} & set(leg.times) for leg in self.legs) else "pbx"

    @property
    def outcome(self) -> str:
        if self.talks:
            return "answered"
        if self.origin.connected.is_set():  # by the exchange
            if self.hangup_by == "pbx":
                return "closed"
            return "abandoned" if self.legs else "ivr-missed"
        if "cancelled" in self.origin.times:
            return "cancelled"
        code = self.legs[-1].final if self.legs and "rejected" in self.legs[-1].times else 0
        return REFUSED.get(code, "failed") if code else "no-answer"

    @property
    def talk_seconds(self) -> float:
        """How long the client was with anybody: the union of the spans."""
        return self.seconds_with(self.client)

    def seconds_with(self, client: str) -> float:
        total = until = 0.0
        for span in self.talks:
            if client not in ("", span.one, span.other):
                continue
            total += max(0.0, span.end - max(span.start, until))
            until = max(until, span.end)
        return round(total, 2)


class Book:
    """What a story is written down in while it is played."""

    def __init__(self, name: str, team: Team) -> None:
        self.name, self.team = name, team
        self.calls: list[Lived] = []

    async def customer_calls(self, place: Telephone | str, name: str = "", *, again: str = "") -> Lived:
        """A customer dials a number of the company, a new one or `again` one of before; perhaps with a name."""
        number, customer = self.team.line_to(place), again or self.team.outside_number()
        origin = await self.team.provider.call(number, customer, name)
        return self._noted(Lived(self.name, origin, "incoming", customer, number, customer))

    async def calls_out(self, telephone: Telephone) -> Lived:
        """An employee dials an outside number, as people do here: with an 8."""
        customer = self.team.outside_number()
        origin = await telephone.call("8" + customer[1:])
        return self._noted(Lived(self.name, origin, "outgoing", telephone.name, origin.dialled, customer))

    async def calls_inside(self, telephone: Telephone, number: str) -> Lived:
        origin = await telephone.call(number)
        local = Lived(self.name, origin, "local", telephone.name, number)
        local.is_registered = False
        return self._noted(local)

    async def originates(self, direction: str, channel: str, exten: str, employee: Telephone, client: str) -> Lived:
        """The CRM asks for a call: first `channel`, then what `exten` leads to. Its origin is who is rung first."""
        linkedid = f"cb-{self.team.number}-{client}"
        first = employee if direction == "outgoing" else self.team.provider
        where = {"Channel": channel, "Context": "internal", "Exten": exten, "Priority": "1", "ChannelId": linkedid}
        caller = f"{client} <{employee.name if direction == 'outgoing' else client}>"
        await self.team.tap.act("Originate", **where, CallerID=caller, Timeout="8000", Async="true")
        origin = await first.next_call("" if first is employee else client)
        return self._noted(Lived(self.name, origin, direction, employee.name, exten, client, linkedid=linkedid))

    def _noted(self, call: Lived) -> Lived:
        self.calls.append(call)
        return call


Play = Callable[[Team, Book], Awaitable[None]]


@dataclass(frozen=True)
class Story:
    name: str
    title: str
    text: str
    play: Play


STORIES: dict[str, Story] = {}


def story(title: str) -> Callable[[Play], Play]:
    """Make a coroutine a story; its name, with dashes, is what `make capture` takes."""

    def add(play: Play) -> Play:
        name = getattr(play, "__name__", "").replace("_", "-")
        STORIES[name] = Story(name, title, " ".join((play.__doc__ or "").split()), play)
        return play

    return add


async def played(name: str, team: Team) -> list[Lived]:
    """Play one story; its calls as they were lived. A story that cannot be played says so with its name."""
    book = Book(name, team)
    try:
        async with asyncio.timeout(60):
            await STORIES[name].play(team, book)
    except (AssertionError, TimeoutError) as error:
        raise AssertionError(f"the story {name} could not be played: {error!r}") from error
    return book.calls


def number_of(leg: Call) -> str:
    """Who was called: an extension, or at the provider the number that was dialled there."""
    return leg.dialled if leg.telephone.name.startswith("trunk") else leg.telephone.name
