"""What a leg's client is told of what happened to the leg."""

from __future__ import annotations

from collections.abc import Iterator

from ringway.domain.leg_events import (
    Created,
    Ended,
    Established,
    Failed,
    MediaLost,
    Rang,
    RemoteChanged,
)
from ringway.domain.leg_state import Leg
from ringway.domain.values import Picture
from ringway.ports.lines import (
    Said,
    SayEnded,
    SayEstablished,
    SayFailed,
    SayIncoming,
    SayLost,
    SayRang,
    SayRemoteDisconnected,
    SayRemoteMuted,
    SayRemoteShows,
)
from ringway.runtime.cargo import Cargo


def said(leg: Leg, event: object, cargo: Cargo) -> Iterator[Said]:
    """Give what the leg's device is to hear, now that `event` has happened."""
    match event:
        case Created():
            data = cargo.custom_data(leg.wishes.custom_data)
            yield SayIncoming(leg.id, leg.counterpart, leg.video, data)
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
