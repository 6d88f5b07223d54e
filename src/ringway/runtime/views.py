"""What is going on now: live legs, devices in a call, statistics, counts."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from ringway.domain.bridge_state import Bridge
from ringway.domain.causes import Cause
from ringway.domain.leg_events import Accepted, DeviceOut, Ended
from ringway.domain.leg_state import CallState, Leg, call_state
from ringway.domain.values import (
    AccountId,
    BridgeId,
    DeviceId,
    Endpoint,
    LegId,
    Meeting,
)
from ringway.ports.engine_messages import Load, PipeStatistics

MAX_STATISTICS: Final = 4096
"""Pipes whose statistics are remembered, also after their end."""
MAX_ENDINGS: Final = 4096
"""Ended legs whose end is remembered, for who is told too late."""


class Views:
    """Kept up to date by the house, from what is in the log."""

    def __init__(self) -> None:
        self._legs: dict[LegId, Leg] = {}
        self._states: Counter[CallState] = Counter()
        self.without_media = 0
        """Live legs whose media is awaited."""
        self._holders: dict[DeviceId, LegId] = {}
        self._held: dict[tuple[AccountId, LegId], set[DeviceId]] = {}
        self._bridges: dict[BridgeId, Bridge] = {}
        self._rooms: dict[tuple[AccountId, str], BridgeId] = {}
        self._names: dict[BridgeId, tuple[AccountId, str]] = {}
        """The names in `_rooms`, by room."""
        self._statistics: OrderedDict[LegId, PipeStatistics] = OrderedDict()
        self._endings: OrderedDict[tuple[AccountId, LegId], tuple[Endpoint, Ended]] = (
            OrderedDict()
        )
        self.ended: Counter[Cause] = Counter()
        """Legs that have ended since the start, by cause."""
        self.created = 0
        """Legs that have begun since the start."""
        self.quality: Counter[int] = Counter()
        """Changes of network quality that clients have told, by the new level."""
        self.engine_load: Load | None = None
        """What the engine said last about itself."""

    # ------------------------------------------------ told by the house

    def see(self, leg: Leg, event: object) -> None:
        """Remember the leg as it is after the event."""
        if isinstance(event, Ended):
            self.ended[event.cause] += 1
            self._leave(self._legs.pop(leg.id, None))
            self._endings[leg.account, leg.id] = leg.endpoint, event
            while len(self._endings) > MAX_ENDINGS:
                self._endings.popitem(last=False)
        else:
            self.created += leg.id not in self._legs
            self._enter(leg)
            if isinstance(event, Accepted | DeviceOut):
                self.release(leg.account, leg.id, besides=leg.devices)

    def adopt(self, leg: Leg) -> None:
        """Remember a leg from before the start."""
        self._enter(leg)
        for device in leg.devices:
            self.hold(leg.account, leg.id, device)

    def _enter(self, leg: Leg) -> None:
        self._leave(self._legs.get(leg.id))
        self._legs[leg.id] = leg
        self._states[call_state(leg.phase)] += 1
        self.without_media += leg.look.away

    def _leave(self, leg: Leg | None) -> None:
        if leg is not None:
            self._states[call_state(leg.phase)] -= 1
            self.without_media -= leg.look.away

    def see_bridge(self, bridge: Bridge) -> None:
        """Remember the bridge as it is now."""
        named = bridge.name is not None and bridge.policy.meeting is Meeting.ROOM
        room = (bridge.account, bridge.name or "") if named else None
        if not bridge.over:
            self._bridges[bridge.id] = bridge
            if room is not None:
                self._rooms[room] = bridge.id
                self._names[bridge.id] = room
            return
        self._bridges.pop(bridge.id, None)
        self.disclaim(bridge.id)

    def hold(self, account: AccountId, leg: LegId, device: DeviceId) -> bool:
        """Take the device for the leg; False if another leg has it."""
        if self._holders.setdefault(device, leg) != leg:
            return False
        self._held.setdefault((account, leg), set()).add(device)
        return True

    def release(
        self, account: AccountId, leg: LegId, *, besides: Collection[DeviceId] = ()
    ) -> None:
        """Give back the devices that the leg holds, `besides` these."""
        held = self._held.pop((account, leg), set())
        for device in held.difference(besides):
            del self._holders[device]
        if kept := held.intersection(besides):
            self._held[account, leg] = kept

    def measured(self, leg: LegId, statistics: PipeStatistics) -> None:
        """Remember what went through the leg's pipe so far."""
        self._statistics[leg] = statistics
        self._statistics.move_to_end(leg)
        while len(self._statistics) > MAX_STATISTICS:
            self._statistics.popitem(last=False)

    # ------------------------------------------------------- questions

    def is_busy(self, device: DeviceId) -> bool:
        """Say whether the device rings, calls or is in a call."""
        return device in self._holders

    def leg_of(self, device: DeviceId) -> LegId | None:
        """Give the one leg that lives on the device, or rings there."""
        return self._holders.get(device)

    def bridge(self, account: AccountId, bridge: BridgeId) -> Bridge | None:
        """Give the live bridge if it belongs to the account."""
        found = self._bridges.get(bridge)
        return found if found is not None and found.account == account else None

    def room(self, account: AccountId, name: str) -> Bridge | None:
        """Give the account's live room of that name."""
        found = self._rooms.get((account, name))
        return None if found is None else self._bridges.get(found)

    def claim_room(self, account: AccountId, name: str, new: BridgeId) -> BridgeId:
        """Give the room of that name; if there is none, the new one has the name."""
        found = self._rooms.setdefault((account, name), new)
        self._names[found] = account, name
        return found

    def disclaim(self, bridge: BridgeId) -> None:
        """Give the name back of a room that is over, or has never begun."""
        room = self._names.pop(bridge, None)
        if room is not None and self._rooms.get(room) == bridge:
            del self._rooms[room]

    def rooms(self) -> tuple[Bridge, ...]:
        """Give the live rooms of all accounts."""
        return tuple(self._bridges[it] for it in self._names if it in self._bridges)

    def bridges(self) -> Iterable[Bridge]:
        """Give the live bridges of all accounts, of every kind."""
        return self._bridges.values()

    def pipe(self, leg: str) -> Leg | None:
        """Give the live leg of a pipe, of whatever account: for engine news."""
        return self._legs.get(LegId(leg))

    def all_legs(self) -> tuple[Leg, ...]:
        """Give every live leg of the house."""
        return tuple(self._legs.values())

    def legs(self, account: AccountId) -> Iterator[Leg]:
        """Give the account's live legs."""
        return (leg for leg in self._legs.values() if leg.account == account)

    def leg(self, account: AccountId, leg: LegId) -> Leg | None:
        """Give the live leg if it belongs to the account."""
        found = self._legs.get(leg)
        return found if found is not None and found.account == account else None

    def cause(self, account: AccountId, leg: LegId) -> Cause | None:
        """Say why a leg has ended, if that is not long ago."""
        ending = self._endings.get((account, leg))
        return None if ending is None else ending[1].cause

    def ending(self, account: AccountId, identity: str, leg: LegId) -> Ended | None:
        """Give how a leg of the person has ended, if that is not long ago."""
        ending = self._endings.get((account, leg))
        if ending is None or ending[0].address != identity:
            return None
        return ending[1]

    def statistics(self, leg: LegId) -> PipeStatistics | None:
        """Give the last statistics of the leg's pipe, also for a while after it."""
        return self._statistics.get(leg)

    def states(self) -> Mapping[CallState, int]:
        """Count the live legs by public state."""
        return +self._states
