"""Every live page: its regions after the messages are what they are when the page is drawn anew, for every action."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.portal.pages.tree import Tree, apply, regions

pytestmark = pytest.mark.anyio

ANNA, BORIS = 2, 3
VIEWERS = {"head": ANNA, "manager": BORIS, "administrator": 1}
NINA = "+79162000000"
LIVE = (
    "cards",
    "pill",
    "call-rows",
    "timeline",
    "missed-board",
    "missed-count",
    "task-list",
    "client-facts",
    "related",
)
PAGES = ("/calls", "/missed", "/missed?tab=handled", "/contact/1", "/contacts")

Action = Callable[[Any], Awaitable[None]]


async def a_call_rings(house: Any) -> None:
    await house.register(USER_ID=ANNA, PHONE_NUMBER=NINA, CRM_CREATE=0)


async def a_call_is_missed(house: Any) -> None:
    await house.finish(await house.register(USER_ID=ANNA, PHONE_NUMBER=NINA), USER_ID=ANNA, DURATION=0)


async def an_unknown_number_is_missed_twice(house: Any) -> None:
    for _ in range(2):
        await house.finish(await house.register(USER_ID=ANNA, PHONE_NUMBER="+79990000001"), USER_ID=ANNA, DURATION=0)
        house.clock.forward(minutes=5)


async def a_missed_caller_is_reached_by_a_colleague(house: Any) -> None:
    await a_call_is_missed(house)
    house.clock.forward(minutes=3)
    call = await house.register(USER_ID=BORIS, PHONE_NUMBER=NINA, TYPE=1)
    await house.finish(call, USER_ID=BORIS, DURATION=60)


async def a_missed_caller_is_called_back_in_vain(house: Any) -> None:
    await a_call_is_missed(house)
    house.clock.forward(minutes=3)
    await house.finish(await house.register(USER_ID=ANNA, PHONE_NUMBER=NINA, TYPE=1), USER_ID=ANNA, DURATION=0)


async def a_missed_caller_is_taken_on(house: Any) -> None:
    await a_call_is_missed(house)
    await house.visitor(ANNA).post("/missed/take", key="79162000000")


async def a_missed_caller_is_closed_by_hand_and_opened_again(house: Any) -> None:
    await a_call_is_missed(house)
    house.clock.forward(minutes=1)
    anna = house.visitor(ANNA)
    assert 200 == (await anna.post("/missed/close", key="79162000000", reason="wrote a mail")).status_code
    assert 200 == (await anna.post("/missed/reopen", key="79162000000")).status_code


async def a_client_is_renamed(house: Any) -> None:
    await a_call_is_missed(house)
    await house.call("crm.contact.update", id=1, fields={"LAST_NAME": "<script>Sørensen"})


async def a_card_makes_a_contact(house: Any) -> None:
    call = await house.register(USER_ID=ANNA, CRM_CREATE=0)
    await house.visitor(ANNA).post(f"/cards/{call}/do/contact", name="Rosa Lind")


async def a_field_is_changed(house: Any) -> None:
    await house.visitor(ANNA).post("/client/CONTACT/1/edit/POST", before="Buyer", value="Director")


async def a_note_is_written_on_the_page(house: Any) -> None:
    await house.visitor(ANNA).post("/client/CONTACT/1/note", text="Wants chairs")


async def a_task_is_made_and_done(house: Any) -> None:
    anna = house.visitor(ANNA)
    for title in ("Send the offer", "Call back"):
        await anna.post("/client/CONTACT/1/task", title=title, when="hour")
    number = (await anna.get("/tasks")).text.split('data-tick="')[1].split('"')[0]
    await anna.post(f"/tasks/{number}/done")


async def a_deal_is_renamed_and_another_made(house: Any) -> None:
    await house.call("crm.deal.update", id=1, fields={"TITLE": "Forty chairs"})
    await house.call("crm.deal.add", fields={"TITLE": "Ten tables", "CONTACT_ID": 1})


async def a_lead_comes_and_goes(house: Any) -> None:
    made = await house.call("crm.lead.add", fields={"TITLE": "From the website"})
    await house.call("crm.lead.add", fields={"TITLE": "Another"})
    await house.call("crm.lead.delete", id=made)


ACTIONS: dict[str, Action] = {
    action.__name__.replace("_", " "): action
    for action in (
        a_call_rings,
        a_call_is_missed,
        an_unknown_number_is_missed_twice,
        a_missed_caller_is_reached_by_a_colleague,
        a_missed_caller_is_called_back_in_vain,
        a_missed_caller_is_taken_on,
        a_missed_caller_is_closed_by_hand_and_opened_again,
        a_client_is_renamed,
        a_card_makes_a_contact,
        a_field_is_changed,
        a_note_is_written_on_the_page,
        a_task_is_made_and_done,
        a_deal_is_renamed_and_another_made,
        a_lead_comes_and_goes,
    )
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_regions_after_the_messages_are_the_page_drawn_anew(house: Any, action: str):
    visitors = {name: house.visitor(user) for name, user in VIEWERS.items()}
    opened: dict[tuple[str, str], tuple[list[Any], Any]] = {}
    async with AsyncExitStack() as stack:
        for name, visitor in visitors.items():
            for path in PAGES:
                html = (await visitor.get(path)).text
                version = html.split('data-version="')[1].split('"')[0]
                live = await stack.enter_async_context(visitor.live(path, version))
                opened[name, path] = (Tree(html).root, live)

        await ACTIONS[action](house)
        while await told_anything([live for _, live in opened.values()]):
            for page, live in opened.values():
                apply(page, live.kept)
                live.kept.clear()

        differ = []
        for (name, path), (page, _) in opened.items():
            anew = Tree((await visitors[name].get(path)).text).root
            if regions(anew, LIVE) != regions(page, LIVE):
                differ.append((name, path))
    assert [] == differ


async def told_anything(lives: list[Any]) -> bool:
    """Whether anything but heart beats came within three of them."""
    await asyncio.sleep(0.3)
    for live in lives:
        live.kept += [one for one in live.so_far() if one.get("signal") != "beat"]
    return any(live.kept for live in lives)


async def test_the_page_of_a_call_follows_it_from_the_first_ring_to_the_note_after_its_end(house: Any):
    anna = house.visitor(ANNA)
    call = await house.register(USER_ID=ANNA, PHONE_NUMBER=NINA, CRM_CREATE=0)
    path = f"/calls/{call}"
    html = (await anna.get(path)).text
    page, version = Tree(html).root, html.split('data-version="')[1].split('"')[0]
    rung = [{"ID": str(user), "USER_ID": user, "EXTENSION": str(99 + user), "RANG_AT": 1} for user in (ANNA, BORIS)]
    async with anna.live(path, version) as live:
        await house.call(
            "cordboard.call.state",
            PBX="main",
            LINKEDID=call,
            SEQ=1,
            CALL_ID=call,
            PLACE="talking",
            CONVERSATIONS=[{**rung[0], "STATE": "talking", "ANSWERED_AT": 5}, {**rung[1], "END": "answered-elsewhere"}],
        )
        await house.finish(call, USER_ID=ANNA, DURATION=30)
        await anna.post(f"/cards/{call}/note", text="Wants chairs")
        while await told_anything([live]):
            apply(page, live.kept)
            live.kept.clear()

    # the note on the card is a field, which no message writes
    anew, story = (await anna.get(path)).text, ("call-story",)
    assert regions(Tree(anew).root, story) == regions(page, story)
    for words in ("Anna Orlova", "Boris Klein", "Answered elsewhere", "Wants chairs"):
        assert words in anew


async def test_the_page_of_a_call_is_there_only_for_those_who_may_see_it(house: Any):
    call = await house.register(USER_ID=BORIS, PHONE_NUMBER=NINA, CRM_CREATE=0)

    codes = {user: (await house.visitor(user).get(f"/calls/{call}")).status_code for user in (1, ANNA, BORIS, 4, 5)}

    assert {1: 200, ANNA: 200, BORIS: 200, 4: 404, 5: 404} == codes


async def test_a_new_call_pushes_the_last_one_from_the_first_page(house: Any):
    for number in range(51):
        call = await house.register(USER_ID=ANNA, PHONE_NUMBER=f"+7916555{number:04}", CRM_CREATE=0, SHOW=0)
        await house.finish(call, USER_ID=ANNA, DURATION=0)
        house.clock.forward(minutes=1)
    anna = house.visitor(ANNA)
    html = (await anna.get("/calls")).text
    page, version = Tree(html).root, html.split('data-version="')[1].split('"')[0]
    async with anna.live("/calls", version) as live:
        await house.register(USER_ID=ANNA, PHONE_NUMBER=NINA, CRM_CREATE=0)
        while await told_anything([live]):
            apply(page, live.kept)
            live.kept.clear()

    anew = Tree((await anna.get("/calls")).text).root
    assert regions(anew, ("call-rows",)) == regions(page, ("call-rows",))
