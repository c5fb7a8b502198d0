"""Inbox: what has happened to a call since its flow last asked, collapsed to the present."""

from __future__ import annotations

import asyncio

from cordboard.flow.situation import News


class Inbox:
    """One flow's news."""

    def __init__(self) -> None:
        self._waiting: News | None = None
        self._last: News | None = None
        self._came = asyncio.Event()

    def tell(self, news: News) -> None:
        """Add what happened; the situation is replaced, everything else adds up."""
        self._waiting = joined(self._waiting, news)
        self._came.set()

    async def next(self, within: float) -> News:
        """What happened, as soon as something has; after `within` seconds (0: never) that nothing did."""
        if self._waiting is None:
            try:
                await asyncio.wait_for(self._came.wait(), within or None)
            except TimeoutError:
                assert self._last is not None
                return News(situation=self._last.situation, fresh=self._last.fresh, quiet=True)
        news = self._waiting
        assert news is not None
        self._last, self._waiting = news, None
        self._came.clear()
        return news

    @property
    def fresh_since(self) -> int:
        """When the call came to be as the flow knows it (microseconds); 0 where that is of the past."""
        return self._last.situation.at if self._last is not None and self._last.fresh else 0

    def remember(self, news: News) -> None:
        """After a restart: the last news of the earlier life, which a wait may be about."""
        self._last = news


def joined(before: News | None, news: News) -> News:
    if before is None:
        return news
    return News(
        # a settled end is not overwritten by what the other lane still sees
        situation=before.situation if before.final and not news.final else news.situation,
        stages=before.stages + news.stages,
        absorbed=before.absorbed + tuple(x for x in news.absorbed if x not in before.absorbed),
        absorbed_by=before.absorbed_by or news.absorbed_by,
        final=before.final or news.final,
        fresh=news.fresh,
        call_full=before.call_full if (before.final and not news.final) else news.call_full or before.call_full,
    )
