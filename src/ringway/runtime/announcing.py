"""What the members of a room are told of each other."""

from __future__ import annotations

from collections.abc import Iterator

from ringway.domain.bridge_messages import Joined, Left, LookChanged, SeatTaken
from ringway.domain.bridge_state import Bridge, Member, Standing
from ringway.domain.leg_state import Leg
from ringway.domain.values import DeviceId, LegId, Meeting
from ringway.ports.lines import (
    Participant,
    RoomView,
    Said,
    SayParticipant,
    SayParticipantLeft,
    SayParticipantQuality,
    SayRemoteQuality,
    SayRoomJoined,
    SayTalking,
)
from ringway.runtime.views import Views


def announced(
    bridge: Bridge, event: object, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    """Say what who is to hear, now that `event` has happened to `bridge`."""
    match event:
        case Joined(who):
            device = _device(bridge, who, views)
            leg = views.leg(bridge.account, who)
            if device is not None and leg is not None:
                at = leg.established_at or bridge.created_at
                yield device, SayRoomJoined(who, at, room_view(bridge, who))
            yield from _changed(bridge, who, views)
        case SeatTaken(who) | LookChanged(who):
            yield from _changed(bridge, who, views)
        case Left(who):
            for member, device in listeners(bridge, who, views):
                yield device, SayParticipantLeft(member.leg, who)
        case _:
            pass


def room_view(bridge: Bridge, leg: LegId) -> RoomView:
    """Show the room as the member sees it; nobody if it is told of nobody."""
    viewer = bridge.member(leg)
    told = viewer is not None and viewer.is_told
    others = [it for it in bridge.members if it.leg != leg] if told else []
    participants = tuple(it for it in map(participant, others) if it is not None)
    return RoomView(bridge.id, bridge.name or "", participants)


def participant(member: Member) -> Participant | None:
    """Show a member to the others."""
    if member.guest is None:
        return None
    joined = member.standing is Standing.JOINED
    return Participant(member.leg, member.guest.endpoint, joined, member.look)


def listeners(
    bridge: Bridge, who: LegId, views: Views
) -> Iterator[tuple[Member, DeviceId]]:
    """Give the joined members, but `who`, who want to be told of others."""
    for member in bridge.audience:
        device = _device(bridge, member.leg, views)
        if member.leg != who and device is not None:
            yield member, device


def in_room(leg: Leg, views: Views) -> RoomView | None:
    """Show the room that the leg has joined; None before."""
    bridge = None if leg.bridge is None else views.bridge(leg.account, leg.bridge)
    member = None if bridge is None else bridge.member(leg.id)
    if bridge is None or member is None or member.standing is Standing.JOINING:
        return None
    return room_view(bridge, leg.id)


def meeting_of(leg: Leg, views: Views) -> Meeting | None:
    """Say what kind of bridge the leg is in."""
    bridge = None if leg.bridge is None else views.bridge(leg.account, leg.bridge)
    return None if bridge is None else Meeting[bridge.policy.name]


def _changed(
    bridge: Bridge, who: LegId, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    member = bridge.member(who)
    shown = None if member is None else participant(member)
    if shown is not None:
        for listener, device in listeners(bridge, who, views):
            yield device, SayParticipant(listener.leg, shown)


def _device(bridge: Bridge, leg: LegId, views: Views) -> DeviceId | None:
    found = views.leg(bridge.account, leg)
    return None if found is None else found.device


def quality_of(leg: Leg, level: int, views: Views) -> Iterator[tuple[DeviceId, Said]]:
    """Say who is to hear how good the leg's network is."""
    bridge = None if leg.bridge is None else views.bridge(leg.account, leg.bridge)
    if bridge is None or bridge.member(leg.id) is None:
        return
    if not bridge.policy.face_to_face:
        for member, device in listeners(bridge, leg.id, views):
            yield device, SayParticipantQuality(member.leg, leg.id, level)
        return
    for member in bridge.members:
        device_of = _device(bridge, member.leg, views)
        if member.leg != leg.id and device_of is not None:
            yield device_of, SayRemoteQuality(member.leg, level)


def talking_of(
    leg: Leg, talking: bool, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    """Say who is to hear that the leg's person talks: in rooms, itself as well."""
    bridge = None if leg.bridge is None else views.bridge(leg.account, leg.bridge)
    if bridge is None or bridge.policy.face_to_face:
        return
    member = bridge.member(leg.id)
    if member is None or member.standing is Standing.JOINING:
        return
    for own in leg.devices:
        yield own, SayTalking(leg.id, leg.id, talking)
    for listener, device in listeners(bridge, leg.id, views):
        yield device, SayTalking(listener.leg, leg.id, talking)
