"""Card state: what a call card says to one user.

In:   the user, the call as registered, the connector's latest word about it, and the end if there is one.
Out:  `CardState`: the state's word, since when its timer runs, who answered elsewhere, how long it lasted.
Surprise: without the connector's word (a foreign connector) a card knows only "incoming" and "ended": Bitrix24's
          protocol has no "answered".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SECOND = 1_000_000

#: how long a card stays after its end before it closes by itself
ENDED_STAYS = 30 * SECOND
ELSEWHERE_STAYS = 4 * SECOND
PASSED_STAYS = 10 * SECOND

#: the last second that is believed: the year 2100 begins
LATEST = 4_102_444_800

TALKING = ("talking", "held", "parked")


@dataclass(frozen=True, slots=True)
class Running:
    """A call as registered, while it runs."""

    outgoing: bool
    #: microseconds
    registered_at: int
    place: str = ""
    conversations: Sequence[Mapping[str, Any]] = ()
    #: since when the call is in its present place
    since: str = ""
    #: `{BY, TO, NOTE}`: a colleague passes the call on, or asks somebody whether to
    transfer: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Finished:
    """A call that is over."""

    outgoing: bool
    user_id: int
    answered: bool
    #: talk in whole seconds
    duration: int
    code: str
    start: int
    finished_at: int
    conversations: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class CardState:
    #: incoming, connecting, calling, talking, held, parked, asking, elsewhere, passed, missed, failed, ended
    state: str
    #: the timer runs from here; None: no timer
    since: int | None = None
    #: a second, smaller timer: the talk, while the call is on hold
    total_since: int | None = None
    #: of a call that is over: seconds of talk, or of ringing if nobody answered
    length: int | None = None
    #: user who answered elsewhere, is asked, or got the call; 0: nobody known
    answered_by: int = 0
    #: the card closes by itself then
    closes_at: int | None = None
    code: str = ""


def state_of_running(user_id: int, call: Running) -> CardState:
    """What the card of a running call says to this user."""
    mine = [one for one in call.conversations if user_of(one) == user_id]
    talks = [one for one in call.conversations if state_word(one) in TALKING]
    my_talk = next((one for one in reversed(mine) if state_word(one) in TALKING), None)
    if my_talk is None and call.outgoing and talks and not any(user_of(one) for one in talks):
        # the talk of an outgoing call is the client's leg, which is no user's
        my_talk = talks[-1]
    if my_talk is not None:
        return talking(call, my_talk, user_id)
    if mine and mine[-1].get("END") == "transferred":
        return passed(mine[-1], call.transfer)
    if talks:
        return elsewhere(talks[-1])
    if any(state_word(one) == "ringing" for one in mine) or not mine:
        return waiting(call, mine, whole_number(call.transfer.get("TO")) == user_id)
    ended = [one for one in mine if one.get("END") == "answered-elsewhere"]
    if ended and call.place != "ended":
        answerers = [one for one in call.conversations if moment(one.get("ANSWERED_AT"))]
        return elsewhere({**(answerers[-1] if answerers else ended[-1]), "ANSWERED_AT": ended[-1].get("ENDED_AT")})
    answered = moment(mine[-1].get("ANSWERED_AT"))
    ended_at = moment(mine[-1].get("ENDED_AT"))
    if answered and ended_at:
        return CardState("ended", length=max(0, ended_at - answered) // SECOND, closes_at=ended_at + ENDED_STAYS)
    return waiting(call)


def talking(call: Running, talk: Mapping[str, Any], user_id: int) -> CardState:
    answered = moment(talk.get("ANSWERED_AT")) or moment(call.since) or call.registered_at
    if whole_number(call.transfer.get("BY")) == user_id and (asked := whole_number(call.transfer.get("TO"))):
        asked_since = moment(call.transfer.get("SINCE")) or moment(call.since) or answered
        return CardState("asking", since=asked_since, total_since=answered, answered_by=asked)
    if state_word(talk) == "talking":
        return CardState("talking", since=answered)
    held_since = moment(talk.get("HELD_AT")) or moment(call.since) or answered
    return CardState("parked" if state_word(talk) == "parked" else "held", since=held_since, total_since=answered)


def waiting(call: Running, mine: Sequence[Mapping[str, Any]] = (), got: bool = False) -> CardState:
    """Nobody talks yet: the timer runs from the first ring of the call; `got`: a colleague passed it to the user."""
    rings = [at for one in call.conversations if (at := moment(one.get("RANG_AT")))]
    since = min(rings, default=call.registered_at)
    if call.outgoing and any(state_word(one) == "ringing" for one in mine):
        # somebody clicked a number: their own telephone rings before the client's
        return CardState("connecting", since=since)
    if got and mine and (rang := moment(mine[-1].get("RANG_AT"))):
        return CardState("incoming", since=rang, total_since=since)
    return CardState("calling" if call.outgoing else "incoming", since=since)


def passed(mine: Mapping[str, Any], transfer: Mapping[str, Any]) -> CardState:
    """The user gave the call to somebody else."""
    ended = moment(mine.get("ENDED_AT"))
    closes_at = ended + PASSED_STAYS if ended else None
    return CardState("passed", answered_by=whole_number(transfer.get("TO")), closes_at=closes_at)


def elsewhere(talk: Mapping[str, Any]) -> CardState:
    answered = moment(talk.get("ANSWERED_AT"))
    closes_at = answered + ELSEWHERE_STAYS if answered else None
    return CardState("elsewhere", answered_by=user_of(talk), closes_at=closes_at)


def state_of_finished(user_id: int, call: Finished) -> CardState:
    """What the card of a finished call says to this user."""
    closes_at = call.finished_at + ENDED_STAYS
    if call.answered:
        i_talked = any(user_of(one) == user_id and moment(one.get("ANSWERED_AT")) for one in call.conversations)
        if user_id == call.user_id or i_talked:
            return CardState("ended", length=call.duration, closes_at=closes_at)
        return CardState("elsewhere", answered_by=call.user_id, closes_at=call.finished_at + ELSEWHERE_STAYS)
    rang = max(0, call.finished_at - call.start) // SECOND
    if call.outgoing:
        return CardState("failed", length=rang, code=call.code)
    return CardState("missed", length=rang, code=call.code)


def user_of(conversation: Mapping[str, Any]) -> int:
    return whole_number(conversation.get("USER_ID"))


def whole_number(value: object) -> int:
    """An id or a count as a stranger wrote it; 0 for anything that is none (`²` is a digit, and no number)."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def state_word(conversation: Mapping[str, Any]) -> str:
    return str(conversation.get("STATE") or "")


def moment(value: object) -> int | None:
    """Microseconds of a moment on the wire: ISO 8601, or a number of seconds.

    None where it is absent, unreadable, or no moment of this century: no page could write such a year.
    """
    seconds = seconds_of(str(value or ""))
    return round(seconds * SECOND) if seconds is not None and 0 <= seconds <= LATEST else None


def seconds_of(text: str) -> float | None:
    for read in (float, of_calendar):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return None


def of_calendar(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
