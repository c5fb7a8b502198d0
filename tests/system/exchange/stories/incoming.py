"""Customers who call the company: one telephone, a group, a hunt, a queue, a menu."""

import asyncio

from office import Team
from story import Book, story


@story("Incoming call to one telephone, answered; the customer hangs up")
async def in_answered(team: Team, book: Book) -> None:
    """A customer calls the first of the team, who answers after a second; they talk; the customer hangs up.
    The PBX records it."""
    anna, *_ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 1)
    await at_anna.answer()
    await call.talk(call.origin, at_anna, anna, 3)
    call.ends(200, anna)


@story("Incoming call to one telephone, nobody answers, the PBX gives up")
async def in_no_answer(team: Team, book: Book) -> None:
    """A customer calls the second of the team; it rings 6 seconds; the PBX ends the call."""
    _, boris, _ = team.telephones
    call = await book.customer_calls(boris)
    await call.rings(boris)
    await call.origin.wait_ended()
    call.ends(480, boris)


@story("Incoming call to one telephone, which declines")
async def in_declined(team: Team, book: Book) -> None:
    """A customer calls the second of the team, who declines after a second (603)."""
    _, boris, _ = team.telephones
    call = await book.customer_calls(boris)
    at_boris = await call.rings(boris, 1)
    await at_boris.refuse(603)
    await call.origin.wait_ended()
    call.ends(603, boris)


@story("Ring group of three, the second answers")
async def in_group_answered(team: Team, book: Book) -> None:
    """The whole team rings; the second answers, the others stop ringing; they talk; the customer hangs up.
    The provider tells the customer's name, in Cyrillic, with quotation marks and a comma."""
    anna, boris, carla = team.telephones
    call = await book.customer_calls("group", 'ООО "Ромашка", отдел 2')
    _, at_boris, _ = [await call.rings(each) for each in (anna, boris, carla)]
    await asyncio.sleep(1.5)
    await at_boris.answer()
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)


@story("Ring group through Local channels that optimise away, the first answers")
async def in_group_local(team: Team, book: Book) -> None:
    """Two telephones ring, each behind a Local channel; the first answers; they talk; the employee hangs up."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls("local")
    at_anna, _ = [await call.rings(each) for each in (anna, boris)]
    await asyncio.sleep(1)
    await at_anna.answer()
    await call.talk(at_anna, call.origin, anna, 2)
    call.ends(200, anna)


@story("Hunt: the first does not answer, the caller leaves while the second rings")
async def in_hunt_left_on_second(team: Team, book: Book) -> None:
    """The first telephone rings 3 seconds in vain, then the second; after a second of it the customer hangs up.
    The caller left (487): the telephone that ended last was still up, though the first had not answered before."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls("hunt")
    await call.rings(anna)
    await call.rings(boris, 1)
    await call.origin.hang_up()
    call.ends(487, boris)


@story("Queue: nobody in the first round, the third answers in the second")
async def in_queue_answered(team: Team, book: Book) -> None:
    """The queue answers, then the team rings 4 seconds in vain, and again; the third answers; the customer hangs up."""
    anna, boris, carla = team.telephones
    call = await book.customer_calls("queue")
    for each in (anna, boris, carla):
        await call.rings(each)
    _, _, at_carla = [await call.rings(each) for each in (anna, boris, carla)]
    await asyncio.sleep(1)
    await at_carla.answer()
    await call.talk(call.origin, at_carla, carla, 2)
    call.ends(200, carla)


@story("Queue: the caller leaves while waiting")
async def in_queue_abandoned(team: Team, book: Book) -> None:
    """The queue answers, the team rings, the customer hangs up after 2 seconds. No employee talked."""
    anna, boris, carla = team.telephones
    call = await book.customer_calls("queue")
    for each in (anna, boris, carla):
        await call.rings(each)
    await asyncio.sleep(2)
    await call.origin.hang_up()
    call.ends(487, anna, boris, carla)


@story("Voice menu, the caller hangs up in it")
async def in_menu_left(team: Team, book: Book) -> None:
    """The menu answers; the customer listens for 2 seconds and hangs up. Nobody rang."""
    call = await book.customer_calls("menu")
    await call.origin.wait_connected()
    await asyncio.sleep(2)
    await call.origin.hang_up()
    call.ends(487)


@story("Voice menu, a choice: the first answers")
async def in_menu_choice(team: Team, book: Book) -> None:
    """The menu answers; the customer presses 1; the first telephone rings and answers; the customer hangs up."""
    anna, *_ = team.telephones
    call = await book.customer_calls("menu")
    await call.origin.wait_connected()
    await asyncio.sleep(0.5)
    await call.origin.keys("1")
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    await call.talk(call.origin, at_anna, anna, 2)
    call.ends(200, anna)


@story("Desk phone and mobile ring together, the mobile answers")
async def in_mobile_answers(team: Team, book: Book) -> None:
    """The first telephone rings and, through the provider, a mobile, which answers; the customer hangs up."""
    anna, *_ = team.telephones
    call = await book.customer_calls("mobile")
    await call.rings(anna)
    at_mobile = await call.rings(team.provider, 1, team.mobile)
    await at_mobile.answer()
    await call.talk(call.origin, at_mobile, team.mobile, 2)
    call.ends(200, anna)


@story("Out of hours: answered by the PBX, nobody rings")
async def in_closed(team: Team, book: Book) -> None:
    """The PBX answers, says that it is closed and hangs up."""
    call = await book.customer_calls("closed")
    await call.origin.wait_ended()
    call.ends(487)
