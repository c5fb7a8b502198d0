"""An evening at the office: a handful of real calls that overlap, and what the people in them lived through.

In:   the telephones 101..106 and the provider, registered with a running exchange.
Out:  `Lived`, one per call: the truth, measured at the telephones and never read from Asterisk.

To add a call: write a coroutine that plays it and ends in a `Lived`, and add it to `play`.
A call is found again by who dialled what, so no two calls here have the same pair.
"""

import asyncio
from dataclasses import dataclass

from dialog import Call
from telephone import Telephone


@dataclass(frozen=True)
class Lived:
    """One call as the people in it would tell it."""

    name: str
    caller: str  #: as the first channel shows it
    dialled: str  #: as the first channel dialled it
    type: str  #: incoming, outgoing, local
    client: str  #: the outside number, empty in a local call
    employee: str  #: the extension that talked, or should have
    result: int  #: SIP-like: 200, 480, 486 …
    talk_seconds: float = 0.0  #: both sides heard each other; 0 = nobody answered


@dataclass
class Office:
    telephones: dict[str, Telephone]
    provider: Telephone


async def play(office: Office) -> list[Lived]:
    """All calls of the evening, at the same time where different people are in them."""
    told = await asyncio.gather(
        a_customer_reaches_101(office),
        a_customer_waits_for_102_in_vain(office),
        employee_103_calls_two_customers(office),
        employee_104_calls_105(office),
    )
    return [lived for group in told for lived in group]


async def a_customer_reaches_101(office: Office) -> list[Lived]:
    asking = await office.provider.call("74951000001", "79161234567")
    asked = await (await office.telephones["101"].next_call()).ring(1)
    await asked.answer()
    seconds = await talk(asking, asked, 3)
    return [Lived("in-answered", "79161234567", "74951000001", "incoming", "79161234567", "101", 200, seconds)]


async def a_customer_waits_for_102_in_vain(office: Office) -> list[Lived]:
    asking = await office.provider.call("74951000002", "79037654321")
    await (await office.telephones["102"].next_call()).ring()
    await asking.wait_ended()
    return [Lived("in-no-answer", "79037654321", "74951000002", "incoming", "79037654321", "102", 480)]


async def employee_103_calls_two_customers(office: Office) -> list[Lived]:
    asking = await office.telephones["103"].call("89165550101")
    asked = await (await office.provider.next_call()).ring(1)
    await asked.answer()
    seconds = await talk(asked, asking, 2)
    answered = Lived("out-answered", "103", "89165550101", "outgoing", "79165550101", "103", 200, seconds)

    asking = await office.telephones["103"].call("89165550102")
    await (await office.provider.next_call()).refuse(486)
    await asking.wait_ended()
    return [answered, Lived("out-busy", "103", "89165550102", "outgoing", "79165550102", "103", 486)]


async def employee_104_calls_105(office: Office) -> list[Lived]:
    asking = await office.telephones["104"].call("105")
    asked = await (await office.telephones["105"].next_call()).ring(0.5)
    await asked.answer()
    seconds = await talk(asking, asked, 2)
    return [Lived("local-answered", "104", "105", "local", "", "105", 200, seconds)]


async def talk(leaving: Call, staying: Call, seconds: float) -> float:
    """They talk; then `leaving` hangs up. How long both were connected."""
    await leaving.wait_connected()
    await staying.wait_connected()
    began = max(leaving.times.get("connected", 0.0), leaving.times.get("answered", 0.0))
    began = max(began, staying.times.get("connected", 0.0), staying.times.get("answered", 0.0))
    await asyncio.sleep(seconds)
    await leaving.hang_up()
    await staying.wait_ended()
    return round(leaving.times["hung-up"] - began, 2)
