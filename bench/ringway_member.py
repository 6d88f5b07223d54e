"""One client of Ringway's signalling, as the load generator needs it.

It says what the SDK says, with the same numbers and pings (docs/protocol.md), and
answers every offer of the house with what its peer really takes.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from loadgen import sdp
from loadgen.farm import FarmError, Peer

SOCKET = "/rtc/1/socket"
PROTOCOL = "1.1"
PING_EVERY_S = 5
"""As often as the SDK."""
PATIENCE_S = 20


class RingwayError(Exception):
    """Ringway did not start, refused something, or fell silent."""


class Member:
    """One person in a room: a WebSocket, and the call on it."""

    def __init__(self, socket: ClientConnection, peer: Peer) -> None:
        self.peer = peer
        self._socket = socket
        self._call = str(uuid.uuid4())
        self._said = self._heard = self._pings = 0
        self._connected = asyncio.Event()
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._received = 0
        """Sections in which somebody is received, and that are agreed on."""
        self._changed = asyncio.Event()
        self._fault: RingwayError | None = None
        self._tasks = [asyncio.create_task(self._hear())]

    @classmethod
    async def connect(cls, url: str, token: str, peer: Peer) -> Member:
        """Open the socket, and say who we are."""
        socket = await connect(url + SOCKET, max_size=None, ping_interval=None)
        member = cls(socket, peer)
        await member._send({"t": "connect", "protocol": PROTOCOL, "token": token})
        await member._until(member._connected)
        member._tasks.append(asyncio.create_task(member._ping()))
        return member

    async def join(self, room: str, offer: str, terms: Mapping[str, Any]) -> str:
        """Join, and give the house's answer to the offer."""
        await self._say({"t": "join", "room": room, "offer": offer, **terms})
        async with asyncio.timeout(PATIENCE_S):
            return await self._answer

    async def receives(self, sections: int) -> None:
        """Wait until so many sections receive something."""
        while self._received < sections:
            self._changed.clear()
            await self._until(self._changed)

    async def close(self) -> None:
        """Leave as a page does that is closed: the house ends the call at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()

    async def _until(self, event: asyncio.Event) -> None:
        """Wait for it.  Or `RingwayError` when the house has ended the call."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await event.wait()
        except TimeoutError:
            raise RingwayError(
                f"Ringway said nothing more for {PATIENCE_S} s."
            ) from None
        if self._fault is not None:
            raise self._fault

    async def _say(self, message: Mapping[str, Any]) -> None:
        """Say something about the call: such messages are numbered."""
        self._said += 1
        await self._send({**message, "call": self._call, "n": self._said})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def _ping(self) -> None:
        """Say what was heard, so that the house may forget it."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(PING_EVERY_S)
                self._pings += 1
                ping = {"t": "ping", "number": self._pings, "heard": self._heard}
                await self._send(ping)

    async def _hear(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._socket:
                message = json.loads(text)
                self._heard = message.get("n", self._heard)
                await self._obey(message)
        self._fail(f"The socket was closed: {self._socket.close_reason or 'no reason'}")

    async def _obey(self, message: Mapping[str, Any]) -> None:
        match message["t"]:
            case "connected":
                self._connected.set()
            case "pipe_answer":
                if not self._answer.done():  # who waited may have given up
                    self._answer.set_result(message["answer"])
                self._count(message)
            case "offer":
                await self._agree(message)
            case "sections":
                self._count(message)
            case "rejected" | "refused" | "malformed" | "failed" | "lost" | "ended":
                self._fail(f"Ringway said {json.dumps(message)}")
            case _:
                pass

    async def _agree(self, message: Mapping[str, Any]) -> None:
        try:
            answer = sdp.answer(self.peer, message["offer"])
        except FarmError:  # our side was killed in between
            return
        numbers = {each: message[each] for each in ("generation", "negotiation")}
        await self._say({"t": "answer", "answer": answer, **numbers})
        self._count(message)

    def _count(self, message: Mapping[str, Any]) -> None:
        self._received = sum("receives" in each for each in message["sections"])
        self._changed.set()

    def _fail(self, text: str) -> None:
        self._fault = RingwayError(text)
        self._connected.set()
        self._changed.set()
        if not self._answer.done():
            self._answer.set_exception(self._fault)
