"""Whom a call reaches: devices that ring, a room, or an application.

A fork rings every connected device of the destination that is not in a call;
where there is none, the caller hears why.  Who calls the own identity reaches
the person's other devices.  A room is there for who names it: the first one
begins it, and it has as many seats as its account's setting says.

An application is there if its configuration is.  Its own calls ring every free
device of a person with one leg, so whoever answers has the call the application
has begun.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ringway.domain import bridge_messages as bridge
from ringway.domain import fork_messages as fork
from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import Guest, room, room_of
from ringway.domain.causes import Cause
from ringway.domain.effects import Address, Kind, Tell, tell_fork, tell_leg
from ringway.domain.fork_state import MAX_BRANCHES, fork_of
from ringway.domain.identity import is_identity
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    AccountId,
    ConfigurationId,
    Direction,
    EndpointType,
    Owner,
)
from ringway.ports.configurations import RESERVED
from ringway.ports.lines import Lines
from ringway.runtime.views import Views

NO_CONVERSATIONS: Final = (
    "This server has no contact centre: call a calls configuration of your own."
)
NO_WAY: Final = "This server cannot reach {} endpoints yet."


@dataclass(frozen=True, slots=True)
class Routing:
    """Decides by who is connected, who is busy, and who is known at all."""

    lines: Lines
    views: Views
    known: Callable[[AccountId, str], Awaitable[bool]]
    """Was this identity ever given a token in this account?"""
    room_size: Callable[[AccountId], Awaitable[int]]
    """How many may be in a room of this account?"""
    configured: Callable[[AccountId, ConfigurationId], Awaitable[bool]]
    """Has the account this calls configuration?"""

    async def route(self, caller: Leg) -> Tell:
        """Say what to tell to whom, now that this leg has begun."""
        if caller.direction is Direction.OUTBOUND:
            return await self._reach(caller)
        if caller.in_room:
            return await self._route_to_room(caller)
        if caller.counterpart.type is EndpointType.APPLICATION:
            return await self._route_to_application(caller)
        to = caller.counterpart.address
        there = self.lines.devices_of(caller.account, to)
        devices = [device for device in there if device.id != caller.device]
        if not devices:
            return await self._nobody(caller, to)
        free = [device for device in devices if not self.views.is_busy(device.id)]
        if not free:
            return tell_leg(caller.id, leg.End(Cause.BUSY))
        return tell_fork(
            fork_of(caller.id),
            fork.Create(
                caller.account,
                caller.id,
                caller.endpoint,
                caller.look,
                caller.video,
                caller.wishes.custom_data,
                tuple(free[:MAX_BRANCHES]),
            ),
        )

    async def _nobody(self, caller: Leg, to: str) -> Tell:
        there = self.lines.devices_of(caller.account, to)
        known = bool(there) or await self.known(caller.account, to)
        cause = "DESTINATION_UNAVAILABLE" if known else "DESTINATION_NOT_FOUND"
        return tell_leg(caller.id, leg.End(Cause(cause)))

    async def _reach(self, caller: Leg) -> Tell:
        """Ring the devices of a person for an application, all with its leg."""
        party, account = caller.endpoint, caller.account
        if party.type is not EndpointType.WEBRTC:
            text = NO_WAY.format(party.type)
            end = leg.End(Cause.FEATURE_UNAVAILABLE, detail=text)
            return tell_leg(caller.id, end)
        if not is_identity(party.address):
            return tell_leg(caller.id, leg.End(Cause.INVALID_DESTINATION))
        there = self.lines.devices_of(account, party.address)
        if not there:
            return await self._nobody(caller, party.address)
        # Nothing waits from here on: who is free now is held for this leg.
        mine = (None, caller.id)
        free = [it for it in there if self.views.leg_of(it.id) in mine]
        if not free:
            return tell_leg(caller.id, leg.End(Cause.BUSY))
        reached = tuple(free[:MAX_BRANCHES])
        for device in reached:
            self.views.hold(account, caller.id, device.id)
        return tell_leg(caller.id, leg.Reach(reached))

    async def _route_to_application(self, caller: Leg) -> Tell:
        configuration = ConfigurationId(caller.counterpart.address)
        if configuration == RESERVED:
            end = leg.End(Cause.FEATURE_UNAVAILABLE, detail=NO_CONVERSATIONS)
            return tell_leg(caller.id, end)
        if not await self.configured(caller.account, configuration):
            text = f"There is no calls configuration {configuration!r}."
            end = leg.End(Cause.DESTINATION_NOT_FOUND, detail=text)
            return tell_leg(caller.id, end)
        return tell_leg(caller.id, leg.Receive(caller.asked or Owner(configuration)))

    async def _route_to_room(self, caller: Leg) -> Tell:
        account, name = caller.account, caller.counterpart.address
        seats = await self.room_size(account)
        guest = Guest(caller.endpoint, caller.wishes.participant_events)
        # Nothing waits from here on until the room is told, so that two who come
        # at the same time to a room that is not there yet begin one.
        new = room_of(caller.id)
        found = self.views.claim_room(account, name, new)
        if found == new:
            create = bridge.Create(new, account, room(seats), (caller.id,), name, guest)
            return Tell(Address(Kind.BRIDGE, new), create, back=True)
        take = bridge.TakeIn(caller.id, guest)
        return Tell(Address(Kind.BRIDGE, found), take, back=True)
