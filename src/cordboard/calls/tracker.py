"""CallTracker: CEL events in, steps with changes and stages out.

In:   `feed(event)` for each row in the order of its source; `expire(now)` when time passes.
Out:  a `Step`: what changed, by which rule, and which stages were reached.

It touches no clock, no file and no network, and it never raises: a row it cannot use changes
nothing. `EFFECTS` is the whole dispatch: which event type wakes which rule.

Doubled rows change nothing, because each rule asks how things stand before it changes them; a row
of a call that has ended is ignored. A linkedid may come back after a restart of Asterisk: only a
CHAN_START later than the end of the old call begins it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import Channel
from cordboard.calls.clock import ClockText
from cordboard.calls.rules import answer, applications, arrival, bridging, hangup, merge, parking, pickup, transfer
from cordboard.calls.rules.direction import decide_direction
from cordboard.calls.rules.numbers_of_call import correct_called, name_sides
from cordboard.calls.stages import ALL_STAGES, StageName
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard
from cordboard.numbers.plan import NumberingPlan

#: without AMI: a call is over when it had no row for this long (microseconds)
SILENCE = 4 * 3600 * 1_000_000
#: click-to-calls told in advance and not seen yet; older ones are forgotten
EXPECTED = 1_000
#: with AMI: when the PBX has not listed any of its channels for this long
UNLISTED = 60 * 1_000_000

Rule = Callable[[Switchboard, Channel, CelEvent, Step], None]


def _answered(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    answer.answered(board, channel, event.eventtime, step)


#: which event wakes which rule; a type that is not here means nothing
EFFECTS: dict[str, Rule] = {
    "ANSWER": _answered,
    "APP_END": applications.ends,
    "APP_START": applications.begins,
    "ATTENDEDTRANSFER": transfer.transferred,
    "BLINDTRANSFER": transfer.transferred,
    "BRIDGE_ENTER": bridging.entered,
    "BRIDGE_EXIT": bridging.exited,
    "CHAN_END": hangup.gone,
    "HANGUP": hangup.gone,
    "PARK_END": parking.unparked,
    "PARK_START": parking.parked,
    "PICKUP": pickup.picked_up,
}
#: applications whose rows tell more than themselves, whatever their type
TELLING = frozenset(("Dial", "AppDial2"))
#: rows that begin nothing: of a call we do not know they only say that it is over
ENDINGS = frozenset(("HANGUP", "CHAN_END", "LINKEDID_END", "APP_END"))


class CallTracker:
    """Follows the calls of one PBX."""

    def __init__(
        self,
        plan: NumberingPlan,
        *,
        timezone: str | None = None,
        silence: int = SILENCE,
        stages: frozenset[StageName] = ALL_STAGES,
        facts: bool = True,
    ):
        """`stages`: those that are announced; without a listener for the others they cost nothing.

        `facts`: whether they will be asked for their facts, beside `call_full`."""
        self.clock = ClockText(timezone)
        self.board = Switchboard(plan, self.clock, stages, facts=facts)
        self.calls = self.board.calls  #: open calls by surviving linkedid
        self._silence = silence

    def feed(self, event: CelEvent) -> Step:
        """Return what this event did; nothing for types and rows that mean nothing."""
        step = Step(event, event.linkedid)
        kind = event.eventtype
        channel = self.board.channels.get(event.uniqueid)
        if kind == "CHAN_START":
            self._start(event, channel, step)
            return step
        effect = EFFECTS.get(kind)
        if channel is None and (effect is None or (channel := self._unseen(event, step)) is None):
            return step
        call = channel.call
        if call.shown:
            call.freeze_pictures()
        if event.eventtime > call.last_row:
            call.last_row = event.eventtime
        if channel.end and kind != "HANGUP":
            step.linkedid = call.linkedid
            return step
        if event.linkedid != call.linkedid:
            call = self._other_linkedid(channel, event, step)
        step.linkedid = call.linkedid
        if event.extra:
            channel.extra = event.extra
            if channel.conversation is not None:
                channel.conversation.full = None
        if (event.cid_num and event.cid_num != channel.cid_num) or (
            event.appname in TELLING and event.appdata != channel.appdata
        ):
            self._note(channel, event, step)
        if effect is not None:
            effect(self.board, channel, event, step)
        return step

    def expire(self, now: int) -> list[Step]:
        """End the calls that must be over by now, each when it was last heard of."""
        over = [call for call in self.calls.values() if self._deadline(call) <= now]
        return [self._end(call, max(call.last_row, call.listed_at), "expire") for call in over]

    def next_deadline(self) -> int | None:
        """Return when `expire` has something to do, if no event comes before."""
        return min((self._deadline(call) for call in self.calls.values()), default=None)

    def expect(self, linkedid: str, *, employee: str, client: str) -> None:
        """Be told of a click-to-call in advance: who will be rung, and for whom."""
        expected = self.board.expected
        expected[linkedid] = (employee, client)
        if len(expected) > EXPECTED:  # those that never came
            del expected[next(iter(expected))]

    def listed(self, uniqueids: Collection[str] | None, now: int) -> None:
        """Be told which channels the PBX has (CoreShowChannels); calls with none of them run out in a minute.

        None: the PBX cannot be asked, so nothing is known to be gone.
        """
        alive = set(uniqueids or ())
        for call in self.calls.values():
            if uniqueids is None:
                call.gone_since = 0
            elif any(uniqueid in alive for uniqueid, channel in call.channels.items() if not channel.end):
                call.gone_since, call.listed_at = 0, now
            else:
                call.gone_since = call.gone_since or now

    def unheard(self, now: int) -> None:
        """Be told that the PBX is not heard from now on: who had not ended by then went on at least until now."""
        for call in self.calls.values():
            if not call.gone_since:
                call.listed_at = max(call.listed_at, now)
            call.gone_since = 0

    def restarted(self, at: int) -> list[Step]:
        """Be told that the PBX started at this time: calls begun before are over, each when it was last heard of."""
        over = [call for call in self.calls.values() if call.start < at]
        return [self._end(call, max(call.last_row, call.listed_at), "restart") for call in over]

    def _deadline(self, call: Call) -> int:
        silence = max(call.last_row, call.listed_at) + self._silence
        return min(silence, call.gone_since + UNLISTED) if call.gone_since else silence

    def _end(self, call: Call, at: int, rule: str) -> Step:
        step = Step(None, call.linkedid)
        step.doubt(f"ended by {rule}: its own end is in no row")
        call.freeze_pictures()
        for channel in list(call.channels.values()):
            if not channel.end and call.linkedid in self.calls:
                hangup.leave(self.board, channel, at, step)
        if call.linkedid in self.calls and self.calls[call.linkedid] is call:
            hangup.end_call(self.board, call, at, step)
        return step

    def _start(self, event: CelEvent, known: Channel | None, step: Step) -> None:
        if known is not None:
            if not known.started or known.start == event.eventtime:
                known.started = True
                return  # a doubled row, or one that came after others of its channel
            # the counters began again with a restart, and the end of the old call was never written
            ended = self._end(known.call, known.call.last_row, "restart")
            step.marks += ended.marks
            step.stages += ended.stages
        call = self.board.aliases.get(event.linkedid)
        if call is None:
            ended_at = self.board.ended.get(event.linkedid)
            if ended_at is not None and (event.uniqueid != event.linkedid or event.eventtime <= ended_at):
                return  # a late row
            call = self.board.open_call(event.linkedid, event.eventtime)
        if call.shown:
            call.freeze_pictures()
        if event.eventtime > call.last_row:
            call.last_row = event.eventtime
        step.linkedid = call.linkedid
        channel = self.board.add(event.uniqueid, event.channame, call, event.eventtime)
        channel.started = True
        if channel is call.main:
            call.start = event.eventtime
        arrival.arrive(self.board, channel, event, step)

    def _unseen(self, event: CelEvent, step: Step) -> Channel | None:
        """A channel whose CHAN_START was lost, or that lived before we came."""
        call = self.board.aliases.get(event.linkedid)
        if not event.channame or (call is None and (event.eventtype in ENDINGS or event.linkedid in self.board.ended)):
            return None
        if event.uniqueid in self.board.ended or event.eventtype in ("LINKEDID_END", "CHAN_END"):
            return None
        call = call or self.board.open_call(event.linkedid, event.eventtime)
        call.freeze_pictures()
        step.doubt(f"the beginning of {event.channame} is in no row")
        channel = self.board.add(event.uniqueid, event.channame, call, event.eventtime)
        arrival.arrive(self.board, channel, event, step)
        return channel

    def _other_linkedid(self, channel: Channel, event: CelEvent, step: Step) -> Call:
        """The row stands under another linkedid: confirm a merge, or make one that was missed."""
        call, other = channel.call, self.board.aliases.get(event.linkedid)
        if other is None or other is call or event.eventtype in ENDINGS:
            return call
        return merge.merge(self.board, call, other, event.eventtime, step, "linkedid")

    def _note(self, channel: Channel, event: CelEvent, step: Step) -> None:
        """Keep what any row may tell of its channel."""
        call = channel.call
        if event.appname == "Dial":
            applications.remember_dialled(channel, event.appdata, step)
        if event.cid_num and event.cid_num != channel.cid_num:
            channel.cid_num = event.cid_num
            conversation = channel.conversation
            if conversation is not None and not conversation.sure:
                correct_called(conversation, call, step)
            elif not channel.first_num and (channel is call.client or channel is call.main):
                name_sides(call, step)
        if event.appname == "AppDial2" and channel is call.main and not call.originated:
            arrival.originate(call, channel)
            if call.dialled_in is channel:
                call.dialled_in = None
            decide_direction(call, step)
            name_sides(call, step)
