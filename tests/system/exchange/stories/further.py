"""Calls that go on: chains of transfers, to a queue, to the outside, into a room; and those that fail."""

import asyncio

from dialog import Call
from office import Team
from story import Book, Lived, story
from telephone import Telephone


async def answered_by(book: Book, telephone: Telephone) -> tuple[Lived, Call]:
    """A customer calls, and the telephone answers at once."""
    call = await book.customer_calls(telephone)
    there = await call.rings(telephone, 0.3)
    await there.answer()
    await call.origin.wait_connected()
    return call, there


async def asks(book: Book, call: Lived, at_first: Call, first: Telephone, second: Telephone) -> tuple[Lived, Call]:
    """Somebody holds and asks a colleague on another line."""
    await at_first.hold()
    consultation = await book.calls_inside(first, second.name)
    there = await consultation.rings(second, 0.3)
    await there.answer()
    async with consultation.together(second, first):
        await asyncio.sleep(1)
    consultation.ends(200, second)
    return consultation, there


@story("A chain: the first asks the second and hands over, who asks the third and hands over (REFER twice)")
async def transfer_chain(team: Team, book: Book) -> None:
    """Two attended transfers one after the other; three people talk with the customer."""
    anna, boris, carla = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1)
        asked, at_boris = await asks(book, call, at_anna, anna, boris)
        call.mark("attended-transfer-complete", anna, boris)
        await at_anna.join_with(asked.origin)
    call.absorbs(asked)
    async with call.together(boris):
        await asyncio.sleep(1.5)
        asked, at_carla = await asks(book, call, at_boris, boris, carla)
        call.mark("attended-transfer-complete", boris, carla)
        await at_boris.join_with(asked.origin)
    call.absorbs(asked)
    await call.talk(call.origin, at_carla, carla, 2)
    call.ends(200, carla)


@story("Attended transfer by keys while the second still rings; the second answers the customer")
async def transfer_while_ringing(team: Team, book: Book) -> None:
    """The first keys *2 and the second's number, and hangs up while it rings; the second answers the customer."""
    anna, boris, _ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.keys("*2")
        await asyncio.sleep(1)
        await at_anna.keys(boris.name)
        at_boris = await call.rings(boris)
    await asyncio.sleep(1)
    await at_anna.hang_up()
    await asyncio.sleep(1)
    await at_boris.answer()
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)


@story("Attended transfer by keys that is declined: the first has the customer again")
async def transfer_declined(team: Team, book: Book) -> None:
    """The first keys *2 and the second's number; the second declines; the first goes on with the customer."""
    anna, boris, _ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.keys("*2")
        await asyncio.sleep(1)
        await at_anna.keys(boris.name)
        at_boris = await call.rings(boris, 0.5)
    await at_boris.refuse(603)
    await asyncio.sleep(1)  # the first hears that it failed, alone
    async with call.together(anna):
        await asyncio.sleep(2)
        hanging_up = asyncio.create_task(call.origin.hang_up())
        await at_anna.wait_ended()
    await hanging_up
    call.ends(200, anna)


@story("Blind transfer (REFER) to a telephone that nobody answers")
async def transfer_blind_unanswered(team: Team, book: Book) -> None:
    """The first transfers to the second and is gone; the second rings in vain; the PBX ends the call."""
    anna, boris, _ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1.5)
        await at_anna.refer(boris.name)
    await call.rings(boris)
    await call.origin.wait_ended()
    call.ends(200, anna)


@story("Blind transfer (REFER) to the queue, the third answers there")
async def transfer_to_queue(team: Team, book: Book) -> None:
    """The first sends the customer into the queue of the team; the others ring, for the first is hardly free; the third
    answers."""
    anna, boris, carla = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1.5)
        await at_anna.refer(f"4{team.number}0")
    await at_anna.hang_up()
    await call.rings(boris)
    at_carla = await call.rings(carla, 1)
    await at_carla.answer()
    await call.talk(call.origin, at_carla, carla, 2)
    call.ends(200, carla)


@story("Blind transfer (REFER) of the customer to an outside number")
async def transfer_to_outside(team: Team, book: Book) -> None:
    """The first sends the customer on to a mobile, which answers; all under the customer's linkedid."""
    anna, *_ = team.telephones
    mobile = team.outside_number()
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1.5)
        await at_anna.refer("8" + mobile[1:])
    far = await call.rings(team.provider, 0.5, mobile)
    await far.answer()
    await call.talk(call.origin, far, mobile, 2)
    call.ends(200, anna)


@story("A local call is transferred to an outside number")
async def local_to_outside(team: Team, book: Book) -> None:
    """The first talks with the second and sends the second on to a customer (REFER), who answers.
    It stays local in `call_full` and is the customer's call from then on."""
    anna, boris, _ = team.telephones
    customer = team.outside_number()
    call = await book.calls_inside(anna, boris.name)
    at_boris = await call.rings(boris, 0.3)
    await at_boris.answer()
    await call.origin.wait_connected()
    async with call.together(boris, anna):
        await asyncio.sleep(1.5)
        await call.origin.refer("8" + customer[1:])
    far = await call.rings(team.provider, 0.5, customer)
    await far.answer()
    await call.talk(far, at_boris, customer, 2, one=boris)
    call.goes_on_with(customer)
    call.ends(200, anna, boris)  # who began it, or who talks


