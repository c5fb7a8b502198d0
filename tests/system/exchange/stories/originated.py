"""Calls that the CRM asks for: first one side is rung, then the other."""

import asyncio

from office import Team
from story import Book, story


@story("Click to call: the first's telephone, then the customer; the employee hangs up")
async def click_to_call(team: Team, book: Book) -> None:
    """The CRM asks for a call of the first of the team; they answer, the customer is called and answers."""
    anna, *_ = team.telephones
    customer = team.outside_number()
    call = await book.originates("outgoing", f"PJSIP/{anna.name}", "8" + customer[1:], anna, customer)
    await call.origin.ring(0.5)
    await call.origin.answer()
    far = await call.rings(team.provider, 1, customer)
    await far.answer()
    await call.talk(call.origin, far, anna, 2)
    call.ends(200, anna)


@story("Click to call through a Local channel; the customer is busy")
async def click_to_call_local_busy(team: Team, book: Book) -> None:
    """The same through the dial plan; the far side refuses with 486."""
    anna, *_ = team.telephones
    customer = team.outside_number()
    call = await book.originates("outgoing", f"Local/{anna.name}@agents", "8" + customer[1:], anna, customer)
    await call.origin.ring(0.5)
    await call.origin.answer()
    far = await call.arrives(team.provider, customer)
    await asyncio.sleep(0.3)
    await far.refuse(486)
    await call.origin.wait_ended()
    call.ends(486, anna)


@story("Callback: the customer is rung first, then the second of the team, who does not answer")
async def callback_unanswered(team: Team, book: Book) -> None:
    """The CRM calls the customer back; the customer answers and waits; the second's telephone rings in vain."""
    _, boris, _ = team.telephones
    customer = team.outside_number()
    call = await book.originates("callback", f"PJSIP/{customer}@trunk-alpha", boris.name, boris, customer)
    await call.origin.ring(0.5)
    await call.origin.answer()
    await call.rings(boris)
    await call.origin.wait_ended()
    call.ends(480, boris)
