"""Clicks in an office: somebody in the portal asks for a call, and the played exchange makes it, or does not."""

import asyncio
from datetime import UTC, datetime

import aiohttp

from cordboard.asterisk.played_call import read_script
from cordboard.portal.api_keys import add_key
from cordboard.portal.portal import MIGRATIONS
from cordboard.portal.rest.moments import micros
from cordboard.store import Store

from offices import CAPTURES, Office  # isort: skip

#: the user of the demo whose extension the captured employee has
ANNA = 2
CLIENT = "+79161234567"


class ClickingOffice(Office):
    """An office whose exchange takes Originate."""

    def __init__(self, folder, server=None):
        super().__init__(folder, server)
        self.pbx.csv_path.touch()
        #: the Originates that the exchange was asked for, in order
        self.originates = []

    def exchange_makes(self, scenario, *, picked_up=True, linkedid="1795303969.0", speed=20.0):
        """The exchange plays a captured call whenever it is asked for one."""

        async def originate(action):
            self.originates.append(action)
            ours = {linkedid: action.get("ChannelId")}
            await self.pbx.play(read_script(CAPTURES / scenario), speed=speed, exchange=ours)
            self.pbx.originated(action, picked_up=picked_up)

        self.pbx.actions["originate"] = originate

    def exchange_fails(self):
        """The exchange says at once that it will, and then that nobody could be rung."""

        async def originate(action):
            self.originates.append(action)
            self.pbx.originated(action, picked_up=False)

        self.pbx.actions["originate"] = originate

    async def until_greeted(self):
        """Until the portal knows where clicks are sent."""
        await self.until(lambda status: status["connections"]["portal"]["users"])
        await asyncio.sleep(0.3)

    async def click(self, number=CLIENT, user=ANNA):
        """Somebody clicks a number in the portal; the CRM's id of the call."""
        store = Store.open(self.portal_db, migrations=MIGRATIONS, exclusive=False)
        key = store.write_sync(lambda c: add_key(c, user, micros(datetime.now(UTC)), may_write=True))
        store.close_sync()
        headers, address = {"Authorization": f"Bearer {key}"}, f"http://127.0.0.1:{self.portal_port}/api/v1/clicks"
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.post(address, json={"number": number}) as answer,
        ):
            body = await answer.json()
        assert answer.status == 200, body
        return body["call_id"]

    async def until_finished(self, call_id, within=30):
        """The row of the portal's statistics for a call, once there is one."""
        rows = await self.until_in_portal(
            len, "voximplant.statistic.get", within, FILTER={"CALL_ID": call_id}
        )  # fmt: skip
        [row] = rows
        return row

    async def responsible(self, phone):
        """What the dial plan is answered."""
        address, params = f"{self.url}/pbx/responsible", {"phone": phone, "trunk": "74951000001"}
        async with aiohttp.ClientSession() as http, http.get(address, params=params) as answer:
            return await answer.text()

    async def send_event(self, form, connection="portal"):
        """What somebody else posts to the connector's door; the status of the answer."""
        address = f"{self.url}/events/{connection}"
        async with aiohttp.ClientSession() as http, http.post(address, data=form) as answer:
            return answer.status
