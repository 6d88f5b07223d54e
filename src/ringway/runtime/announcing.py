"""What the members of a room, conference or dialog are told of each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ringway.domain.bridge_messages import (
    Closed,
    Established,
    Joined,
    Left,
    LookChanged,
    Restrained,
    RoleChanged,
    SeatTaken,
)
from ringway.domain.bridge_state import UNRESTRAINED, Bridge, Member, Standing
from ringway.domain.causes import Cause
from ringway.domain.leg_events import Detached
from ringway.domain.leg_state import Leg
from ringway.domain.roles import hears, is_hidden
from ringway.domain.values import DeviceId, LegId
from ringway.ports.lines import (
    Participant,
    RoomView,
    Said,
    SayConferenceJoined,
    SayConferenceLeft,
    SayDialogJoined,
    SayDialogLeft,
    SayParticipant,
    SayParticipantLeft,
    SayParticipantQuality,
    SayRemoteQuality,
    SayRoleChanged,
    SayRoomJoined,
    SayTalking,
)
from ringway.runtime.views import Views


def announced(
    bridge: Bridge, event: object, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    """Say what who is to hear, now that `event` has happened to `bridge`."""
    match event:
        case Joined(who, at=at):
            device = _device(bridge, who, views)
            leg = views.leg(bridge.account, who)
            if device is not None and leg is not None and not bridge.is_dialog:
                yield device, _welcome(bridge, leg, at)
            yield from _changed(bridge, who, views)
        case Established(at):
            yield from _met(bridge, at, views)
        case RoleChanged(who, role, before):
            device = _device(bridge, who, views)
            if device is not None:
                yield device, SayRoleChanged(who, role)
            member = bridge.member(who)
            if member is not None and is_hidden(member):
                yield from _gone(bridge, replace(member, role=before), views)
            else:
                yield from _changed(bridge, who, views)
        case SeatTaken(who) | LookChanged(who) | Restrained(who):
            yield from _changed(bridge, who, views)
        case Left(who, cause, joined=joined, removed=removed, role=role):
            device = _device(bridge, who, views)
            if removed and joined and device is not None:
                yield device, _farewell(bridge, who, cause)
            yield from _gone(bridge, Member(who, 0, role=role), views)
        case Closed(cause=cause, members=members):
            if not bridge.is_dialog or bridge.established_at is not None:
                for who in members:
                    device = _device(bridge, who, views)
                    leg = views.leg(bridge.account, who)
                    if device is not None and leg is not None and leg.is_mixed:
                        yield device, _farewell(bridge, who, cause)
        case _:
            pass


def departed(leg: Leg, event: object, views: Views) -> Iterator[tuple[DeviceId, Said]]:
    """Say that the leg is out of the bridge that it leaves for another one.

    A bridge that lets it go says so itself, and has forgotten it by now.
    """
    if not isinstance(event, Detached):
        return
    bridge = views.bridge(leg.account, event.bridge)
    member = None if bridge is None else bridge.member(leg.id)
    if bridge is None or member is None or member.standing is Standing.JOINING:
        return
    if leg.device is not None and (not bridge.is_dialog or bridge.established_at):
        yield leg.device, _farewell(bridge, leg.id, Cause.NORMAL_HANGUP)


def _farewell(bridge: Bridge, leg: LegId, cause: Cause) -> Said:
    if bridge.is_dialog:
        return SayDialogLeft(leg, cause)
    return SayConferenceLeft(leg, cause)


def _welcome(bridge: Bridge, leg: Leg, at: int) -> Said:
    view = room_view(bridge, leg.id)
    if bridge.is_conference:
        return SayConferenceJoined(leg.id, at, view)
    return SayRoomJoined(leg.id, leg.established_at or bridge.created_at, view)


def _met(bridge: Bridge, at: int, views: Views) -> Iterator[tuple[DeviceId, Said]]:
    """Show the two of a dialog to each other."""
    for member in bridge.members:
        device = _device(bridge, member.leg, views)
        for other in map(participant, _others(bridge, member.leg)):
            if device is not None and other is not None:
                yield device, SayDialogJoined(member.leg, at, bridge.id, other)


def room_view(bridge: Bridge, leg: LegId) -> RoomView:
    """Show the meeting as the member sees it; nobody if it is told of nobody."""
    viewer = bridge.member(leg)
    others = _others(bridge, leg) if viewer is not None and viewer.is_told else ()
    participants = tuple(it for it in map(participant, others) if it is not None)
    view = RoomView(bridge.id, bridge.name or "", participants)
    return view if viewer is None else replace(view, role=viewer.role)


def _others(bridge: Bridge, leg: LegId) -> Iterator[Member]:
    return (it for it in bridge.members if it.leg != leg and not is_hidden(it))


def participant(member: Member) -> Participant | None:
    """Show a member to the others."""
    if member.guest is None:
        return None
    joined, restraint = member.standing is Standing.JOINED, member.restraint
    muted = member.look.muted or restraint.muted
    return Participant(
        *(member.leg, member.guest.endpoint, joined),
        *(replace(member.look, muted=muted), member.role),
        *(restraint.deaf, restraint.blind),
    )


def listeners(
    bridge: Bridge, who: LegId, views: Views
) -> Iterator[tuple[Member, DeviceId]]:
    """Give the joined members, but `who`, who want to be told of others."""
    if bridge.is_dialog and bridge.established_at is None:
        return  # they have not met yet
    for member in bridge.audience:
        device = _device(bridge, member.leg, views)
        if member.leg != who and device is not None:
            yield member, device


def seen_in(leg: Leg, views: Views) -> tuple[Bridge, Member] | None:
    """Give the bridge that the leg has joined, and what it is there; None before."""
    bridge = None if leg.bridge is None else views.bridge(leg.account, leg.bridge)
    member = None if bridge is None else bridge.member(leg.id)
    if bridge is None or member is None or member.standing is Standing.JOINING:
        return None
    return bridge, member


def in_room(leg: Leg, views: Views) -> RoomView | None:
    """Show the meeting that the leg has been told it is in; None before."""
    seen = seen_in(leg, views)
    if seen is None or seen[0].policy.face_to_face:
        return None
    bridge, _ = seen
    if bridge.is_dialog and bridge.established_at is None:
        return None
    return room_view(bridge, leg.id)


def _changed(
    bridge: Bridge, who: LegId, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    member = bridge.member(who)
    shown = None if member is None or is_hidden(member) else participant(member)
    if shown is not None:
        for listener, device in listeners(bridge, who, views):
            yield device, SayParticipant(listener.leg, shown)


def _gone(
    bridge: Bridge, gone: Member, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    if bridge.is_dialog or is_hidden(gone):
        return  # its end says it all; or nobody knew
    for listener, device in listeners(bridge, gone.leg, views):
        yield device, SayParticipantLeft(listener.leg, gone.leg)


def _device(bridge: Bridge, leg: LegId, views: Views) -> DeviceId | None:
    found = views.leg(bridge.account, leg)
    return None if found is None else found.device


def quality_of(leg: Leg, level: int, views: Views) -> Iterator[tuple[DeviceId, Said]]:
    """Say who is to hear how good the leg's network is."""
    bridge = None if leg.bridge is None else views.bridge(leg.account, leg.bridge)
    member = None if bridge is None else bridge.member(leg.id)
    if bridge is None or member is None or is_hidden(member):
        return
    if not bridge.policy.face_to_face:
        for listener, device in listeners(bridge, leg.id, views):
            yield device, SayParticipantQuality(listener.leg, leg.id, level)
        return
    for other in bridge.members:
        device_of = _device(bridge, other.leg, views)
        if other.leg != leg.id and device_of is not None:
            yield device_of, SayRemoteQuality(other.leg, level)


def talking_of(
    leg: Leg, talking: bool, views: Views
) -> Iterator[tuple[DeviceId, Said]]:
    """Say who is to hear that the leg's person talks: in rooms, itself as well.

    Of the others, those who can hear it; the end also who could, but for a mute.
    """
    seen = seen_in(leg, views)
    if seen is None or seen[0].policy.face_to_face or leg.device is None:
        return
    bridge, member = seen
    heard = member if talking else replace(member, restraint=UNRESTRAINED)
    yield leg.device, SayTalking(leg.id, leg.id, talking)
    for listener, device in listeners(bridge, leg.id, views):
        if hears(listener, heard):
            yield device, SayTalking(listener.leg, leg.id, talking)
