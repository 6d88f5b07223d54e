"""How many calls a second the house carries, without media and sockets.

The real exchange, machines and log; the engine and the lines are in memory.  Each
call is placed, rings, is accepted and established, and is hung up by the caller;
every step waits until the other side has heard of the last.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

import uvloop

from bench.figures import Figure
from bench.storage import event_log
from ringway.adapters.clock_system import SystemClock
from ringway.adapters.engine_memory import EngineMemory
from ringway.domain.values import AccountId, ConfigurationId, Device, DeviceId, LegId
from ringway.ports.engine_messages import Sending
from ringway.ports.event_log import EventLog
from ringway.ports.lines import Said, SayEnded, SayEstablished, SayIncoming, SayRang
from ringway.programs.routing import Routing
from ringway.runtime.exchange import Exchange, Proposal
from ringway.runtime.house import House
from ringway.runtime.news import Newsroom
from ringway.runtime.views import Views

RUNS = 5
ALONE = 60
"""Calls of a pair that is alone, one after the other."""
PAIRS = 50
EACH = 8
"""Calls of each of many pairs."""
ACCOUNT = AccountId("bench")
PROPOSAL = Proposal(
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n",
    [Sending("0", "MICROPHONE")],
)


class Phone:
    """A device, and what it hears."""

    def __init__(self, identity: str) -> None:
        self.device = Device(DeviceId(identity), ACCOUNT, identity)
        self._heard: asyncio.Queue[Said] = asyncio.Queue()

    def hear(self, said: Said) -> None:
        """Take what the house says."""
        self._heard.put_nowait(said)

    async def until(self, kind: type[Said]) -> LegId:
        """Wait until it is said.  Or `RuntimeError` when the call ends before."""
        while True:
            said = await self._heard.get()
            if isinstance(said, kind):
                return said.leg
            if isinstance(said, SayEnded):
                text = f"The call has ended: {said.cause}"
                raise RuntimeError(text)  # noqa: TRY004  # the type tells what was said


class Phones:
    """The port `Lines`: everybody is connected."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}

    def connect(self, identity: str) -> Phone:
        """Connect the only device of somebody."""
        return self._phones.setdefault(identity, Phone(identity))

    def say(self, device: DeviceId, said: Said) -> None:
        """Let the phone hear it."""
        self._phones[device].hear(said)

    def devices_of(self, account: AccountId, identity: str) -> Sequence[Device]:
        """Give the one there is."""
        phone = self._phones.get(identity)
        return () if phone is None else (phone.device,)

    def is_connected(self, device: DeviceId) -> bool:
        """Nobody ever leaves."""
        return device in self._phones

    def expect(self, device: Device) -> None:
        """Nothing was before the start."""


def measure() -> Sequence[Figure]:
    """One pair, then many."""
    alone, together, events = [], [], []
    for _ in range(RUNS):
        rate, logged = uvloop.run(_called(pairs=1, each=ALONE))
        alone.append(rate)
        events.append(logged / ALONE)
        rate, _ = uvloop.run(_called(PAIRS, EACH))
        together.append(rate)
    return (
        Figure("calls, one pair", "1/s", alone),
        Figure(f"calls, {PAIRS} pairs", "1/s", together),
        Figure("events of a call", "events", events),
    )


async def _called(pairs: int, each: int) -> tuple[float, int]:
    """Give calls a second, and how many events they left."""
    async with event_log() as log:
        took = await _all(log, pairs, each)
        if await log.live_streams():
            raise RuntimeError("Not every call has come to its end.")
        return pairs * each / took, await log.last_position()


async def _all(log: EventLog, pairs: int, each: int) -> float:
    """Give the seconds until the last of them is over."""
    lines, views = Phones(), Views()
    house = House(
        log=log,
        clock=SystemClock(),
        engine=EngineMemory(),
        lines=lines,
        views=views,
        router=Routing(lines, views, _known, _room_size, _configured).route,
    )
    hearing = asyncio.create_task(Newsroom(house).run())
    exchange = Exchange(house)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(pairs):
            caller = lines.connect(f"caller-{number}")
            callee = lines.connect(f"callee-{number}")
            group.create_task(_talk(exchange, caller, callee, each))
    await house.tasks.quiet()
    took = time.perf_counter() - began
    hearing.cancel()
    await asyncio.wait({hearing})
    if house.tasks.faults:
        raise RuntimeError("The house has had a fault.")
    return took


async def _talk(exchange: Exchange, caller: Phone, callee: Phone, times: int) -> None:
    for _ in range(times):
        call = LegId(str(uuid.uuid4()))
        to = callee.device.identity
        await exchange.call(caller.device, call, to, PROPOSAL)
        incoming = await callee.until(SayIncoming)
        await exchange.ringing(callee.device, incoming)
        await caller.until(SayRang)
        await exchange.accept(callee.device, incoming, PROPOSAL)
        await caller.until(SayEstablished)
        await callee.until(SayEstablished)
        await exchange.hangup(caller.device, call)
        await caller.until(SayEnded)
        await callee.until(SayEnded)


async def _room_size(account: AccountId) -> int:
    return 2


async def _configured(account: AccountId, configuration: ConfigurationId) -> bool:
    return True


async def _known(account: AccountId, identity: str) -> bool:
    return True
