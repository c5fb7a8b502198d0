"""Metrics: everything the connector counts, under the names that dashboards rely on (docs/reference/metrics.md).

In:   the running connector. Out: families for `exposition`, read at the moment of asking.
No number, name, user or call is ever a label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from cordboard.connector.service import Connector
from cordboard.exposition import show

__all__ = ["ConnectorMetrics"]


class ConnectorMetrics(Collector):
    """The metrics of one connector."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def collect(self) -> Iterator[Metric]:
        yield from self._lanes()
        yield from self._events()
        yield from self._calls()
        yield from self._hooks()
        yield from self._crm()
        yield from self._deliveries()
        commits = HistogramMetricFamily(
            "cordboard_db_query_duration_seconds", "Seconds until a transaction is durable.", labels=["query"]
        )
        show(self._connector.journal.store.commits, commits, ["commit of the journal"])
        yield commits

    def _lanes(self) -> Iterator[Metric]:
        labels = ["pbx", "source"]
        up = GaugeMetricFamily("cordboard_pbx_up", "Whether a source of an exchange can be heard.", labels=labels)
        again = CounterMetricFamily("cordboard_pbx_reconnects", "How often a source came back.", labels=labels)
        for followed in self._connector.exchanges:
            for lane, health in followed.health.items():
                up.add_metric([followed.exchange.name, lane], health.state == "up")
                again.add_metric([followed.exchange.name, lane], max(health.ups - 1, 0))
        yield from (up, again)

    def _events(self) -> Iterator[Metric]:
        labels = ["pbx", "source"]
        events = CounterMetricFamily("cordboard_pbx_events", "Events by kind.", labels=[*labels, "type"])
        newest = GaugeMetricFamily(
            "cordboard_pbx_last_event_timestamp_seconds", "When the newest event happened.", labels=labels
        )
        lag = GaugeMetricFamily(
            "cordboard_pbx_lag_seconds", "How old the newest event was when it was read.", labels=labels
        )
        for followed in self._connector.exchanges:
            name, measures = followed.exchange.name, followed.exchange.measures
            for (lane, kind), count in measures.events.items():
                events.add_metric([name, lane, kind], count)
            for lane, (at, read) in measures.newest.items():
                newest.add_metric([name, lane], at / 1e6)
                lag.add_metric([name, lane], max(read - at, 0) / 1e6)
        yield from (events, newest, lag)

    def _calls(self) -> Iterator[Metric]:
        active = GaugeMetricFamily("cordboard_calls_active", "Calls under way.", labels=["pbx", "direction"])
        total = CounterMetricFamily("cordboard_calls", "Calls that ended.", labels=["pbx", "direction", "result"])
        waits = HistogramMetricFamily(
            "cordboard_call_wait_seconds", "Until somebody talked, or the end.", labels=["pbx", "direction", "result"]
        )
        talks = HistogramMetricFamily(
            "cordboard_call_talk_seconds", "Talk of answered calls.", labels=["pbx", "direction"]
        )
        unsure = CounterMetricFamily(
            "cordboard_calls_uncertain", "Calls whose end is a conclusion, or two.", labels=["pbx", "reason"]
        )
        for followed in self._connector.exchanges:
            exchange, measures = followed.exchange, followed.exchange.measures
            for direction, count in Counter(exchange.open.directions()).items():
                active.add_metric([exchange.name, direction], count)
            for (direction, result), count in measures.calls.items():
                total.add_metric([exchange.name, direction, result], count)
            for key, spread in measures.waits.items():
                show(spread, waits, [exchange.name, *key])
            for direction, spread in measures.talks.items():
                show(spread, talks, [exchange.name, direction])
            for reason, count in {"lanes differ": exchange.open.differences, **measures.uncertain}.items():
                unsure.add_metric([exchange.name, reason], count)
        yield from (active, total, waits, talks, unsure)

    def _hooks(self) -> Iterator[Metric]:
        runs = CounterMetricFamily("cordboard_hook_runs", "Customizations by outcome.", labels=["hook", "outcome"])
        seconds = HistogramMetricFamily("cordboard_hook_duration_seconds", "Seconds of a run.", labels=["hook"])
        outcomes: Counter[tuple[str, str]] = Counter()
        for entry in self._connector.hooks.entries:
            for outcome, count in entry.outcomes.items():
                outcomes[entry.name, str(outcome)] += count
            if entry.outcomes:
                show(entry.spread, seconds, [entry.name])
        for labels, count in outcomes.items():
            runs.add_metric(labels, count)
        yield from (runs, seconds)

    def _crm(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("cordboard_crm_up", "Whether a CRM answers and lets us in.", labels=["crm"])
        requests = CounterMetricFamily(
            "cordboard_crm_requests", "Requests by what came of them.", labels=["crm", "method", "outcome"]
        )
        seconds = HistogramMetricFamily(
            "cordboard_crm_request_duration_seconds", "Seconds of a request.", labels=["crm", "method"]
        )
        cards = HistogramMetricFamily("cordboard_card_latency_seconds", "From the ring to the card.", labels=["crm"])
        for connection in self._connector.connections:
            name, measures = connection.worker.crm.name, connection.worker.measures
            up.add_metric([name], connection.worker.line.state == "up")
            for (kind, outcome), count in measures.requests.items():
                requests.add_metric([name, kind, outcome], count)
            for kind, spread in measures.seconds.items():
                show(spread, seconds, [name, kind])
            show(measures.cards, cards, [name])
        yield from (up, requests, seconds, cards)

    def _deliveries(self) -> Iterator[Metric]:
        pending = GaugeMetricFamily("cordboard_deliveries_pending", "What waits for a CRM.", labels=["crm", "kind"])
        oldest = GaugeMetricFamily(
            "cordboard_delivery_oldest_age_seconds", "How long the oldest of these waits.", labels=["crm"]
        )
        over = CounterMetricFamily("cordboard_deliveries", "What a CRM was asked.", labels=["crm", "kind", "outcome"])
        records = CounterMetricFamily("cordboard_records", "Recordings by outcome.", labels=["crm", "outcome"])
        for connection in self._connector.connections:
            worker, name = connection.worker, connection.worker.crm.name
            waiting = Counter(run.pending_kind for run in worker.runs.values() if run.pending_since)
            for kind, count in waiting.items():
                pending.add_metric([name, kind], count)
            oldest.add_metric([name], float(worker.status()["oldest_pending_seconds"]))
            for (kind, outcome), count in worker.measures.deliveries.items():
                over.add_metric([name, kind, outcome], count)
            records.add_metric([name, "attached"], worker.counts["recorded"])
            records.add_metric([name, "missing"], worker.counts["recordings_missing"])
            records.add_metric([name, "failed"], worker.measures.records_failed)
        yield from (pending, oldest, over, records)
