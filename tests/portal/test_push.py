"""Live pages: regions after the messages = the page drawn anew, for every kind of change."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from tests.databases import PostgreSql, Sqlite
from tests.portal.pages.tree import Tree, apply, regions

from cordboard.portal import basics
from cordboard.portal.changes import (
    CallFinished,
    CallRegistered,
    CallStateChanged,
    CardHidden,
    CardShown,
    ClientChanged,
)
from cordboard.portal.live import CallLive
from cordboard.portal.pages.calls import PAGE
from cordboard.portal.portal import Portal
from cordboard.portal.push import Hub, OpenPage
from cordboard.portal.push.hub import concerns
from cordboard.portal.rights import visible_users
from cordboard.portal.seed import seed
from cordboard.portal.tables import activity, activity_binding, call, card, contact, open_call
from cordboard.portal.views.call_facts import list_calls
from cordboard.portal.views.client_page import read_client_page
from cordboard.settings import Portal as PortalSettings
from cordboard.web.render import Viewer, render

pytestmark = pytest.mark.anyio

ANNA, BORIS, MARIA = 2, 3, 1
NOW = 1_795_600_000_000_000
SECOND = 1_000_000


@pytest.fixture(scope="session")
def seeded(databases: Sqlite | PostgreSql, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the demo's people and clients, made once and copied for each test."""
    url = databases.new()
    files = str(tmp_path_factory.mktemp("files"))
    portal = Portal.open(PortalSettings(files=files), db=url)

    def fill(database: Any) -> None:
        basics.install(database, NOW, login="admin", password="x", name="Maria", last_name="Stern")
        seed(database, NOW)

    portal.store.write_sync(fill)
    portal.store.close_sync()
    return url


@pytest.fixture
def portal(databases: Sqlite | PostgreSql, seeded: str, tmp_path: Path) -> Iterator[Portal]:
    url = databases.copy(seeded)
    now = datetime.fromtimestamp(NOW / SECOND, UTC)
    portal = Portal.open(PortalSettings(files=f"{tmp_path}/files"), db=url, clock=lambda: now)
    yield portal
    portal.store.close_sync()
    databases.drop(url)


class Tab:
    """One open tab: the page as it was drawn, with every message put in."""

    def __init__(self, portal: Portal, hub: Hub, viewer: Viewer, path: str) -> None:
        self.portal, self.hub, self.viewer, self.path = portal, hub, viewer, path

    async def draw(self) -> list[Any]:
        cards = await self.hub.cards_of(self.viewer.user_id)
        word, _, number = self.path.strip("/").partition("/")
        store = self.portal.store
        if word == "calls":
            seen = await store.read(lambda database: visible_users(database, self.viewer.user_id, "calls"))
            calls = await store.read(lambda database: list_calls(database, self.portal.live, seen, NOW, 0, PAGE))
            values: dict[str, Any] = {"calls": calls, "page": 1, "more": False}
        else:
            page = await store.read(lambda database: read_client_page(database, "CONTACT", int(number), NOW, ""))
            assert page is not None
            values = page
        template = "calls.html" if word == "calls" else "client.html"
        frame = {"version": "0", "section": word, "cards": cards, "menu": [], "faults": [], "waiting_count": 0}
        html = render(template, self.viewer, NOW, **frame, **values)
        return Tree(html).root

    async def opened(self) -> None:
        self.version = self.hub.version
        self.page = await self.draw()
        self.live = OpenPage(self.viewer, "secret", self.path)
        self.context = self.hub.opened(self.live, self.version)
        self.context.__enter__()
        self.messages = await self.hub.take(self.live)
        apply(self.page, self.messages)

    async def take(self) -> None:
        self.messages = await self.hub.take(self.live)
        apply(self.page, self.messages)


async def register(portal: Portal, call_id: str, *, user: int = ANNA, client: int = 1, kind: int = 2) -> None:
    values = {"call_id": call_id, "user_id": user, "phone_number": "+79162000000", "type": kind}
    values |= {"line_number": "74951000009", "start_at": NOW, "registered_at": NOW}
    values |= {"entity_type": "CONTACT" if client else "", "entity_id": client or None}
    await portal.store.write(lambda database: database.execute(insert(open_call).values(**values)))
    portal.publish(CallRegistered(call_id))


async def show(portal: Portal, call_id: str, *users: int) -> None:
    rows = [{"call_id": call_id, "user_id": user, "shown_at": NOW} for user in users]
    await portal.store.write(lambda database: database.execute(insert(card), rows))
    portal.publish(CardShown(call_id, users))


