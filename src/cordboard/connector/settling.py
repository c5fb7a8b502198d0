"""Settling: ended calls become durable together with how far the ledger was read, and only then is the end told.

In:   ends, as the lane that decides tells them; the place up to which nothing open is lost.
Out:  `News` that is final, for the flows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from cordboard.calls.snapshot import CallFull
from cordboard.calls.stages import StageName
from cordboard.connector.journal import Ended, StoreJournal
from cordboard.flow.situation import News

Tell = Callable[[str, News], None]


class Settler:
    """The ends of one PBX on their way to the journal."""

    def __init__(
        self, pbx: str, journal: StoreJournal, connections: list[str], tell: Tell, *, with_pictures: bool
    ) -> None:
        #: ends that are not written yet
        self.ended: list[Ended] = []
        #: the place the journal holds
        self.kept: str | None = None
        self._pbx = pbx
        self._journal = journal
        self._connections = connections
        self._tell = tell
        #: somebody's customizations want to see the calls
        self._with_pictures = with_pictures
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_writing(self) -> bool:
        return self._one_at_a_time.locked()

    async def settle(self, place: str | None) -> None:
        """Write ended calls and the place; only then are the flows told that it is final."""
        # while an older write is tried again, no newer place may be written past its calls
        async with self._one_at_a_time:
            ended, self.ended = self.ended, []
            moved = place is not None and place != self.kept
            old: set[str] = set()
            try:
                if ended or moved:
                    old = await self._journal.settle(self._pbx, ended, self._connections, place if moved else None)
            except BaseException:
                self.ended[:0] = ended
                raise
            self.kept = place
        for one in ended:
            if one.linkedid not in old:
                full = picture_of(one.call_full) if self._with_pictures else None
                stages = (StageName.CALL_ENDED.value,)
                self._tell(one.linkedid, News(one.situation, stages, final=True, call_full=full))


def picture_of(call_full: bytes) -> CallFull | None:
    """What the journal holds of an ended call; None where nobody saw its end."""
    return msgspec.json.decode(call_full, type=CallFull | None)
