"""Gateway: stands between a connector and a portal as a bad network does; tests and the chaos bench share it.

In:   requests of a webhook's address, what to do with them (`mode`). Out: those requests at the portal, or nothing.
"""

from __future__ import annotations

import asyncio
import json

import aiohttp
from aiohttp import web

__all__ = ["Gateway"]


class Gateway:
    """Stands before the portal as a bad network does: lets through, or does not."""

    def __init__(self) -> None:
        self.target = ""
        #: pass, close (no answer at all), refuse (HTTP 500), busy (503), slow, swallow (the effect, but no answer)
        self.mode = "pass"
        #: lower-case method names, in order: of telephony, and of everything a Bitrix24 would be asked about calls
        self.requests: list[str] = []
        self.about_calls: list[str] = []
        #: CALL_ID and method of requests that the portal carried out, in order
        self.done: list[tuple[str, str]] = []
        self.url = ""

    async def start(self) -> None:
        """Listen; `url` is then the address of a webhook."""
        app = web.Application()
        app.router.add_post("/rest/1/secret/{method}", self._forward)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/rest/1/secret/"
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await request.read()
        telephony = method.lower().startswith("telephony.")
        if telephony:
            self.requests.append(method.lower().removeprefix("telephony.externalcall."))
        if method.lower().partition(".")[0] not in {"cordboard", "user", "method"}:
            self.about_calls.append(method.lower())
        if self.mode == "close":
            abort(request)
            return web.Response()
        if self.mode == "refuse":
            return web.json_response({"error": "INTERNAL_SERVER_ERROR", "error_description": "no"}, status=500)
        if self.mode == "busy":
            return web.json_response({"error": "QUERY_LIMIT_EXCEEDED", "error_description": "no"}, status=503)
        if self.mode == "slow":
            await asyncio.sleep(0.5)
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.post(self.target + method, data=body, headers=headers) as answer:
                content = await answer.read()
                status = answer.status
        except aiohttp.ClientError:
            abort(request)
            return web.Response()
        if telephony and status == 200:
            self.done.append((str(json.loads(body).get("CALL_ID", "")), method.lower()))
        if self.mode == "swallow" and telephony:
            abort(request)
            return web.Response()
        return web.Response(body=content, status=status, content_type="application/json")


def abort(request: web.Request) -> None:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