async def hide(portal: Portal, call_id: str, *users: int) -> None:
    gone = delete(card).where(card.c.call_id == call_id, card.c.user_id.in_(users))
    await portal.store.write(lambda database: database.execute(gone))
    portal.publish(CardHidden(call_id, users))


async def tell(portal: Portal, call_id: str, place: str, *conversations: dict[str, Any]) -> None:
    state = {"PLACE": place, "CONVERSATIONS": list(conversations)}
    before = portal.live.get(call_id)
    portal.live.tell(CallLive("main", call_id, before.seq + 1 if before else 1, call_id, state, NOW))
    portal.publish(CallStateChanged(call_id))


async def finish(portal: Portal, call_id: str, *, talked: int, user: int = ANNA) -> None:
    def work(database: Any) -> None:
        row = database.execute(select(open_call).where(open_call.c.call_id == call_id)).one()
        database.execute(delete(open_call).where(open_call.c.call_id == call_id))
        database.execute(delete(card).where(card.c.call_id == call_id))
        values = {"call_id": call_id, "portal_user_id": user, "phone_number": row.phone_number, "incoming": row.type}
        values |= {"portal_number": row.line_number, "call_duration": talked, "call_start_date": row.start_at}
        values |= {"finished_at": NOW, "call_status": int(bool(talked)), "call_failed_code": "200" if talked else "304"}
        values |= {"crm_entity_type": "CONTACT", "crm_entity_id": row.entity_id, "crm_activity_id": 901}
        database.execute(insert(call).values(**values))
        entry = {"id": 901, "owner_type": "CONTACT", "owner_id": 1, "type_id": 2, "subject": "Incoming call"}
        entry |= {"direction": 1, "start_time": NOW, "responsible_id": user, "origin_id": f"VI_{call_id}"}
        database.execute(insert(activity).values(**entry))
        database.execute(insert(activity_binding).values(activity_id=901, entity_type="CONTACT", entity_id=1))

    await portal.store.write(work)
    portal.live.forget(call_id)
    portal.publish(ClientChanged("CONTACT", 1, "timeline"), CallFinished(call_id, 901, user, (ANNA,)))


def talk(user: int, state: str, *, end: str = "") -> dict[str, Any]:
    times = {"RANG_AT": NOW / SECOND - 9, "ANSWERED_AT": NOW / SECOND - 1 if state == "talking" else ""}
    return {"ID": f"c{user}", "USER_ID": user, "STATE": state, "END": end, "ENDED_AT": "", **times}


async def rename(portal: Portal) -> None:
    changed = update(contact).where(contact.c.id == 1).values(last_name="Sørensen-<script>")
    await portal.store.write(lambda database: database.execute(changed))
    portal.publish(ClientChanged("CONTACT", 1))


Change = Callable[[Portal], Awaitable[None]]
CHANGES: dict[str, list[Change]] = {
    "a call is registered and shown": [lambda p: register(p, "a.1"), lambda p: show(p, "a.1", ANNA)],
    "without a card": [lambda p: register(p, "a.1")],
    "a colleague's call": [lambda p: register(p, "a.1", user=BORIS), lambda p: show(p, "a.1", BORIS)],
    "it is answered": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        lambda p: tell(p, "a.1", "talking", talk(ANNA, "talking")),
    ],
    "it is put on hold": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        lambda p: tell(p, "a.1", "talking", talk(ANNA, "talking")),
        lambda p: tell(p, "a.1", "talking", talk(ANNA, "held")),
    ],
    "a colleague answers": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA, BORIS),
        lambda p: tell(p, "a.1", "talking", talk(ANNA, "ended", end="answered-elsewhere"), talk(BORIS, "talking")),
    ],
    "it is hidden": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        lambda p: hide(p, "a.1", ANNA),
    ],
    "it ends after a talk": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        lambda p: finish(p, "a.1", talked=61),
    ],
    "it is missed": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        lambda p: finish(p, "a.1", talked=0),
    ],
    "the client gets another name": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        rename,
    ],
    "two calls ring": [
        lambda p: register(p, "a.1"),
        lambda p: show(p, "a.1", ANNA),
        lambda p: register(p, "b.2", client=0),
        lambda p: show(p, "b.2", ANNA),
    ],
}


