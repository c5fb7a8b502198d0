"""The stages of a call: the moments at which a CRM is told something.

A stage carries the call as it was at that moment. Building that picture costs more than the
event itself, and most listeners want few of them (`replay --every end` wants one per call), so
it is built when asked. If nobody asked before the call goes on, and the stage is still in
somebody's hands, the call builds it just before it changes: see `Call.freeze_pictures`. One event
may bring several stages (somebody is joined and accepted, the last telephone and the call end);
each shows the call as it was then. A listener who wants few of them says so to the tracker.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from cordboard.calls.facts import CallFacts
    from cordboard.calls.snapshot import CallFull


class StageName(StrEnum):
    """Four stages that customizations know, and one line of ours."""

    CONVERSATION_REQUESTED = "conversation_requested"  #: somebody is asked to talk
    CONVERSATION_ACCEPTED = "conversation_accepted"  #: and now shares a bridge with the client
    CONVERSATION_ENDED = "conversation_ended"  #: their channel is gone
    CALL_ENDED = "call_ended"  #: nobody is left; nothing follows
    MERGED = "merged"  #: another call became part of this one; no customization stage

    __hash__ = str.__hash__


#: by their own names: each look into an enum takes longer than the question that is asked of it
CONVERSATION_REQUESTED, CONVERSATION_ACCEPTED, CONVERSATION_ENDED, CALL_ENDED, MERGED = StageName

ALL_STAGES = frozenset(StageName)


class Pictured(Protocol):
    """What can be pictured: an open or ended call."""

    def picture(self) -> CallFull:
        """Return `call_full` as it is now."""
        ...

    def facts(self) -> CallFacts:
        """Return what a flow needs beyond `call_full`, as it is now."""
        ...


class Stage(msgspec.Struct, eq=False, weakref=True):
    """A moment of a call, with the call as it was then."""

    name: StageName
    linkedid: str
    at: int  #: microseconds since the epoch
    _call: Pictured
    conversation: str = ""  #: uniqueid, or "" for the stages of the whole call
    absorbed: str = ""  #: of `merged`: the linkedid that goes on under ours
    _full: CallFull | None = None
    _facts: CallFacts | None = None

    def call_full(self) -> CallFull:
        """Return the call as it was at this moment; of `merged`: the absorbed call."""
        if self._full is None:
            self._full = self._call.picture()
        return self._full

    def facts(self) -> CallFacts:
        """Return what a flow needs beyond `call_full`, as it was at this moment."""
        if self._facts is None:
            self._facts = self._call.facts()
        return self._facts

    def show(self, absorbed: Pictured) -> None:
        """Take the pictures of another call, now: of the one that is absorbed."""
        self._full, self._facts = absorbed.picture(), absorbed.facts()
        self.absorbed = self._facts.linkedid

    def freeze(self, *, facts: bool = True) -> None:
        """Build the pictures now, because the call is about to change."""
        self.call_full()
        if facts:
            self.facts()

    def __repr__(self) -> str:
        return f"Stage({self.name!r}, {self.linkedid!r}, at={self.at}, conversation={self.conversation!r})"
