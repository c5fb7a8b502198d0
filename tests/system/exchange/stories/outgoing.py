"""Employees who call: customers, colleagues; and what the far side says when it refuses."""

import asyncio

from office import Team
from story import Book, story

#: what the far side says, and the result by decisions.md 3: what Asterisk makes of the code is a cause of the called
#: channel (400 and 487: 127, 486: 17, 603: 21)
REFUSALS = {400: 500, 487: 500, 486: 486, 603: 603}


@story("Outgoing call, answered; the customer hangs up")
async def out_answered(team: Team, book: Book) -> None:
    """The third of the team dials a customer, who answers after a second; they talk; the customer hangs up."""
    *_, carla = team.telephones
    call = await book.calls_out(carla)
    far = await call.rings(team.provider, 1, call.client)
    await far.answer()
    await call.talk(far, call.origin, carla, 2)
    call.ends(200, carla)


@story("Outgoing calls that the far side refuses: 400, 487, 486, 603")
async def out_refused(team: Team, book: Book) -> None:
    """The third of the team dials four customers one after the other; the far side refuses each with another code,
    three of which Asterisk reports to the employee's telephone alike (503)."""
    *_, carla = team.telephones
    for code, result in REFUSALS.items():
        call = await book.calls_out(carla)
        far = await call.arrives(team.provider, call.client)
        await asyncio.sleep(0.3)
        await far.refuse(code)
        await call.origin.wait_ended()
        call.ends(result, carla)


@story("Outgoing call, the employee hangs up while it rings")
async def out_cancelled(team: Team, book: Book) -> None:
    """The third of the team dials a customer; it rings 2 seconds; the employee gives up."""
    *_, carla = team.telephones
    call = await book.calls_out(carla)
    await call.rings(team.provider, 2, call.client)
    await call.origin.hang_up()
    call.ends(487, carla)


@story("Local call, answered; the caller hangs up")
async def local_answered(team: Team, book: Book) -> None:
    """The first of the team calls the second, who answers; they talk; the first hangs up."""
    anna, boris, _ = team.telephones
    call = await book.calls_inside(anna, boris.name)
    at_boris = await call.rings(boris, 0.5)
    await at_boris.answer()
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)