def live_parts(page: list[Any]) -> list[Any]:
    """What messages may change: cards, pill, list, timeline; not the fields of a client's page."""
    return regions(page, ("cards", "pill", "call-rows", "timeline"))


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "all at once"])
@pytest.mark.parametrize("path", ["/calls", "/contact/1"])
@pytest.mark.parametrize("viewer", [ANNA, MARIA], ids=["anna", "administrator"])
@pytest.mark.parametrize("name", CHANGES)
async def test_regions_after_the_messages_are_the_page_drawn_anew(
    portal: Portal, name: str, viewer: int, path: str, together: bool
):
    tab = Tab(portal, Hub(portal), Viewer(user_id=viewer, name="x", language="ru"), path)
    await tab.opened()

    for change in CHANGES[name]:
        await change(portal)
        if not together:
            await tab.take()
    await tab.take()

    assert live_parts(await tab.draw()) == live_parts(tab.page)


@pytest.mark.parametrize("name", CHANGES)
async def test_a_page_that_was_away_catches_up_with_what_it_missed(portal: Portal, name: str):
    tab = Tab(portal, Hub(portal), Viewer(user_id=ANNA, name="x"), "/calls")
    await tab.opened()
    tab.context.__exit__(None, None, None)

    for change in CHANGES[name]:
        await change(portal)
    tab.live = OpenPage(tab.viewer, "secret", tab.path)
    with tab.hub.opened(tab.live, tab.version):
        await tab.take()

    assert live_parts(await tab.draw()) == live_parts(tab.page)


async def test_a_page_of_another_run_gets_every_region_fresh(portal: Portal):
    await register(portal, "a.1")
    await show(portal, "a.1", ANNA)
    tab = Tab(portal, Hub(portal), Viewer(user_id=ANNA, name="x"), "/calls")
    page = OpenPage(tab.viewer, "secret", "/calls")

    with tab.hub.opened(page, "another.7"):
        messages = await tab.hub.take(page)

    expected = {"#cards", "#card-a-1-body", "#pill", "#call-rows", "#missed-count", "#faults-on"}
    assert expected == {one["target"] for one in messages if "target" in one}


async def test_an_incoming_call_rings_until_it_is_answered(portal: Portal):
    tab = Tab(portal, Hub(portal), Viewer(user_id=ANNA, name="x"), "/calls")
    await tab.opened()
    await register(portal, "a.1")
    await show(portal, "a.1", ANNA)
    await tab.take()
    ring = [one for one in tab.messages if one.get("signal") == "ring"]
    assert [("Incoming call", "Nina Berg, Advertising")] == [(one["title"], one["text"]) for one in ring]

    await tell(portal, "a.1", "talking", talk(ANNA, "talking"))
    await tab.take()

    assert ["stop"] == [one["signal"] for one in tab.messages if "signal" in one]


async def test_every_version_names_this_run_and_grows(portal: Portal):
    hub = Hub(portal)
    first = hub.version
    await register(portal, "a.1")

    assert re.fullmatch(r"[0-9a-f]{8}\.0", first)
    assert hub.version == first.replace(".0", ".1")


async def test_a_manager_is_told_nothing_of_a_colleagues_call(portal: Portal):
    tab = Tab(portal, Hub(portal), Viewer(user_id=BORIS, name="x"), "/calls")
    await tab.opened()

    await register(portal, "a.1", user=ANNA)
    await show(portal, "a.1", ANNA)
    await tab.take()

    assert [] == tab.messages


@pytest.mark.parametrize(
    ("path", "expected"),
    {
        "/leads": {"LEAD"},
        "/companies": {"COMPANY"},
        "/contacts": {"CONTACT", "COMPANY"},
        "/deals": {"DEAL", "CONTACT", "COMPANY"},
    }.items(),
)
async def test_a_list_of_clients_is_drawn_again_for_the_kinds_that_it_shows_alone(path: str, expected: set[str]):
    page = OpenPage(Viewer(user_id=ANNA, name="x"), "secret", path)

    assert expected == {
        kind for kind in ("LEAD", "CONTACT", "COMPANY", "DEAL") if concerns(ClientChanged(kind, 1, "add"), page)
    }


async def test_the_list_of_tasks_is_drawn_again_for_a_client_whose_name_may_be_another():
    page = OpenPage(Viewer(user_id=ANNA, name="x"), "secret", "/tasks")

    heard = [what for what in ("add", "update", "delete", "timeline") if concerns(ClientChanged("LEAD", 1, what), page)]

    assert ["update", "delete"] == heard
