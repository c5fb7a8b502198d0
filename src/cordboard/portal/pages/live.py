"""The live connection of a page: `/ws?page=<path>&after=<version>`.

Checked first: the session's cookie, and that the page is ours (`Origin`); refused with 1008, which is not tried again.
Then everything the hub has for this page is sent, and a heartbeat, which also tells the server's clock.
Once a minute the session is looked at again: it may have ended, or been closed by a command.
"""

import asyncio
import contextlib

import msgspec
from litestar import WebSocket, websocket
from litestar.datastructures.state import State
from litestar.exceptions import WebSocketDisconnect
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.site import Site, same_origin
from cordboard.portal.push import OpenPage

HEARTBEAT = 2.0
#: seconds after which the session is looked at again
DOUBT = 60.0
SIGNED_OUT = 1008

Socket = WebSocket[object, object, State]


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @websocket("/ws")
    async def live(socket: Socket) -> None:
        visit = await site.visit(socket) if same_origin(socket) else None
        await socket.accept()
        if visit is None:
            await socket.close(SIGNED_OUT, "sign in first")
            return
        query = socket.query_params
        page = OpenPage(visit.viewer, visit.session.secret_hash, query.get("page", "/"))
        with site.hub.opened(page, query.get("after", "")):
            site.portal.measures.live_clients += 1
            sender = asyncio.create_task(send(site, socket, page))
            receiver = asyncio.create_task(receive(socket))
            try:
                await asyncio.wait({sender, receiver}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                site.portal.measures.live_clients -= 1
                for task in (sender, receiver):
                    task.cancel()
                await asyncio.gather(sender, receiver, return_exceptions=True)
        if page.signed_out.is_set():
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(SIGNED_OUT, "signed out")

    return [live]


async def send(site: Site, socket: Socket, page: OpenPage) -> None:
    """Send what the hub has for the page, for as long as it is open."""
    looked = asyncio.get_running_loop().time()
    while not page.signed_out.is_set():
        if (passed := asyncio.get_running_loop().time()) > looked + DOUBT:
            looked = passed
            page.doubt()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await page.something.wait()
        messages = await site.hub.take(page)
        if not messages and not page.signed_out.is_set():
            messages = [{"v": page.version, "signal": "beat", "now": site.now()}]
        for message in messages:
            await socket.send_text(msgspec.json.encode(message).decode())


async def receive(socket: Socket) -> None:
    """A page says nothing; reading is how its going away is noticed."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data(mode="text")
