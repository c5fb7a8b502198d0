"""Limits with a clock in hand."""

import pytest

from cordboard.portal.rest.limits import LeakyBuckets, OperatingTimes, read_rate


def test_a_bucket_takes_fifty_at_once_and_drains_two_a_second() -> None:
    buckets = LeakyBuckets(2, 50)

    assert [True] * 50 + [False] * 10 == [buckets.pour("a", 0.0) for _ in range(60)]
    assert buckets.pour("b", 0.0)
    assert not buckets.pour("a", 0.4)
    assert [True, True, False] == [buckets.pour("a", 1.0) for _ in range(3)]


@pytest.mark.parametrize(
    ("text", "rate"), [("2/50", (2, 50)), ("5/250", (5, 250)), ("", None), ("off", None), ("0/0", None), ("x/1", None)]
)
def test_the_switch_names_drain_and_room(text: str, rate: tuple[float, float] | None) -> None:
    assert rate == read_rate(text)


def test_a_method_is_blocked_when_its_ten_minutes_are_spent_and_free_when_the_oldest_minute_drops_out() -> None:
    times = OperatingTimes(limit=10)
    times.add("w1", "crm.lead.list", 6, now=0)
    times.add("w1", "crm.lead.list", 6, now=60)

    assert not times.allowed("w1", "crm.lead.list", now=61)
    assert times.allowed("w1", "crm.deal.list", now=61)
    assert times.allowed("w2", "crm.lead.list", now=61)
    assert 600 == times.reset_at("w1", "crm.lead.list", now=61)
    assert times.allowed("w1", "crm.lead.list", now=600)


def test_short_hits_are_not_counted() -> None:
    times = OperatingTimes(limit=1)
    for _ in range(100):
        times.add("w1", "crm.lead.list", 0.09, now=0)

    assert 0 == times.spent("w1", "crm.lead.list", now=0)
