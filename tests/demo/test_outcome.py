"""The sum of a demo: clean only if every call is in the CRM once."""

from __future__ import annotations

from collections import Counter

import pytest

from cordboard.demo.outcome import PortalCalls, Summary, summarize, waiting_deliveries

PLAYED = {"demo-1": True, "demo-2": True, "demo-3": False}


def test_every_call_once_is_clean_and_local_calls_are_not_expected() -> None:
    portal = PortalCalls(Counter({"demo-1": 1, "demo-2": 1}), frozenset())

    summary = summarize(PLAYED, portal, waiting=0, restarts=1)

    assert Summary(3, 2, 2, pending=0, lost=0, duplicates=0, foreign=0, restarts=1) == summary
    assert summary.is_clean


@pytest.mark.parametrize(
    ("finished", "running", "waiting", "field"),
    [
        ({"demo-1": 1}, [], 0, "lost"),
        ({"demo-1": 2, "demo-2": 1}, [], 0, "duplicates"),
        ({"demo-1": 1, "demo-2": 1, "demo-3": 1}, [], 0, "foreign"),
        ({"demo-1": 1, "demo-2": 1}, [], 1, "pending"),
        ({"demo-1": 1}, ["demo-2"], 0, "pending"),
    ],
)
def test_anything_else_is_not(finished: dict[str, int], running: list[str], waiting: int, field: str) -> None:
    summary = summarize(PLAYED, PortalCalls(Counter(finished), frozenset(running)), waiting, restarts=0)

    assert 1 == getattr(summary, field)
    assert not summary.is_clean


def test_what_waits_is_counted_over_all_connections() -> None:
    assert 3 == waiting_deliveries({"connections": {"a": {"pending": 1}, "b": {"pending": 2}}})
    assert 0 == waiting_deliveries({})
