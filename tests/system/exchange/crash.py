"""Kills Asterisk in the middle of calls and begins it again, followed by the chain; in a network namespace of its own.

    python crash.py TREE FOLDER csv|ami

In:   the tree of Asterisk, an empty folder, which ledger the connector has (chain.py).
Out:  FOLDER/lived.json (what each call was until the crash, and a call after it), statistics.json and status.json
      (what the portal and the connector say a few seconds after Asterisk is there again), asterisk.log.

The surprise: nobody writes the end of such a call. No row of CEL, no event; the telephones wait for a goodbye that does
not come. What is known is that it went on until the exchange fell silent.
"""

import asyncio
import sys
import time
from pathlib import Path

import stories  # noqa: F401 - fills STORIES
from chain import Chain, write
from office import Office, open_office
from pbx import Asterisk, Tap
from play import connector_is_there, keep_log, told
from story import Book, Lived, Span, played
from truth import find_linkedids


async def main(tree: Path, folder: Path, ledger: str) -> None:
    asterisk = Asterisk(tree, "crash")
    asterisk.prepare()
    asterisk.start()
    tap, chain = Tap(), Chain(folder, ledger)
    try:
        await tap.open()
        office = await open_office(tap)
        await chain.start(asterisk)
        await connector_is_there(tap, asterisk)
        lived = await three_calls_until_the_crash(office, asterisk)
        find_linkedids(lived, tap.events())
        tap.close()
        office.close()

        asterisk.start()
        tap = await Tap().open()
        office = await open_office(tap)
        await connector_is_there(tap, asterisk, logins=4)
        lived += await after(office, tap)
        write(folder / "lived.json", [told(call) for call in lived])
        await chain.wait_for_calls(len(lived))
        chain.keep()
    finally:
        chain.stop()
        tap.close()
        asterisk.stop()
        keep_log(asterisk, folder)
        asterisk.remove()


async def three_calls_until_the_crash(office: Office, asterisk: Asterisk) -> list[Lived]:
    """A customer talks with the first, another one rings at the second, the third talks with a customer they called."""
    team = office.teams[0]
    anna, boris, carla = team.telephones
    book = Book("crash", team)
    talking = await book.customer_calls(anna)
    at_anna = await talking.rings(anna)
    await at_anna.answer()
    calling = await book.calls_out(carla)
    far = await calling.rings(team.provider, 0, calling.client)
    await far.answer()
    began = time.time()
    await asyncio.sleep(2)
    ringing = await book.customer_calls(boris)
    await ringing.rings(boris, 2)
    asterisk.kill()
    for call, who in ((talking, anna), (calling, carla)):
        call.spans.append(Span(call.client, who.name, began, time.time()))
        call.ends(200, who)
    ringing.ends(480, boris)
    return book.calls


async def after(office: Office, tap: Tap) -> list[Lived]:
    """Life goes on: the counters of Asterisk begin anew, and the same telephones are called again."""
    team = office.teams[0]
    team.outside_number(), team.outside_number(), team.outside_number()  # those of before
    calls = await played("in-answered", team)
    await tap.wait_for_quiet()
    find_linkedids(calls, tap.events())
    return calls


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
