"""All that a device should know by now, for one that may have missed some of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringway.domain.leg_state import UNANSWERED, Leg
from ringway.domain.values import (
    ConfigurationId,
    Device,
    Direction,
    EndpointType,
    LegId,
    TextKey,
)
from ringway.ports.calls import Calls
from ringway.ports.lines import LegView, SayEnded
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.announcing import in_room, seen_in
from ringway.runtime.house import House


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is so now; whatever is said later comes after it."""

    legs: Sequence[LegView]
    ended: Sequence[SayEnded]
    """The calls asked for that are over."""


def application_of(leg: Leg) -> ConfigurationId | None:
    """Give the configuration of the application that the leg is, or calls."""
    if leg.owner is not None:
        return leg.owner.configuration
    if leg.counterpart.type is not EndpointType.APPLICATION:
        return None
    return ConfigurationId(leg.counterpart.address)


def said_by_other(leg: Leg) -> TextKey | None:
    """Give the key of what the other side has said with the call, or its answer."""
    rings = leg.direction is Direction.OUTBOUND and leg.phase in UNANSWERED
    return leg.wishes.custom_data if rings else leg.remote_data


class Snapshots:
    """Looks at the house for a device."""

    def __init__(self, house: House, calls: Calls) -> None:
        self._house, self._calls = house, calls

    async def known(self, device: Device, asked: Sequence[LegId]) -> list[SayEnded]:
        """Give those of the person's calls that ended before, as far as is written."""
        found = []
        try:
            rows = await self._calls.known([(device.account, it) for it in asked])
        except StorageUnavailable:
            rows = {}
        for row in rows.values():
            over = row.ended_at is not None and row.cause is not None
            if over and row.endpoint.address == device.identity:
                assert row.ended_at is not None
                assert row.cause is not None
                found.append(
                    SayEnded(row.id, row.cause, row.ended_at, row.duration, row.detail)
                )
        return found

    def take(
        self, device: Device, asked: Sequence[LegId], known: Sequence[SayEnded]
    ) -> Snapshot:
        """Say what is so at this moment; nothing waits, so nothing comes between."""
        views, cargo = self._house.views, self._house.effects.cargo
        call = views.leg_of(device.id)
        leg = None if call is None else views.leg(device.account, call)
        legs = []
        if leg is not None:
            data = cargo.custom_data(said_by_other(leg))
            room = in_room(leg, views)
            seen = seen_in(leg, views)
            meeting = None if seen is None else seen[0].policy.meeting
            legs.append(LegView(leg, data, room, meeting, application_of(leg)))
        written = {it.leg: it for it in known}
        ended = []
        for each in asked:
            ending = views.ending(device.account, device.identity, each)
            if ending is not None:
                ended.append(
                    SayEnded(
                        each, ending.cause, ending.at, ending.duration, ending.detail
                    )
                )
            elif each in written and views.leg(device.account, each) is None:
                ended.append(written[each])
        return Snapshot(legs, ended)

    def say_descriptions(self, device: Device) -> None:
        """Say again what the engine has described last, and nobody has answered."""
        call = self._house.views.leg_of(device.id)
        if call is not None:
            for said in self._house.descriptions.of(call):
                self._house.lines.say(device.id, said)
