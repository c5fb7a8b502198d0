"""Exposition: what is measured, as the text that Prometheus reads.

In:   collectors of the program's halves. Out: the bytes of `/metrics`; what both measure stands under one name.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from cordboard.measures import Spread

__all__ = ["CONTENT_TYPE", "exposition", "show"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def show(spread: Spread, family: HistogramMetricFamily, labels: Iterable[str] = ()) -> None:
    """Add the steps of a spread to its family."""
    buckets = [("+Inf" if bound == float("inf") else str(bound), float(count)) for bound, count in spread.steps()]
    family.add_metric(list(labels), buckets, spread.total)


class Build(Collector):
    """Which program this is."""

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("cordboard_build_info", "The program, always 1.", labels=["version", "python"])
        build.add_metric([version("cordboard"), platform.python_version()], 1)
        yield build


class Together(Collector):
    """Several collectors as one: what both halves of the program measure stands under one name."""

    def __init__(self, collectors: Iterable[Collector]) -> None:
        self._collectors = tuple(collectors)

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for collector in self._collectors:
            for family in collector.collect():
                if first := families.get(family.name):
                    first.samples += family.samples
                else:
                    families[family.name] = family
        yield from families.values()


def exposition(*collectors: Collector) -> bytes:
    """Everything that the collectors know at this moment, as Prometheus reads it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Together((Build(), *collectors)))
    return generate_latest(registry)
