"""Metrics: what the portal counts: requests over REST, open pages, transactions.

In:   requests on their way; the portal. Out: families for `exposition`.
The surprise: a method that we do not have is counted as "other", or anybody could fill the memory with names.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from cordboard.exposition import show
from cordboard.portal.measures import PortalMeasures
from cordboard.portal.rest.registry import find_method
from cordboard.portal.rest.request import read_address

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["MeasuredApp", "PortalMetrics"]


class MeasuredApp:
    """An ASGI application of `/rest` whose requests are counted."""

    def __init__(self, app: Any, measures: PortalMeasures) -> None:
        self._app, self._measures = app, measures

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began, status = perf_counter(), 0

        async def tell(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        scope["connection"] = send  # for a fault that cuts it: the server's own
        try:
            await self._app(scope, receive, tell)
        finally:
            scope.pop("connection", None)
            self._measures.asked(method_of(scope["path"]), status, perf_counter() - began)


def method_of(path: str) -> str:
    """The method that an address names, in lower case; "other" for one that does not exist."""
    name = read_address(path).method.lower()
    return name if name == "batch" or find_method(name) is not None else "other"


class PortalMetrics(Collector):
    """The metrics of one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def collect(self) -> Iterator[Metric]:
        measures = self._portal.measures
        requests = CounterMetricFamily("cordboard_portal_requests", "Requests over REST.", labels=["method", "status"])
        for labels, count in measures.requests.items():
            requests.add_metric(labels, count)
        seconds = HistogramMetricFamily(
            "cordboard_portal_request_duration_seconds", "Seconds of a request.", labels=["method"]
        )
        for method, spread in measures.seconds.items():
            show(spread, seconds, [method])
        pages = GaugeMetricFamily("cordboard_live_clients", "Pages with a live connection.")
        pages.add_metric([], measures.live_clients)
        commits = HistogramMetricFamily(
            "cordboard_db_query_duration_seconds", "Seconds until a transaction is durable.", labels=["query"]
        )
        show(self._portal.store.commits, commits, ["commit of the portal"])
        yield from (requests, seconds, pages, commits)
