"""A house, the callers of an application, and what it does with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ringway.domain.bridge_state import Bridge
from ringway.domain.leg_requests import PickUp
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    BridgeId,
    ConfigurationId,
    Device,
    Endpoint,
    EndpointType,
    LegId,
    Owner,
)
from ringway.ports import engine_messages as wire
from ringway.ports import lines
from ringway.ports.event_log import Entry, Text
from ringway.runtime.application import NewCall
from ringway.runtime.codec import decode
from ringway.runtime.meetings import Meetings
from tests.runtime.world import US, FullLog, World, proposal

SHOP = Owner(ConfigurationId("shop"))
RED, BLUE, GREEN = LegId("red-call"), LegId("blue-call"), LegId("green-call")
E = TypeVar("E")


def to(identity: str) -> NewCall:
    """A call to this person."""
    return NewCall(Endpoint(EndpointType.WEBRTC, identity), SHOP, "shop")


class CountedLog(FullLog):
    """A log that remembers what was written together."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[list[str]] = []

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        positions = await super().append(entries, texts)
        self.together.append([f"{it.stream.kind} {it.type}" for it in entries])
        return positions


class Scene:
    """Customers call the application as ``<identity>-call`` on ``<identity>-1``."""

    def __init__(self, before: Scene | None = None) -> None:
        self.log: CountedLog = CountedLog() if before is None else before.log
        last = None if before is None else before.world
        self.world: World = World(last, self.log)
        self.meetings = Meetings(self.world.house, self.world.desk)

    async def calls(
        self, identity: str, call: LegId | None = None
    ) -> tuple[Device, LegId]:
        """Have a customer call the application, and wait."""
        device = self.world.lines.connect(f"{identity}-1", identity)
        call = call or LegId(f"{identity}-call")
        offer = proposal("offer")
        await self.world.exchange.call_application(device, call, SHOP, offer)
        await self.world.connected(call)
        return device, call

    async def talks(self, *identities: str, call: LegId | None = None) -> list[Device]:
        """Have customers call the application, which answers them."""
        devices = []
        for identity in identities:
            device, made = await self.calls(identity, call)
            await self.world.desk.command(US, made, PickUp())
            devices.append(device)
        return devices

    async def takes(self, device: Device) -> LegId:
        """Have a person take the call that rings."""
        call = await self.world.accept(device)
        await self.world.connected(call)
        return call

    async def conference(self, *identities: str) -> Bridge:
        """Have these people talk with each other."""
        await self.talks(*identities)
        calls = [LegId(f"{identity}-call") for identity in identities]
        bridge = await self.meetings.connect(US, calls)
        await self.world.quiet()
        return bridge

    # ------------------------------------------------------------ what is seen

    def leg(self, call: LegId) -> Leg:
        found = self.world.views.leg(US, call)
        assert found is not None, f"{call} is over"
        return found

    def device(self, call: LegId) -> Device:
        device = self.leg(call).device
        assert device is not None, f"{call} rings"
        return self.world.lines.devices[device]

    def bridge(self, meeting: BridgeId) -> Bridge:
        found = self.world.views.bridge(US, meeting)
        assert found is not None, f"{meeting} is over"
        return found

    def is_over(self, meeting: BridgeId) -> bool:
        return self.world.views.bridge(US, meeting) is None

    def states(self, meeting: BridgeId) -> dict[LegId, str]:
        members = self.bridge(meeting).members
        return {member.leg: member.standing.name for member in members}

    def heard(self, device: Device) -> list[lines.Said]:
        """Give what was said to the device, but of its media."""
        media = lines.SayPipeAnswer | lines.SaySections | lines.SayOffer
        said = self.world.lines.said[device.id]
        return [each for each in said if not isinstance(each, media)]

    def forget(self) -> None:
        """Look at nothing from before."""
        self.world.lines.said.clear()
        self.world.engine.orders.clear()

    def attached(self) -> list[wire.Attach]:
        orders = self.world.engine.orders
        return [order for order in orders if isinstance(order, wire.Attach)]

    async def happened(self, kind: type[E]) -> list[E]:
        """Give all events of this kind in the log."""
        recorded = await self.world.log.read_after(0, 10_000)
        events = [decode(each.entry) for each in recorded]
        return [event for event in events if isinstance(event, kind)]
