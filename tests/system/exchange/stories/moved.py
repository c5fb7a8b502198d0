"""Calls that somebody else takes: parked and retrieved, picked up, sent on by the telephone."""

import asyncio

from office import Team
from story import Book, story


@story("Parked by the first, taken by the second")
async def park_retrieved(team: Team, book: Book) -> None:
    """The first of the team answers and parks the customer (#72, place 701); the second dials 701 and has them; the
    customer hangs up. The second's call is a linkedid of its own until then."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    async with call.together(anna):
        await asyncio.sleep(2)
        await at_anna.keys("#72")
        call.mark("park", anna)
    await asyncio.sleep(2)
    await at_anna.hang_up()
    call.mark("unpark", boris)
    at_boris = await boris.call("701")
    call.legs.append(at_boris)
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)


@story("The first rings, the second picks up with *8")
async def pickup_group(team: Team, book: Book) -> None:
    """A customer calls the first of the team; the second dials *8 and has the customer, who hangs up after a talk."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls(anna)
    await call.rings(anna, 1)
    call.mark("pickup", boris, anna)
    at_boris = await boris.call("*8")
    call.legs.append(at_boris)
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)


@story("The telephone itself sends the call on (302), the second answers")
async def phone_redirects(team: Team, book: Book) -> None:
    """The first telephone answers 302 Moved Temporarily with the second's number; the second rings and answers."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.arrives(anna)
    await at_anna.refuse(302, move_to=boris.name)
    at_boris = await call.rings(boris, 0.5)
    await at_boris.answer()
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)
