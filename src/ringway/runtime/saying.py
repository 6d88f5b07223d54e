"""What a leg's client is told of what happened to the leg."""

from __future__ import annotations

from collections.abc import Iterator

from ringway.domain.causes import Cause
from ringway.domain.leg_events import (
    Accepted,
    Created,
    DeviceOut,
    Ended,
    Established,
    Failed,
    MediaLost,
    PreEstablished,
    Rang,
    Reached,
    RemoteChanged,
)
from ringway.domain.leg_state import Leg
from ringway.domain.values import DeviceId, Picture
from ringway.ports.lines import (
    Said,
    SayEarlyMedia,
    SayEnded,
    SayEstablished,
    SayFailed,
    SayIncoming,
    SayIncomingApplication,
    SayLost,
    SayRang,
    SayRemoteDisconnected,
    SayRemoteMuted,
    SayRemoteShows,
)
from ringway.runtime.cargo import Cargo


def said(leg: Leg, event: object, cargo: Cargo) -> Iterator[tuple[DeviceId, Said]]:
    """Give what which device is to hear, now that `event` has happened to its leg."""
    match event:
        case Reached(devices):
            assert leg.owner is not None, "only applications reach for devices"
            configuration, caller = leg.owner.configuration, leg.counterpart
            data = cargo.custom_data(leg.custom_data)
            incoming = SayIncomingApplication(
                leg.id, configuration, caller, leg.video, data
            )
            yield from ((device, incoming) for device in devices)
        case DeviceOut(device, cause, at):
            yield device, SayEnded(leg.id, cause, at, 0)
        case Accepted(at=at, elsewhere=elsewhere):
            taken = SayEnded(leg.id, Cause.ANSWERED_ELSEWHERE, at, 0)
            yield from ((device, taken) for device in elsewhere)
        case _:
            heard = tuple(_said(leg, event, cargo))
            yield from ((device, each) for device in leg.devices for each in heard)


def _said(leg: Leg, event: object, cargo: Cargo) -> Iterator[Said]:
    match event:
        case Created():
            data = cargo.custom_data(leg.wishes.custom_data)
            yield SayIncoming(leg.id, leg.counterpart, leg.video, data)
        case PreEstablished():
            yield SayEarlyMedia(leg.id)
        case Rang():
            yield SayRang(leg.id)
        case Established(at):
            data = cargo.custom_data(leg.remote_data)
            yield SayEstablished(leg.id, at, leg.remote, data)
        case RemoteChanged(before, look):
            if before.muted != look.muted:
                yield SayRemoteMuted(leg.id, look.muted)
            for picture in Picture:
                if before.shows(picture) != look.shows(picture):
                    yield SayRemoteShows(leg.id, picture, look.shows(picture))
            if before.away != look.away:
                yield SayRemoteDisconnected(leg.id, look.away)
        case MediaLost(generation=generation):
            yield SayLost(leg.id, generation)
        case Failed(cause, detail):
            yield SayFailed(leg.id, cause, detail)
        case Ended():
            yield SayEnded(leg.id, event.cause, event.at, event.duration, event.detail)
        case _:
            pass
