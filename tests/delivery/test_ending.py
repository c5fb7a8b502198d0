"""Tasks that shall end, do."""

import asyncio

import pytest

from cordboard import ending
from cordboard.ending import end

pytestmark = pytest.mark.anyio


async def test_a_task_that_lost_its_first_cancellation_ends_all_the_same(monkeypatch):
    monkeypatch.setattr(ending, "AGAIN", 0.02)
    came = asyncio.Event()

    async def for_ever():
        while True:
            try:
                await asyncio.wait_for(came.wait(), 30)
            except TimeoutError:
                continue
            came.clear()

    task = asyncio.create_task(for_ever())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    # in one and the same moment: what it waits for, and its end
    came.set()
    await asyncio.sleep(0)

    await asyncio.wait_for(end([task]), 5)

    assert task.cancelled()


async def test_a_task_that_failed_is_ended_and_its_failure_is_its_own():
    async def fails():
        raise ValueError("a defect")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)

    await end([task])

    assert isinstance(task.exception(), ValueError)