@story("Outgoing call handed over after a question (REFER with Replaces)")
async def outgoing_handed_over(team: Team, book: Book) -> None:
    """The first calls a customer, asks the second on another line, joins both."""
    anna, boris, _ = team.telephones
    call = await book.calls_out(anna)
    far = await call.rings(team.provider, 0.3, call.client)
    await far.answer()
    await call.origin.wait_connected()
    async with call.together(anna):
        await asyncio.sleep(1)
        asked, at_boris = await asks(book, call, call.origin, anna, boris)
        call.mark("attended-transfer-complete", anna, boris)
        await call.origin.join_with(asked.origin)
    call.absorbs(asked)
    await call.talk(far, at_boris, boris, 2)
    call.ends(200, boris)


@story("Two customers are joined by the first, who had both")
async def customers_joined(team: Team, book: Book) -> None:
    """The first talks with a customer, holds, answers another customer, and joins both. Two clients, two calls: each is
    finished for its own, the younger at the merge."""
    anna, *_ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.hold()
        other, again = await answered_by(book, anna)
        async with other.together(anna):
            await asyncio.sleep(1.5)
        other.ends(200, anna)
        call.mark("attended-transfer-complete", anna, other.client)
        await at_anna.join_with(again)
    await call.talk(call.origin, other.origin, other.client, 2)
    call.absorbs(other)
    call.ends(200, anna)


@story("Parked, nobody takes the call, it comes back to the first")
async def park_timeout(team: Team, book: Book) -> None:
    """The first parks the customer and hangs up; after 8 seconds it rings there again, and is answered."""
    anna, *_ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.keys("#72")
        call.mark("park", anna)
    await asyncio.sleep(1)
    await at_anna.hang_up()
    again = await call.rings(anna, 0.5)
    await again.answer()
    await call.talk(call.origin, again, anna, 2)
    call.ends(200, anna)


@story("Parked by a transfer (REFER to 700), taken by the second")
async def park_by_refer(team: Team, book: Book) -> None:
    """The first transfers the customer to 700; the second dials 701."""
    anna, boris, _ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.refer("700")
        call.mark("park", anna)
    await asyncio.sleep(2)
    call.mark("unpark", boris)
    at_boris = await boris.call("701")
    call.legs.append(at_boris)
    await call.talk(at_boris, call.origin, boris, 2)
    call.ends(200, boris)


@story("Directed pickup: the third takes the call that rings at the second")
async def pickup_directed(team: Team, book: Book) -> None:
    """The second rings; the third dials ** and the second's number and has the customer."""
    _, boris, carla = team.telephones
    call = await book.customer_calls(boris)
    await call.rings(boris, 1)
    call.mark("pickup", carla, boris)
    at_carla = await carla.call(f"**{boris.name}")
    call.legs.append(at_carla)
    await call.talk(call.origin, at_carla, carla, 2)
    call.ends(200, carla)


@story("The customer calls twice at once: one call is answered, the other left")
async def two_calls_of_one_client(team: Team, book: Book) -> None:
    """The same number dials the first, who talks with them, and then the second, whose telephone rings until the
    customer hangs up there."""
    anna, boris, _ = team.telephones
    call, at_anna = await answered_by(book, anna)
    async with call.together(anna):
        again = await book.customer_calls(boris, again=call.client)
        await again.rings(boris, 1.5)
        await again.origin.hang_up()
        again.ends(487, boris)
        await asyncio.sleep(1)
        hanging_up = asyncio.create_task(call.origin.hang_up())
        await at_anna.wait_ended()
    await hanging_up
    call.ends(200, anna)


@story("A talk goes on in a conference room: the first sends the customer there and comes after")
async def talk_into_room(team: Team, book: Book) -> None:
    """The first transfers the customer (REFER) to the room of the team and dials it too; they go on there."""
    anna, *_ = team.telephones
    call, at_anna = await answered_by(book, anna)
    room = f"3{team.number}0"
    async with call.together(anna):
        await asyncio.sleep(1.5)
        await at_anna.refer(room)
    await at_anna.hang_up()
    joining = await book.calls_inside(anna, room)
    joining.direction = "service"
    await joining.origin.wait_connected()
    async with call.together(anna):
        await asyncio.sleep(2)
        await call.origin.hang_up()
    await joining.origin.hang_up()
    joining.ends(200, anna)
    call.ends(200, anna)


@story("Busy: the telephone refuses with 486 at once")
async def in_busy(team: Team, book: Book) -> None:
    """A customer calls the first, whose telephone is busy."""
    anna, *_ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.arrives(anna)
    await at_anna.refuse(486)
    await call.origin.wait_ended()
    call.ends(486, anna)


@story("From the queue to a telephone (REFER), which declines")
async def queue_then_declined(team: Team, book: Book) -> None:
    """The third answers from the queue and sends the customer to the second, who declines (603); the PBX hangs up."""
    anna, boris, carla = team.telephones
    call = await book.customer_calls("queue")
    for each in (anna, boris):
        await call.rings(each)
    at_carla = await call.rings(carla, 0.5)
    await at_carla.answer()
    async with call.together(carla):
        await asyncio.sleep(1.5)
        await at_carla.refer(boris.name)
    at_boris = await call.rings(boris, 1)
    await at_boris.refuse(603)
    await call.origin.wait_ended()
    call.ends(200, carla)
