"""Whom the live states are told, and how often a portal is asked whether it is ours."""

import asyncio

import pytest

from cordboard.connector import states
from cordboard.connector.states import StateSender
from cordboard.crm.base import CrmUnreachable
from cordboard.delivery.line import Line

pytestmark = pytest.mark.anyio


class Portal:
    """A portal that does not know our methods."""

    def __init__(self):
        self.asked = 0

    async def has_method(self, method):
        self.asked += 1
        return False


class Worker:
    def __init__(self):
        self.line = Line("portal", lambda: 0.0)


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
