"""What the CRM asks of a real Asterisk: calls by a click, and the buttons of a card; in a network namespace of its own.

    python clicking.py TREE FOLDER

In:   the tree of Asterisk, an empty folder.
Out:  FOLDER/clicks.json (the CRM's id of each clicked call), lived.json (the calls that somebody steered by buttons),
      statistics.json and status.json (what the portal and the connector say afterwards), asterisk.log.
      Exit code 0 if everybody could do their part: who was rung, who heard the call end.
"""

import asyncio
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from chain import USERS, Chain, write
from dialog import Call
from office import Team, open_office
from pbx import Asterisk, Tap
from play import connector_is_there, keep_log, told
from story import Book, Lived
from telephone import Telephone
from truth import find_linkedids


@dataclass
class Desk:
    """What a person at a screen can do."""

    chain: Chain
    tap: Tap
    clicks: dict[str, str] = field(default_factory=dict[str, str])

    async def click(self, name: str, who: Telephone, number: str) -> None:
        """The portal registers the call of a click and tells the connector."""
        user = str(USERS[who.name])
        asked = {"USER_ID": user, "PHONE_NUMBER": number, "TYPE": "1", "CRM_CREATE": "0", "SHOW": "0"}
        answer = await asyncio.to_thread(self.chain.rest, "telephony.externalCall.register", **asked)
        call_id = self.clicks[name] = answer["result"]["CALL_ID"]
        data = {"PHONE_NUMBER": f"+{number}", "USER_ID": user, "CALL_ID": call_id}
        await asyncio.to_thread(self.chain.send_event, "ONEXTERNALCALLSTART", **data)

    async def press(self, button: str, who: Telephone, call: Lived, to: str = "") -> None:
        """Somebody presses a button of the card of a call."""
        find_linkedids([call], self.tap.events())
        data = {
            "COMMAND_ID": secrets.token_hex(8),
            "COMMAND": button,
            "PBX": "main",
            "LINKEDID": call.linkedid,
            "TO": to,
        }
        await asyncio.to_thread(self.chain.send_event, "ONCORDBOARDCALLCOMMAND", USER_ID=str(USERS[who.name]), **data)


async def main(tree: Path, folder: Path) -> None:
    asterisk = Asterisk(tree, "clicking")
    asterisk.prepare()
    asterisk.start()
    tap, chain = Tap(), Chain(folder)
    try:
        await tap.open()
        office = await open_office(tap)
        await chain.start(asterisk)
        await connector_is_there(tap, asterisk)
        desk = Desk(chain, tap)
        first, second, *_ = office.teams
        book = Book("clicking", second)
        await asyncio.gather(clicks(desk, first), buttons(desk, second, book))
        await tap.wait_for_quiet()
        office.close()
        find_linkedids(book.calls, tap.events())
        write(folder / "clicks.json", desk.clicks)
        write(folder / "lived.json", [told(call) for call in book.calls])
        await chain.wait_for_calls(len(desk.clicks) + len(book.calls))
        chain.keep()
    finally:
        chain.stop()
        tap.close()
        asterisk.stop()
        keep_log(asterisk, folder)
        asterisk.remove()


async def clicks(desk: Desk, team: Team) -> None:
    """Three people click, one after the other: one talks, one does not pick up, one's customer is busy."""
    anna, boris, carla = team.telephones
    await desk.click("answered", anna, customer := team.outside_number())
    at_anna = await anna.next_call()
    await at_anna.ring(0.5)
    await at_anna.answer()
    far = await team.provider.next_call(customer)
    await far.ring(0.5)
    await far.answer()
    await far.wait_connected()
    await asyncio.sleep(2)
    await far.hang_up()
    await at_anna.wait_ended()

    await desk.click("ignored", boris, team.outside_number())
    at_boris = await boris.next_call()
    await at_boris.ring()
    await at_boris.wait_ended()

    await desk.click("busy", carla, customer := team.outside_number())
    at_carla = await carla.next_call()
    await at_carla.ring(0.3)
    await at_carla.answer()
    far = await team.provider.next_call(customer)
    await far.refuse(486)
    await at_carla.wait_ended()


async def buttons(desk: Desk, team: Team, book: Book) -> None:
    """Customers call the first of the team, who hangs up, passes on and parks by the buttons of the card."""
    ivan, eva, _ = team.telephones
    call, at_ivan = await talk_with(ivan, book)
    async with call.together(ivan):
        await asyncio.sleep(2)
        await desk.press("hangup", ivan, call)
        await at_ivan.wait_ended()
    await call.origin.wait_ended()
    call.ends(200, ivan)

    call, at_ivan = await talk_with(ivan, book)
    async with call.together(ivan):
        await asyncio.sleep(2)
        await desk.press("transfer", ivan, call, eva.name)
        await at_ivan.wait_ended()
    await answered_by(eva, call)

    call, at_ivan = await talk_with(ivan, book)
    async with call.together(ivan):
        await asyncio.sleep(2)
        await desk.press("park", ivan, call)
    # the customer is gone at once; the first still hears at which place they are
    await at_ivan.wait_ended()
    await asyncio.sleep(1)
    await desk.press("take", eva, call)
    await answered_by(eva, call)


async def talk_with(ivan: Telephone, book: Book) -> tuple[Lived, Call]:
    """A customer calls, and the first answers."""
    call = await book.customer_calls(ivan)
    at_ivan = await call.rings(ivan, 0.5)
    await at_ivan.answer()
    return call, at_ivan


async def answered_by(eva: Telephone, call: Lived) -> None:
    """The second has the customer now, and hangs up after a talk."""
    at_eva = await call.rings(eva, 0.5)
    await at_eva.answer()
    await call.talk(at_eva, call.origin, eva, 2)
    call.ends(200, eva)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
