"""Telephones and providers: each is one UDP socket that speaks SIP to the exchange on loopback.

In:   `register`, `call`, `next_call`, as a person at a telephone would.
Out:  calls (dialog.py) on the real wire; `Seen`, the log of what every telephone did and saw, by its own clock.

A provider is a telephone that does not register: the exchange knows it by its address.
"""

import asyncio
import itertools
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sip
from dialog import Address, Call
from sip import Message


@dataclass(frozen=True)
class Seen:
    """One line of the log: what a telephone did or saw."""

    epoch: float
    telephone: str
    call: str
    event: str
    detail: str


class Telephone(asyncio.DatagramProtocol):
    """One telephone or provider with any number of calls."""

    def __init__(self, name: str, at: Address, pbx: Address, seen: list[Seen], hertz: int = 440) -> None:
        self.name, self.pbx, self.seen, self.hertz = name, pbx, seen, hertz
        self.ip, self.port = at
        self.calls: dict[str, Call] = {}
        #: by the number the call is for: a provider serves many
        self._incoming: defaultdict[str, asyncio.Queue[Call]] = defaultdict(asyncio.Queue)
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._labels = itertools.count(1)
        self._transport: asyncio.DatagramTransport | None = None
        self._placing: set[asyncio.Task[None]] = set()

    @property
    def contact(self) -> str:
        return f"<sip:{self.name}@{self.ip}:{self.port}>"

    def via(self) -> str:
        return f"SIP/2.0/UDP {self.ip}:{self.port};branch={sip.new_branch()};rport"

    def log(self, call: str, event: str, detail: str) -> float:
        now = time.time()
        self.seen.append(Seen(now, self.name, call, event, detail))
        return now

    async def start(self) -> "Telephone":
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.ip, self.port))
        return self

    def stop(self) -> None:
        for task in self._placing:
            task.cancel()
        if self._transport:
            self._transport.close()

    async def register(self) -> None:
        uri, own = f"sip:{self.pbx[0]}", f"<sip:{self.name}@{self.pbx[0]}>"
        call_id, tag = sip.token(16), sip.token(8)

        def message(cseq: int, *extra: tuple[str, str]) -> Message:
            headers = [("via", self.via()), ("max-forwards", "70"), ("from", f"{own};tag={tag}"), ("to", own)]
            headers += [
                ("call-id", call_id),
                ("cseq", f"{cseq} REGISTER"),
                ("contact", self.contact),
                ("expires", "3600"),
            ]
            return Message(f"REGISTER {uri} SIP/2.0", [*headers, *extra])

        response = await self.transact(message(1))
        if response.code == 401:
            response = await self.transact(message(2, self.credentials(response, "REGISTER", uri)))
        assert response.code == 200, f"telephone {self.name} could not register: {response.start}"

    def credentials(self, challenge: Message, method: str, uri: str) -> tuple[str, str]:
        kind, answer = ("www-authenticate", "authorization")
        if challenge.code == 407:
            kind, answer = ("proxy-authenticate", "proxy-authorization")
        return answer, sip.digest(challenge.get(kind), method, uri, self.name, f"phone-{self.name}")

    async def call(self, number: str, caller: str = "", name: str = "") -> Call:
        """Dial; returns as soon as the INVITE is on its way. A provider says who the `caller` is, perhaps by name."""
        call = Call(self, f"{self.name}/{next(self._labels)}")
        call.made_by_us = True
        call.caller, call.dialled = caller or self.name, number
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        call.local_uri = (f'"{quoted}" ' if name else "") + f"<sip:{call.caller}@{self.ip}>"
        call.target = f"sip:{number}@{self.pbx[0]}:{self.pbx[1]}"
        call.remote_uri = f"<{call.target}>"
        call.note("dials", number)
        self.calls[call.call_id] = call
        task = asyncio.create_task(call.place())
        self._placing.add(task)
        task.add_done_callback(self._placing.discard)
        return call

    async def next_call(self, number: str = "", seconds: float = 15) -> Call:
        """The next call that arrives here, at a provider the next one for a number; not one that is over already."""
        async with asyncio.timeout(seconds):
            while (call := await self._incoming[number or self.name].get()).ended.is_set():
                pass
            return call

    def send(self, message: Message) -> None:
        assert self._transport, f"telephone {self.name} is not started"
        self._transport.sendto(message.encode(), self.pbx)

    async def transact(self, request: Message, seconds: float = 8) -> Message:
        """Send a request, again where need be, and wait for its final response."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[request.transaction] = future
        try:
            async with asyncio.timeout(seconds):
                self.send(request)
                # An INVITE that rings is not repeated: loopback loses nothing, and ringing takes its time.
                return await future
        finally:
            self._waiting.pop(request.transaction, None)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not data.strip():
            return
        message = Message.parse(data)
        call = self.calls.get(message.get("call-id"))
        if message.is_response:
            self._on_response(message, call)
        elif call:
            call.on_request(message)
        elif message.method == "INVITE":
            self._on_invite(message)
        elif message.method != "ACK":
            self.send(sip.answer_to(message, 200 if message.method == "OPTIONS" else 481, sip.token(8), self.contact))

    def _on_response(self, response: Message, call: Call | None) -> None:
        if response.code < 200:
            if call and response.code == 180:
                call.note("hears-ringing", "180")
            return
        future = self._waiting.get(response.transaction)
        if future and not future.done():
            future.set_result(response)
        elif response.cseq[1] == "INVITE" and response.code == 200 and call:
            self.send(call.request("ACK", "", response.cseq[0]))

    def _on_invite(self, invite: Message) -> None:
        call = Call(self, f"{self.name}/{next(self._labels)}")
        call.call_id, call.invite = invite.get("call-id"), invite
        call.remote_tag = sip.tag_of(invite.get("from"))
        call.remote_uri = invite.get("from").split(";tag=")[0]
        call.local_uri = invite.get("to").split(";tag=")[0]
        call.target = sip.uri_of(invite.get("contact"))
        call.caller = sip.user_of(invite.get("from"))
        call.dialled = sip.user_of(invite.start.split()[1])
        self.calls[call.call_id] = call
        self.send(sip.answer_to(invite, 100, call.tag, self.contact))
        call.note("called", f"to {call.dialled} from {call.caller}")
        self._incoming[call.dialled].put_nowait(call)
