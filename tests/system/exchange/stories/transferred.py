"""Transfers: by keys and by the telephone (REFER), blind or asked first, returned, to the outside, into an older call.

While keys are pressed both are still in one bridge, so the spans here are longer than the talks.
"""

import asyncio

from office import Team
from story import Book, story


@story("Blind transfer by keys (##), the second answers")
async def transfer_blind_keys(team: Team, book: Book) -> None:
    """The first answers, talks, keys ## and the second's number; the second answers; the customer hangs up."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.keys("##")
        await asyncio.sleep(1)
        await at_anna.keys(boris.name)
        at_boris = await call.rings(boris)
    await asyncio.sleep(0.5)
    await at_boris.answer()
    await call.talk(call.origin, at_boris, boris, 2)
    call.ends(200, boris)


@story("Attended transfer by the telephone (REFER with Replaces)")
async def transfer_attended_refer(team: Team, book: Book) -> None:
    """The first answers, holds, asks the second on another line, and joins both; the second hangs up.
    The consultation is a call with a linkedid of its own until then."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.hold()
        consultation = await book.calls_inside(anna, boris.name)
        at_boris = await consultation.rings(boris, 0.5)
        await at_boris.answer()
        async with consultation.together(boris, anna):
            await asyncio.sleep(1.5)
        consultation.ends(200, boris)
        call.mark("attended-transfer-complete", anna, boris)
        await at_anna.join_with(consultation.origin)
    await call.talk(at_boris, call.origin, boris, 2)
    call.absorbs(consultation)
    call.ends(200, boris)


@story("An attended transfer that comes back: the second does not answer, the first has the customer again")
async def transfer_returned(team: Team, book: Book) -> None:
    """The first answers, keys *2 and the second's number, and hangs up while the second rings; the second does not
    answer in 4 seconds, so Asterisk calls the first back, who answers and talks with the customer again.
    The second never had the customer: nobody but the first is credited (decisions.md 4)."""
    anna, boris, _ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.keys("*2")
        await asyncio.sleep(1)
        await at_anna.keys(boris.name)
        await call.rings(boris)
    await asyncio.sleep(1)
    await at_anna.hang_up()
    again = await call.rings(anna, 0.5)
    # A busy Asterisk 16 was seen to hang up on the customer in the very moment in which it rings back.
    if not call.origin.ended.is_set():
        await again.answer()
        await call.talk(call.origin, again, anna, 2)
    call.ends(200, anna)


@story("Consultation with an outside number by keys (*2), then the customer is handed over to it")
async def consultation_outside_keys(team: Team, book: Book) -> None:
    """The first answers, keys *2 and an outside number, talks with it, hangs up: the customer talks with the outside
    number. All of it is one linkedid."""
    anna, *_ = team.telephones
    adviser = team.outside_number()
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.keys("*2")
        await asyncio.sleep(1)
        await at_anna.keys("8" + adviser[1:])
        far = await call.rings(team.provider, 0, adviser)
    await asyncio.sleep(0.5)
    await far.answer()
    await asyncio.sleep(1.5)
    hanging_up = asyncio.create_task(at_anna.hang_up())
    await call.talk(call.origin, far, adviser, 2)
    await hanging_up
    call.ends(200, anna)


@story("Consultation with an outside number on another line (REFER), then the customer is handed over to it")
async def consultation_outside_refer(team: Team, book: Book) -> None:
    """The first answers, holds, calls an outside number on another line, and joins both, who go on without any
    employee. Two clients, so two calls for the CRM: the outgoing one ends at the merge with the talk it had."""
    anna, *_ = team.telephones
    call = await book.customer_calls(anna)
    at_anna = await call.rings(anna, 0.5)
    await at_anna.answer()
    async with call.together(anna):
        await asyncio.sleep(1)
        await at_anna.hold()
        asking = await book.calls_out(anna)
        far = await asking.rings(team.provider, 0.5, asking.client)
        await far.answer()
        async with asking.together(anna):
            await asyncio.sleep(2)
        asking.ends(200, anna)
        call.mark("attended-transfer-complete", anna, asking.client)
        await at_anna.join_with(asking.origin)
    await call.talk(call.origin, far, asking.client, 2)
    call.absorbs(asking)
    call.ends(200, anna)


@story("A customer is joined into an older local call")
async def customer_joins_local_call(team: Team, book: Book) -> None:
    """The first talks with the second. A customer calls the first, who holds the colleague, answers the customer, and
    then joins both (REFER). The local call is the older: it goes on, and it is the customer's incoming call now."""
    anna, boris, _ = team.telephones
    local = await book.calls_inside(anna, boris.name)
    at_boris = await local.rings(boris, 0.5)
    await at_boris.answer()
    async with local.together(boris, anna):
        await local.origin.wait_connected()
        await asyncio.sleep(1)
        await local.origin.hold()
        call = await book.customer_calls(anna)
        at_anna = await call.rings(anna, 0.5)
        await at_anna.answer()
        async with call.together(anna):
            await call.origin.wait_connected()
            await asyncio.sleep(1.5)
        call.ends(200, anna)
        local.mark("attended-transfer-complete", anna, boris)
        await at_anna.join_with(local.origin)
    local.absorbs(call)
    await local.talk(call.origin, at_boris, boris, 2)
    local.ends(200, boris)
