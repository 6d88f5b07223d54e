"""A whole Ringway in memory: its web side, and clients that signal with it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from litestar.types import ASGIApp

from ringway.adapters.activity_memory import MemoryActivity
from ringway.adapters.blobs_memory import MemoryBlobs
from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.catalog_memory import MemoryCatalog
from ringway.adapters.clock_manual import ManualClock
from ringway.adapters.deliveries_memory import MemoryDeliveries
from ringway.adapters.engine_memory import EngineMemory
from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.adapters.keys_process import ProcessKeys
from ringway.adapters.media_files import judge
from ringway.adapters.meetings_memory import MemoryMeetings
from ringway.adapters.outbox_memory import MemoryOutbox
from ringway.adapters.sealing_aes import AesSeal, new_key
from ringway.adapters.shelves_memory import MemoryShelves
from ringway.adapters.subscriptions_memory import MemorySubscriptions
from ringway.adapters.tokens_jwt import JwtTokens
from ringway.app.house import Front, Ringway
from ringway.app.ports import Ports
from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.catalog import DEMO_ACCOUNT, FIRST_ACCOUNT, MintedKey
from ringway.ports.configurations import CONFIGURATION, configuration
from ringway.ports.event_log import EventLog
from ringway.ports.tokens import Bearer, Capability
from ringway.rtc import messages as wire

HOST = "ringway.test"
PATIENCE_S = 5.0
OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
VIDEO_OFFER = OFFER + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"


class Closed(Exception):
    """The house has closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class Client:
    """One end of a signalling socket, spoken to as ASGI does."""

    to_house: asyncio.Queue[Mapping[str, Any]] = field(default_factory=asyncio.Queue)
    from_house: asyncio.Queue[Mapping[str, Any]] = field(default_factory=asyncio.Queue)
    connection: str = ""
    number: int = 0
    """Of the last message heard."""
    token: str = ""
    """What lets it go on, once."""
    attending: asyncio.Task[None] | None = None
    """What the house does with the socket."""
    readable: asyncio.Event = field(default_factory=asyncio.Event)
    """Clear it to be a client that does not read."""

    def say(self, message: wire.Message | str) -> None:
        text = (
            message
            if isinstance(message, str)
            else msgspec.json.encode(message).decode()
        )
        self.to_house.put_nowait({"type": "websocket.receive", "text": text})

    def lose(self) -> None:
        """Be cut off, without a word."""
        self.to_house.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def leave(self) -> None:
        self.to_house.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def hear_raw(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            event = await self.from_house.get()
        if event["type"] == "websocket.close":
            raise Closed(event["code"], event["reason"])
        assert event["type"] == "websocket.send", event
        told: dict[str, Any] = msgspec.json.decode(event["text"])
        number = told.pop("n", 0)
        assert number in (0, self.number + 1), "numbers go up by one"
        self.number = number or self.number
        return told

    async def hear(self, kind: str) -> dict[str, Any]:
        """Give the next message of this type; others are passed over."""
        while True:
            told = await self.hear_raw()
            if told["t"] == kind:
                return told

    async def hear_all(self, *kinds: str) -> dict[str, dict[str, Any]]:
        """Hear until each of these types was there; give the last of each."""
        heard: dict[str, dict[str, Any]] = {}
        while not heard.keys() >= set(kinds):
            told = await self.hear_raw()
            heard[told["t"]] = told
        return heard

    async def closed(self) -> Closed:
        while True:
            try:
                await self.hear_raw()
            except Closed as closed:
                return closed

    async def ended(self) -> None:
        """Wait until the house has done with the socket."""
        assert self.attending is not None
        async with asyncio.timeout(PATIENCE_S):
            await self.attending

    async def call(self, to: str, *, video: bool = False) -> str:
        call = str(uuid.uuid4())
        sending = [wire.Sending("0", "MICROPHONE")]
        if video:
            sending.append(wire.Sending("1", "CAMERA"))
        offer = VIDEO_OFFER if video else OFFER
        self.say(wire.Call(call, to, offer, sending, video=video))
        return call

    async def accept(self, call: str) -> None:
        self.say(wire.Accept(call, OFFER, [wire.Sending("0", "MICROPHONE")]))

    async def heard_nothing(self) -> bool:
        """Ask for a pong: whatever was said before it would have come before it."""
        self.say(wire.Ping(4711))
        return bool((await self.hear_raw())["t"] == "pong")


@dataclass(slots=True)
class Whole:
    """A Ringway, and what a test holds in its hands."""

    ringway: Ringway
    engine: EngineMemory
    clock: ManualClock
    tokens: JwtTokens
    http: httpx.AsyncClient
    key: MintedKey
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def app(self) -> ASGIApp:
        return self.ringway.web

    def token(
        self,
        identity: str,
        account: AccountId = FIRST_ACCOUNT,
        capabilities: Collection[Capability] = (),
    ) -> str:
        name = f"{identity} of {account}"
        bearer = Bearer(account, identity, name, frozenset(capabilities))
        return self.tokens.issue(bearer, 3600, self.clock.now()).token

    async def socket(self, headers: Mapping[str, str] | None = None) -> Client:
        """Open a socket that has not said anything yet."""
        client = Client()
        client.readable.set()
        sent = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": wire.PATH,
            "raw_path": wire.PATH.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", HOST.encode()), *sent],
            "subprotocols": [],
            "client": ("192.0.2.7", 40000),
            "server": (HOST, 80),
            "extensions": {},
            "state": {},
        }

        async def send(event: Any) -> None:
            await client.readable.wait()
            client.from_house.put_nowait(event)

        client.to_house.put_nowait({"type": "websocket.connect"})
        app: Any = self.app
        client.attending = asyncio.create_task(app(scope, client.to_house.get, send))
        self.tasks.append(client.attending)
        first = await client.from_house.get()
        if first["type"] == "websocket.close":
            raise Closed(first["code"], first["reason"])
        assert first["type"] == "websocket.accept", first
        return client

    async def client(
        self,
        identity: str,
        account: AccountId = FIRST_ACCOUNT,
        capabilities: Collection[Capability] = (),
    ) -> Client:
        """Open a socket and connect."""
        client = await self.socket()
        token = self.token(identity, account, capabilities)
        client.say(wire.Connect(wire.PROTOCOL, token))
        told = await client.hear_raw()
        assert told["t"] == "connected", told
        client.connection, client.token = told["connection"], told["resume"]
        return client

    async def resume(
        self,
        before: Client,
        *calls: str,
        identity: str = "ada",
        heard: int | None = None,
        token: str | None = None,
    ) -> tuple[Client, dict[str, Any]]:
        """Go on with a line on a new socket; give it and what the house says."""
        client = await self.socket()
        resumption = wire.Resumption(
            before.token if token is None else token,
            before.number if heard is None else heard,
            list(calls),
        )
        client.say(wire.Connect(wire.PROTOCOL, self.token(identity), resume=resumption))
        told = await client.hear_raw()
        if told["t"] == "resumed":
            client.connection, client.token = told["connection"], told["resume"]
            client.number = told["number"]
        return client, told

    async def known(self, identity: str, account: AccountId = FIRST_ACCOUNT) -> None:
        """Let somebody have had a token once."""
        catalog = self.ringway.ports.catalog
        await catalog.meet(account, identity, None, self.clock.now())

    async def configured(self, name: ConfigurationId) -> None:
        """Let the first account have a calls configuration."""
        made, now = configuration(name, None), self.clock.now()
        await self.ringway.ports.shelves.write(
            FIRST_ACCOUNT, lambda shelf: shelf.add(CONFIGURATION, name, made, now)
        )

    async def established(
        self, caller: Client, to: str, callee: Client
    ) -> tuple[str, str]:
        """Let one call the other, who accepts; give both call ids."""
        mine = await caller.call(to)
        theirs = str((await callee.hear("incoming"))["call"])
        callee.say(wire.Ringing(theirs))
        await callee.accept(theirs)
        for who in (caller, callee):
            await who.hear_all("pipe_answer", "established", "sections")
        return mine, theirs


