"""A house with everything outside it replaced by things a test can hold."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import count

from ringway.adapters.clock_manual import START, ManualClock
from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.domain.values import AccountId, ConfigurationId, Device, DeviceId, LegId
from ringway.ports import engine_messages as wire
from ringway.ports.engine import EngineState
from ringway.ports.event_log import Entry, Text
from ringway.ports.lines import Said
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.programs.routing import Routing
from ringway.runtime.application import Desk
from ringway.runtime.exchange import Exchange, Proposal
from ringway.runtime.house import House
from ringway.runtime.news import Newsroom
from ringway.runtime.recovery import recover
from ringway.runtime.views import Views

US, THEM = AccountId("us"), AccountId("them")
NOTHING_YET = wire.PipeStatistics(received=[], sent=[])


class FakeEngine:
    """Remembers orders; its news are made by the test."""

    def __init__(self) -> None:
        self.orders: list[wire.Order] = []

    def submit(self, orders: Sequence[wire.Order]) -> None:
        self.orders += orders

    async def news(self) -> Sequence[wire.News]:
        await asyncio.Event().wait()
        return ()

    @property
    def state(self) -> EngineState:
        return EngineState(ready=True, text="fake")

    def of(self, kind: type) -> list[wire.Order]:
        return [order for order in self.orders if isinstance(order, kind)]


class FakeLines:
    """Devices that hear what they are told."""

    def __init__(self) -> None:
        self.devices: dict[DeviceId, Device] = {}
        self.said: dict[DeviceId, list[Said]] = defaultdict(list)
        self.expected: list[Device] = []

    def connect(self, name: str, identity: str, account: AccountId = US) -> Device:
        device = Device(DeviceId(name), account, identity, identity.title())
        self.devices[device.id] = device
        return device

    def say(self, device: DeviceId, said: Said) -> None:
        if device in self.devices:
            self.said[device].append(said)

    def devices_of(self, account: AccountId, identity: str) -> list[Device]:
        return [
            device
            for device in self.devices.values()
            if (device.account, device.identity) == (account, identity)
        ]

    def is_connected(self, device: DeviceId) -> bool:
        return device in self.devices

    def expect(self, device: Device) -> None:
        self.expected.append(device)


class FullLog(MemoryEventLog):
    """A log whose disk is full when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.lies = False
        """It is written, and reported as not."""
        self.reached: dict[int, int] = {}
        """How far the effects were done when the log had so many events."""
        self.progress: Callable[[], int] = int

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        if self.full:
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        length = await self.last_position()
        self.reached[length] = max(self.reached.get(length, 0), self.progress())
        positions = await super().append(entries, texts)
        if self.lies:
            self.lies = False
            raise StorageUnavailable(Trouble.LOCKED, "Nobody knows.")
        return positions


class World:
    """One house and who is around it."""

    def __init__(self, before: World | None = None, log: FullLog | None = None) -> None:
        """With the log and clock of a world that has crashed, if there was one."""
        self.log: FullLog = (log or FullLog()) if before is None else before.log
        self.clock: ManualClock = ManualClock(
            START if before is None else before.clock.now()
        )
        self.engine = FakeEngine()
        self.lines = FakeLines()
        self.views = Views()
        self.known = {(US, "blue"), (US, "red")}
        self._dice = count(self.clock.now())
        routing = Routing(
            self.lines, self.views, self._ask, self._room_size, self._configured
        )
        self.house = House(
            log=self.log,
            clock=self.clock,
            engine=self.engine,
            lines=self.lines,
            views=self.views,
            router=routing.route,
            dice=lambda size: next(self._dice).to_bytes(size, "big"),
        )
        self.log.progress = lambda: self.house.progress.done
        self.exchange = Exchange(self.house)
        self.desk = Desk(self.house)
        self.newsroom = Newsroom(self.house)
        self._numbers = count(1)
        self.room_size = 100
        self.shelf_full = False
        """Nobody can look up who has which configuration."""

    async def _ask(self, account: AccountId, identity: str) -> bool:
        return await self.is_known(account, identity)

    async def _configured(
        self, account: AccountId, configuration: ConfigurationId
    ) -> bool:
        if self.shelf_full:
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        return (account, configuration) == (US, "shop")

    async def _room_size(self, account: AccountId) -> int:
        return self.room_size

    async def is_known(self, account: AccountId, identity: str) -> bool:
        return (account, identity) in self.known

    async def quiet(self) -> None:
        await self.house.tasks.quiet()
        assert self.house.tasks.faults == 0

    async def pass_time(self, seconds: float) -> None:
        self.clock.move(int(seconds * 1_000_000))
        await self.quiet()

    async def recover(self) -> None:
        await recover(self.house)
        await self.quiet()

    # ------------------------------------------------------- what people do

    async def call(
        self, device: Device, to: str = "blue", call_id: str = "c" * 8
    ) -> LegId:
        leg = LegId(call_id)
        await self.exchange.call(device, leg, to, proposal("offer"))
        await self.quiet()
        return leg

    def incoming(self, device: Device) -> LegId:
        leg = self.views.leg_of(device.id)
        assert leg is not None, f"{device.id} does not ring"
        return leg

    async def accept(self, device: Device, data: dict[str, str] | None = None) -> LegId:
        leg = self.incoming(device)
        await self.exchange.accept(device, leg, proposal("accept", data))
        await self.quiet()
        return leg

    def drop(self, device: Device) -> None:
        del self.lines.devices[device.id]
        self.exchange.line_gone(device)

    # ---------------------------------------------------- what the engine does

    async def connected(self, *legs: LegId) -> None:
        for leg in legs:
            number = next(self._numbers)
            self.newsroom.hear(wire.Connected(number, leg, 0, "192.0.2.1:9", "x"))
        await self.quiet()

    async def closed(self, leg: LegId, reason: wire.CloseReason) -> int:
        number = next(self._numbers)
        news = wire.PipeClosed(number, leg, 0, reason, "Gone.", NOTHING_YET, 0)
        self.newsroom.hear(news)
        await self.quiet()
        return number

    def hello(self, epoch: int = 1, *held: wire.HeldPipe) -> None:
        self.newsroom.hear(wire.EngineHello("1.0", "b", "e", epoch, 1))
        self.newsroom.hear(wire.Holding(list(held)))

    # ------------------------------------------------------------- what is seen

    def heard(self, device: Device) -> list[str]:
        return [type(said).__name__ for said in self.lines.said[device.id]]

    def last(self, device: Device) -> Said:
        return self.lines.said[device.id][-1]


def proposal(name: str, data: dict[str, str] | None = None) -> Proposal:
    return Proposal(f"sdp of {name}", [wire.Sending("0", "MICROPHONE")], data or {})


async def talking(world: World) -> tuple[Device, Device, LegId, LegId]:
    """A call between red and blue that is established."""
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    await world.connected(caller)
    callee = await world.accept(blue)
    await world.connected(callee)
    return red, blue, caller, callee
