"""Whom the live states are told, and how often a portal is asked whether it is ours."""

import asyncio
import itertools
from pathlib import Path

import pytest

import cordboard
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.tracker import CallTracker
from cordboard.connector import states
from cordboard.connector.states import StateSender
from cordboard.crm.base import CrmUnreachable
from cordboard.delivery.line import Line
from cordboard.numbers.plan import NumberingPlan

pytestmark = pytest.mark.anyio


class Portal:
    """A portal that does not know our methods."""

    def __init__(self):
        self.asked = 0

    async def has_method(self, method):
        self.asked += 1
        return False


class OwnPortal(Portal):
    """One that does, and what it is told."""

    def __init__(self):
        self.told = []

    async def has_method(self, method):
        return True

    async def call(self, method, params):
        if method == states.STATE:
            self.told.append(params)
        return True


class Worker:
    def __init__(self):
        self.line = Line("portal", lambda: 0.0)

    def call_id(self, pbx, linkedid):
        return "call-1"


async def test_a_portal_that_is_not_ours_is_asked_once_and_again_after_its_line_was_lost(monkeypatch):
    monkeypatch.setattr(states, "EVERY", 0.02)
    portal, worker = Portal(), Worker()
    sender = StateSender(portal, worker, lambda number: 0, ["main"], lambda: 0, lambda: None)
    running = asyncio.create_task(sender.run())

    await asyncio.sleep(0.2)
    assert 1 == portal.asked
    worker.line.failed(CrmUnreachable())
    await asyncio.sleep(0.2)
    assert 2 == portal.asked
    running.cancel()


@pytest.fixture
async def told(monkeypatch):
    """A sender, a call to tell it of, and what our portal has heard."""
    monkeypatch.setattr(states, "EVERY", 0.05)
    portal, worker = OwnPortal(), Worker()
    sender = StateSender(portal, worker, lambda number: 0, ["main"], lambda: 0, lambda: None)
    running = asyncio.create_task(sender.run())
    await asyncio.sleep(0.02)
    yield sender, worker, portal.told
    running.cancel()


def captured_rows(scenario="in-answered"):
    folder = Path(cordboard.__file__).parent / "demo/captures/asterisk22" / scenario
    return CsvRows((), "UTC").feed((folder / "cel.csv").read_text(encoding="utf-8"))


async def play(sender, rows, tracker=None):
    """Each row is told by itself, as if time passed between them."""
    tracker = tracker or CallTracker(NumberingPlan((), (r"^\d{3}$",), ("^trunk-",)))
    for row in rows:
        linkedid = tracker.feed(row).linkedid
        sender.change("main", linkedid, tracker.calls.get(linkedid), row)
        await asyncio.sleep(0.005)


async def test_a_state_that_shows_nothing_new_is_not_told_again(told):
    sender, _, heard = told

    await play(sender, captured_rows())

    pictures = [{**state, "AT": "", "SEQ": 0} for state in heard]
    assert all(one != other for one, other in itertools.pairwise(pictures))
    assert ["menu", "ringing", "talking", "ended"] == list(dict.fromkeys(state["PLACE"] for state in heard))
    assert len(heard) < len(captured_rows()) / 2
    assert sorted({state["SEQ"] for state in heard}) == [state["SEQ"] for state in heard]


async def test_a_portal_that_was_away_is_told_every_open_call_anew(told):
    sender, worker, heard = told
    await play(sender, captured_rows()[:6])
    before = len(heard)

    worker.line.failed(CrmUnreachable())
    await asyncio.sleep(0.15)

    assert [{**heard[before - 1], "SEQ": 0}] == [{**state, "SEQ": 0} for state in heard[before:]]


async def test_while_the_telephone_of_a_click_rings_its_card_says_whose(told):
    sender, _, heard = told
    rows = captured_rows("click-to-call")
    tracker = CallTracker(NumberingPlan((), (r"^\d{3}$",), ("^trunk-",)))
    tracker.expect(rows[0].linkedid, employee="101", client="79161234567")

    await play(sender, rows, tracker)

    first, last = heard[0], heard[-1]
    [rung] = first["CONVERSATIONS"]
    assert ("ringing", "ringing", "101", "79161234567") == (
        first["PLACE"],
        rung["STATE"],
        rung["EXTENSION"],
        first["CLIENT"],
    )
    assert ["79161234567"] == [one["EXTENSION"] for one in last["CONVERSATIONS"]]


async def test_a_transfer_by_a_button_is_told_with_every_state_that_follows(told):
    sender, _, heard = told
    rows = captured_rows()
    await play(sender, rows[:6])

    sender.transferred("main", rows[0].linkedid, {"BY": 2, "TO": 3, "NOTE": "about the bill"})
    await asyncio.sleep(0.02)

    assert ["about the bill"] == [state["TRANSFER"]["NOTE"] for state in heard if "TRANSFER" in state]
