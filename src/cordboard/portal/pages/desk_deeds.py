"""What the forms and buttons of a card do: make or choose the client, the next step, a command to the exchange.

In:   a `Deed`: who pressed what on which card, with the form. Out: the line to show, and the values in it.
Clients and tasks are made by the REST methods that programs use, so events, rights and defaults are the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cordboard.portal.administration.lists import add_exclusion
from cordboard.portal.administration.refused import Refused
from cordboard.portal.call_client import link_call
from cordboard.portal.commands import ACTIONS, Command, NoConnector, send_command
from cordboard.portal.crm.ranking import Entity
from cordboard.portal.pages.desk_forms import due
from cordboard.portal.pages.site import N_, Site, Visit, Web
from cordboard.portal.views.call_facts import CallView, Colleague
from cordboard.portal.views.card_state import whole_number
from cordboard.portal.views.tasks import LETTERS

LONGEST = 200
Said = tuple[str, dict[str, Any]]


class NotNow(Exception):
    """What was asked cannot be done; the message is a key of the catalogue."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One press on one card."""

    site: Site
    request: Web
    visit: Visit
    card: CallView
    form: dict[str, str]

    def text(self, name: str) -> str:
        return self.form.get(name, "").strip()[:LONGEST]

    async def ask(self, method: str, **params: Any) -> Any:
        return await self.site.ask(self.request, self.visit, method, **params)

    async def link(self, client: Entity) -> bool:
        """Make a client the call's; False if one of them is gone."""
        site, by = self.site, self.visit.viewer
        country = str(site.portal.switch("country"))
        values: dict[str, Any] = {"by": by.name, "user_id": by.user_id, "country": country, "now": site.now()}
        changes = await site.portal.store.write(
            lambda database: link_call(database, self.card.call_id, client, **values)
        )
        site.portal.publish(*changes)
        return bool(changes)


async def make_lead(deed: Deed) -> Said:
    return await make_client(deed, "LEAD")


async def make_contact(deed: Deed) -> Said:
    return await make_client(deed, "CONTACT")


async def make_client(deed: Deed, kind: str) -> Said:
    """A new client of the typed name with the call's number, which belongs to the call from now on."""
    typed = deed.text("name")
    if not typed:
        raise Refused(name=N_("Write a name."))
    name, _, last_name = typed.partition(" ")
    fields: dict[str, Any] = {"NAME": name, "LAST_NAME": last_name.strip(), "SOURCE_ID": "CALL"}
    if deed.card.number:
        fields["PHONE"] = [{"VALUE": deed.card.number, "VALUE_TYPE": "WORK"}]
    if deed.card.line:
        fields["SOURCE_DESCRIPTION"] = deed.card.line
    nameless = deed.card.client
    if kind == "LEAD" and nameless is not None and nameless.kind == "LEAD" and not nameless.named:
        # the call has made a lead already, which only lacks its name
        await deed.ask("crm.lead.update", id=nameless.id, fields={"NAME": name, "LAST_NAME": last_name.strip()})
        return N_("The lead has a name now: %(name)s"), {"name": typed}
    if kind == "LEAD":
        fields["TITLE"] = typed
    client_id = int(await deed.ask(f"crm.{kind.lower()}.add", fields=fields))
    await deed.link((kind, client_id))
    return (N_("New lead: %(name)s") if kind == "LEAD" else N_("New contact: %(name)s")), {"name": typed}


async def link(deed: Deed) -> Said:
    kind, client_id = deed.text("kind"), whole_number(deed.text("id"))
    if kind not in LETTERS or not client_id or not await deed.link((kind, client_id)):
        raise NotNow(N_("This client is not there any more."))
    return N_("The call belongs to this client now."), {}


async def change_responsible(deed: Deed) -> Said:
    client, user_id = deed.card.client, whole_number(deed.text("user"))
    if client is None or isinstance(client, Colleague) or not user_id:
        raise NotNow(N_("This client is not there any more."))
    await deed.ask(f"crm.{client.kind.lower()}.update", id=client.id, fields={"ASSIGNED_BY_ID": user_id})
    return N_("Saved"), {}


async def make_task(deed: Deed) -> Said:
    """The next step: a task for who pressed, about the call's client."""
    zone = deed.visit.viewer.zone
    moment = due(deed.text("when"), deed.text("own"), deed.site.portal.clock().astimezone(zone))
    if moment is None:
        raise Refused(own=N_("Choose a day and an hour."))
    title = deed.text("title")
    if not title:
        raise Refused(title=N_("Write what is to be done."))
    client = deed.card.client
    about = [f"{LETTERS[client.kind]}_{client.id}"] if client and not isinstance(client, Colleague) else []
    fields = {"TITLE": title, "RESPONSIBLE_ID": deed.visit.viewer.user_id, "DEADLINE": moment.isoformat()}
    await deed.ask("tasks.task.add", fields={**fields, "UF_CRM_TASK": about})
    return N_("The task is in your list: %(title)s"), {"title": title}


async def put_on_spam_list(deed: Deed) -> Said:
    if not deed.card.number:
        raise NotNow(N_("The number is withheld: there is nothing to put on the list."))
    number, user_id, now = deed.card.number, deed.visit.viewer.user_id, deed.site.now()
    country = str(deed.site.portal.switch("country"))
    try:
        await deed.site.portal.store.write(lambda database: add_exclusion(database, number, "", country, user_id, now))
    except Refused as refused:
        raise NotNow(refused.errors["value"]) from refused
    return N_("The number is on the spam list: it makes no clients any more."), {}


async def undo_lead(deed: Deed) -> Said:
    """Take back the lead that the call made by itself."""
    if not deed.visit.viewer.is_admin or not deed.card.new_lead:
        raise NotNow(N_("Only an administrator may take a lead back."))
    await deed.ask("crm.lead.delete", id=deed.card.new_lead)
    return N_("The lead is gone."), {}


async def transfer(deed: Deed) -> Said:
    to = deed.text("to").split(" ")[0]
    if not to:
        raise Refused(to=N_("Choose a colleague, or write a number."))
    await command(deed, "transfer", to=to, note=deed.text("note"))
    return N_("The call goes to %(to)s."), {"to": to}


async def command(deed: Deed, action: str, to: str = "", note: str = "") -> None:
    asked = Command(action, deed.card.call_id, deed.visit.viewer.user_id, to, note)
    try:
        await send_command(deed.site.portal, asked, deed.site.base_url(deed.request))
    except NoConnector as error:
        raise NotNow(N_("The exchange cannot do this, or it does not answer.")) from error


def plain_command(action: str) -> Callable[[Deed], Awaitable[Said]]:
    """A button without a form."""

    async def press(deed: Deed) -> Said:
        await command(deed, action)
        return N_("The exchange is asked."), {}

    return press


DEEDS: dict[str, Callable[[Deed], Awaitable[Said]]] = {
    "lead": make_lead,
    "contact": make_contact,
    "link": link,
    "responsible": change_responsible,
    "task": make_task,
    "spam": put_on_spam_list,
    "undo": undo_lead,
    "transfer": transfer,
    **{action: plain_command(action) for action in ACTIONS if action != "transfer"},
}