@asynccontextmanager
async def whole(
    front: Front | None = None,
    *,
    peer: str = "192.0.2.7",
    log: EventLog | None = None,
    engine: EngineMemory | None = None,
) -> AsyncIterator[Whole]:
    """Open a Ringway, and close it in the end."""
    clock, catalog = ManualClock(), MemoryCatalog()
    meetings, outbox = MemoryMeetings(), MemoryOutbox()
    engine, activity = engine or EngineMemory(), MemoryActivity()
    keys = await catalog.signing_keys(clock.now())
    tokens = JwtTokens(keys)
    ringway = Ringway(
        Ports(
            log or MemoryEventLog(),
            MemoryCalls(meetings, outbox),
            meetings,
            outbox,
            MemorySubscriptions(),
            MemoryDeliveries(),
            activity,
            catalog,
            MemoryShelves(),
            MemoryBlobs(),
            AesSeal(dict([new_key()])),
            judge,
            ProcessKeys(),
            tokens,
            clock,
            engine,
        ),
        front or Front(rate_limits=0),
    )
    await ringway.open()
    hearing = asyncio.create_task(ringway.run())
    key = await catalog.create_key(FIRST_ACCOUNT, "test", clock.now())
    app: Any = ringway.web
    transport = httpx.ASGITransport(app, client=(peer, 40000))
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://{HOST}"
    ) as http:
        it = Whole(ringway, engine, clock, tokens, http, key)
        try:
            yield it
        finally:
            await ringway.close()
            await asyncio.gather(*it.tasks)
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)


__all__ = ["DEMO_ACCOUNT", "FIRST_ACCOUNT", "Client", "Closed", "Whole", "whole"]
