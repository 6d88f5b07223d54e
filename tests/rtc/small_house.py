"""A whole house in memory, with sockets that a test speaks into."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.catalog_memory import MemoryCatalog
from ringway.adapters.engine_memory import EngineMemory
from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.adapters.tokens_jwt import JwtTokens
from ringway.domain.leg_state import Leg
from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.tokens import Bearer
from ringway.programs.routing import Routing
from ringway.rtc import messages as wire
from ringway.rtc.connection import LineCalls, Reception
from ringway.rtc.doorkeeper import Doorkeeper
from ringway.rtc.inbox import Inbox
from ringway.rtc.socket import Gone
from ringway.rtc.switchboard import Switchboard
from ringway.rtc.tally import Tally
from ringway.runtime.exchange import Exchange
from ringway.runtime.house import House
from ringway.runtime.news import Newsroom
from ringway.runtime.snapshots import Snapshots
from ringway.runtime.views import Views

NOON = 1_763_726_400_000_000
STILL = 8
"""Turns of the event loop without any change until nothing more can come."""
MAX_TURNS = 5_000
OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
_from_house: msgspec.json.Decoder[wire.FromHouse] = msgspec.json.Decoder(wire.FromHouse)


class Never:
    """An appointment that does not come, because no time passes."""

    def cancel(self) -> None:
        pass


class StandingClock:
    """It is noon."""

    def now(self) -> int:
        return NOON

    def at(self, when: int, call: Callable[[], None]) -> Never:
        return Never()


class Client:
    """One socket from both sides: the house's `Socket`, and a test's client."""

    def __init__(self, small: SmallHouse, account: str, identity: str) -> None:
        self.account, self.identity = AccountId(account), identity
        self.heard: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self._small = small
        self._spoken: asyncio.Queue[str | None] = asyncio.Queue()
        self._attending: asyncio.Task[None] | None = None

    # what the house does with it

    async def receive(self) -> str:
        text = await self._spoken.get()
        if text is None:
            raise Gone(1000)
        return text

    async def send(self, text: str) -> None:
        _from_house.decode(text)
        self.heard.append(json.loads(text))

    async def close(self, code: int, reason: str) -> None:
        self.closed = code, reason

    # what a test does with it

    async def connect(self) -> None:
        """Open the socket, and say who we are."""
        self._attending = asyncio.ensure_future(self._small.reception.attend(self))
        bearer = Bearer(self.account, self.identity)
        token = self._small.tokens.issue(bearer, 3600, NOON).token
        await self.speak({"t": "connect", "protocol": "1.0", "token": token})
        assert self.heard[-1]["t"] == "connected", self.heard

    async def speak(self, said: object) -> list[dict[str, Any]]:
        """Send a text, or an object as JSON; give what is heard until all is still."""
        before = len(self.heard)
        self._spoken.put_nowait(said if isinstance(said, str) else json.dumps(said))
        await self._small.still()
        return self.heard[before:]

    async def leave(self) -> None:
        """Close the socket."""
        self._spoken.put_nowait(None)
        await self._small.still()
        assert self._attending is not None
        await self._attending

    @property
    def device(self) -> str:
        """The id of the connection, as the house told it."""
        (told,) = (it for it in self.heard if it["t"] == "connected")
        return str(told["connection"])

    @property
    def call(self) -> str | None:
        """The id of the call this device is in."""
        legs = (leg for leg in self._small.legs if leg.device == self.device)
        return next((str(leg.id) for leg in legs), None)


class SmallHouse:
    """Everything but the sockets, the media, the disk and the passing of time."""

    def __init__(self, tokens: JwtTokens) -> None:
        self.tokens = tokens
        self.room_size = 100
        self.log = MemoryEventLog()
        self.engine = EngineMemory()
        self.tally = Tally()
        self.views = Views()
        switchboard = Switchboard(StandingClock(), self.tally)
        random = Random(0)
        self.house = House(
            log=self.log,
            clock=StandingClock(),
            engine=self.engine,
            lines=switchboard,
            views=self.views,
            router=Routing(
                switchboard, self.views, self._known, self._room_size, self._configured
            ).route,
            dice=random.randbytes,
        )
        exchange = Exchange(self.house)
        self.reception = Reception(
            doorkeeper=Doorkeeper(tokens, self.house.clock, switchboard, self.tally),
            switchboard=switchboard,
            inbox=Inbox(exchange, switchboard.presence),
            snapshots=Snapshots(self.house, MemoryCalls()),
            calls=LineCalls(exchange.line_lost, exchange.line_back),
            tally=self.tally,
        )
        switchboard.gone = lambda device, _: exchange.line_gone(device)
        self._newsroom = asyncio.ensure_future(Newsroom(self.house).run())

    @classmethod
    async def build(cls) -> SmallHouse:
        return cls(JwtTokens(await MemoryCatalog().signing_keys(NOON)))

    async def _configured(
        self, account: AccountId, configuration: ConfigurationId
    ) -> bool:
        return configuration == "shop"

    async def _known(self, account: AccountId, identity: str) -> bool:
        return identity != "nobody"

    async def _room_size(self, account: AccountId) -> int:
        return self.room_size

    async def come(self, account: str, identity: str) -> Client:
        """Let somebody connect."""
        client = Client(self, account, identity)
        await client.connect()
        return client

    async def still(self) -> None:
        """Wait until nothing happens any more; no time passes."""
        before: object = None
        unchanged = 0
        for _ in range(MAX_TURNS):
            await asyncio.sleep(0)  # one turn of the event loop
            tally = self.tally
            now = (
                *(self.mark, tally.connected, tally.malformed),
                *(tally.received.total(), tally.sent.total()),
            )
            unchanged = unchanged + 1 if now == before else 0
            before = now
            if unchanged == STILL:
                return
        raise AssertionError("the house does not come to rest")

    @property
    def mark(self) -> tuple[int, int]:
        """Changes with anything that is logged or ordered."""
        return len(self.log._recorded), len(self.engine.orders)  # noqa: SLF001

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Every live leg of every account."""
        return self.views.all_legs()

    async def close(self) -> None:
        """Stop what runs."""
        self._newsroom.cancel()
        await asyncio.gather(self._newsroom, return_exceptions=True)
        await self.house.tasks.cancel()
