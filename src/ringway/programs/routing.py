"""Whom a call reaches: from a caller's new leg to devices that ring, or a room.

A fork rings every connected device of the destination that is not in a call;
where there is none, the caller hears why.  Who calls the own identity reaches
the person's other devices.  A room is there for who names it: the first one
begins it, and it has as many seats as its account's setting says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ringway.domain import bridge_messages as bridge
from ringway.domain import fork_messages as fork
from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import Guest, room, room_of
from ringway.domain.causes import Cause
from ringway.domain.effects import Address, Kind, Tell, tell_fork, tell_leg
from ringway.domain.fork_state import MAX_BRANCHES, fork_of
from ringway.domain.leg_state import Leg
from ringway.domain.values import AccountId, EndpointType
from ringway.ports.lines import Lines
from ringway.runtime.views import Views


@dataclass(frozen=True, slots=True)
class Routing:
    """Decides by who is connected, who is busy, and who is known at all."""

    lines: Lines
    views: Views
    known: Callable[[AccountId, str], Awaitable[bool]]
    """Was this identity ever given a token in this account?"""
    room_size: Callable[[AccountId], Awaitable[int]]
    """How many may be in a room of this account?"""

    async def route(self, caller: Leg) -> Tell:
        """Say what to tell to whom, now that this leg has begun."""
        if caller.in_room:
            return await self._route_to_room(caller)
        if caller.counterpart.type is EndpointType.APPLICATION:
            return tell_leg(caller.id, leg.End(Cause.DESTINATION_NOT_FOUND))
        to = caller.counterpart.address
        there = self.lines.devices_of(caller.account, to)
        devices = [device for device in there if device.id != caller.device]
        if not devices:
            known = bool(there) or await self.known(caller.account, to)
            cause = "DESTINATION_UNAVAILABLE" if known else "DESTINATION_NOT_FOUND"
            return tell_leg(caller.id, leg.End(Cause(cause)))
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
